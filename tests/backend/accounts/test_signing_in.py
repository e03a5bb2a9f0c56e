from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from typing import cast

import pytest
import sqlalchemy as sa

from sellmode_backend import housekeeping
from sellmode_backend.accounts import codes, directory, limits, sessions
from sellmode_backend.accounts.limits import TooManyAttempts
from sellmode_backend.accounts.passwords import Passwords, WeakPassword
from sellmode_backend.accounts.sessions import AccountDisabled, SignedOut
from sellmode_backend.accounts.signing_in import SigningIn, WrongCode, WrongCredentials, reset
from sellmode_backend.store import schema
from sellmode_backend.store.database import Database
from sellmode_contract import wire
from sellmode_contract.visibility import Account
from tests.backend.people import MovedClock
from tests.support.statements import statements

PASSWORD = "purple tractor reads 9 maps"
NEW_PASSWORD = "seven quiet lamps by 3 doors"


def code_for(database: Database, account: Account, clock: MovedClock) -> str:
    with database.transaction() as connection:
        return codes.issue(connection, account.id, clock())


def activate(
    how: SigningIn, code: str, password: str = PASSWORD, device: str = "d1", user: str = "E1001"
) -> wire.SignedIn:
    return how.activate(wire.Activate(user_name=user, code=code, password=password, device=device), "192.0.2.1")


def sign_in(
    how: SigningIn, password: str = PASSWORD, device: str = "d1", user: str = "E1001", address: str = "192.0.2.1"
) -> wire.SignedIn:
    return how.sign_in(wire.SignIn(user_name=user, password=password, device=device), address)


def who(database: Database, token: str, clock: MovedClock) -> Account:
    with database.snapshot() as connection:
        return sessions.find(connection, token, clock()).account


@pytest.fixture
def activated(signing_in: SigningIn, database: Database, ada: Account, clock: MovedClock) -> wire.SignedIn:
    return activate(signing_in, code_for(database, ada, clock))


# ------------------------------------------------------------------ codes


def test_a_code_sets_the_password_once(
    signing_in: SigningIn, database: Database, ada: Account, clock: MovedClock
) -> None:
    code = code_for(database, ada, clock)
    signed_in = activate(signing_in, code)
    assert who(database, signed_in.token, clock) == ada == signed_in.account
    assert signed_in.retailer == "Maison Test"
    assert len(signed_in.key) == 32
    assert signed_in.expires_at == clock() + dt.timedelta(days=30)
    with pytest.raises(WrongCode):
        activate(signing_in, code, NEW_PASSWORD)
    assert sign_in(signing_in).account == ada


def test_a_code_may_be_typed_as_people_read_it(
    signing_in: SigningIn, database: Database, ada: Account, clock: MovedClock
) -> None:
    code = code_for(database, ada, clock)
    typed = code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert activate(signing_in, f" {typed} ").account == ada


def test_codes_expire_and_new_ones_void_old_ones(
    signing_in: SigningIn, database: Database, ada: Account, clock: MovedClock
) -> None:
    old, new = code_for(database, ada, clock), code_for(database, ada, clock)
    with pytest.raises(WrongCode):
        activate(signing_in, old)
    clock.forward(days=7)
    with pytest.raises(WrongCode):
        activate(signing_in, new)


def test_a_code_is_good_for_its_account_only(
    signing_in: SigningIn, database: Database, ada: Account, clock: MovedClock
) -> None:
    other = directory.new_account(user_name="E2", stores=["Alpha"])
    with database.transaction() as connection:
        directory.add(connection, other, clock())
    code_for(database, other, clock)
    code = code_for(database, ada, clock)
    with pytest.raises(WrongCode):
        activate(signing_in, code, user="E2")
    with pytest.raises(WrongCode):
        activate(signing_in, code, user="nobody")
    assert activate(signing_in, code).account == ada


def test_a_weak_password_leaves_the_code_good_and_counts_as_an_attempt(
    signing_in: SigningIn, database: Database, ada: Account, clock: MovedClock
) -> None:
    code = code_for(database, ada, clock)
    for _ in range(limits.ACCOUNT.free):
        with pytest.raises(WeakPassword):
            activate(signing_in, code, "MaisonTest2026")
    with pytest.raises(TooManyAttempts) as refused:
        activate(signing_in, code, "MaisonTest2026")
    assert refused.value.retry_after == 1
    clock.forward(seconds=1)
    assert activate(signing_in, code).account == ada
    assert sign_in(signing_in).account == ada, "nothing of it is left"


def test_unknown_names_take_the_same_statements_as_known_ones(
    signing_in: SigningIn, database: Database, ada: Account, clock: MovedClock
) -> None:
    """Also from a device where the person has signed in before."""
    activate(signing_in, code_for(database, ada, clock))
    code_for(database, ada, clock)
    made: dict[str, list[str]] = {}
    for user in ("E1001", "nobody"):
        with statements(database) as told:
            with pytest.raises(WrongCredentials):
                sign_in(signing_in, "not this one, no", user=user)
            with pytest.raises(WrongCode):
                activate(signing_in, "0000-0000-0000", user=user)
        made[user] = told
    assert made["E1001"] == made["nobody"]


# ------------------------------------------------------------------ passwords and sessions


def test_unknown_names_and_wrong_passwords_answer_alike(
    signing_in: SigningIn, database: Database, activated: wire.SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified: list[bool] = []
    verify = Passwords.verify

    def counted(self: Passwords, stored: str | None, password: str) -> bool:
        verified.append(stored is None)
        return verify(self, stored, password)

    monkeypatch.setattr(Passwords, "verify", counted)
    with pytest.raises(WrongCredentials) as known:
        sign_in(signing_in, "not this one, no")
    with pytest.raises(WrongCredentials) as unknown:
        sign_in(signing_in, user="nobody")
    assert known.value.args == unknown.value.args
    assert verified == [False, True], "a password is hashed for both"


def test_the_key_belongs_to_account_and_device(signing_in: SigningIn, activated: wire.SignedIn) -> None:
    again, elsewhere = sign_in(signing_in), sign_in(signing_in, device="d2")
    assert again.key == activated.key != elsewhere.key
    assert again.token != activated.token


def test_signing_in_again_on_a_device_ends_its_session_there(
    signing_in: SigningIn, database: Database, activated: wire.SignedIn, clock: MovedClock
) -> None:
    elsewhere, again = sign_in(signing_in, device="d2"), sign_in(signing_in)
    with pytest.raises(SignedOut):
        who(database, activated.token, clock)
    assert who(database, elsewhere.token, clock) == who(database, again.token, clock)


def test_who_signs_in_everywhere_ends_the_session_without_contact_for_longest(
    signing_in: SigningIn, database: Database, activated: wire.SignedIn, clock: MovedClock
) -> None:
    tokens = [activated.token]
    for number in range(sessions.MAX_SESSIONS - 1):
        clock.forward(minutes=1)
        tokens.append(sign_in(signing_in, device=f"till {number}").token)
    with database.transaction() as connection:
        sessions.note_contact(connection, tokens[0], clock())
    clock.forward(minutes=1)
    tokens.append(sign_in(signing_in, device="one more").token)
    with pytest.raises(SignedOut):
        who(database, tokens.pop(1), clock)
    assert len({who(database, token, clock).id for token in tokens}) == 1
    again = sign_in(signing_in, device="one more").token
    assert all(who(database, token, clock) for token in (*tokens[:-1], again)), (
        "one more on the same device ends no other"
    )


def test_nothing_stored_opens_anything(database: Database, activated: wire.SignedIn) -> None:
    with database.snapshot() as connection:
        for table in (schema.session, schema.account, schema.activation_code):
            for row in connection.execute(sa.select(table)):
                assert activated.token not in map(str, row)
                assert PASSWORD not in map(str, row)


def test_sessions_end_without_contact_and_at_the_latest(
    signing_in: SigningIn, database: Database, activated: wire.SignedIn, clock: MovedClock
) -> None:
    for _ in range(2):
        clock.forward(days=13, hours=23)
        who(database, activated.token, clock)
        with database.transaction() as connection:
            sessions.note_contact(connection, activated.token, clock())
    clock.forward(days=2, hours=3)
    with pytest.raises(SignedOut):
        who(database, activated.token, clock)

    silent = sign_in(signing_in)
    clock.forward(days=14)
    with pytest.raises(SignedOut):
        who(database, silent.token, clock)
    housekeeping.tidy(database, clock())
    with database.snapshot() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(schema.session)) == 0


def test_signing_out_ends_one_session(
    signing_in: SigningIn, database: Database, activated: wire.SignedIn, clock: MovedClock
) -> None:
    elsewhere = sign_in(signing_in, device="d2")
    signing_in.sign_out(activated.token)
    signing_in.sign_out("a token nobody has")
    with pytest.raises(SignedOut):
        who(database, activated.token, clock)
    who(database, elsewhere.token, clock)


def test_a_disabled_account_is_told_so_only_by_what_it_knows(
    signing_in: SigningIn, database: Database, ada: Account, activated: wire.SignedIn, clock: MovedClock
) -> None:
    with database.transaction() as connection:
        directory.disable(connection, ada)
        code = codes.issue(connection, ada.id, clock())
    with pytest.raises(AccountDisabled):
        who(database, activated.token, clock)
    with pytest.raises(WrongCredentials):
        sign_in(signing_in, "not this one, no")
    with pytest.raises(AccountDisabled):
        sign_in(signing_in)
    with pytest.raises(AccountDisabled):
        activate(signing_in, code, NEW_PASSWORD)

    with database.transaction() as connection:
        directory.enable(connection, directory.named(connection, "E1001"))
    with pytest.raises(SignedOut):
        who(database, activated.token, clock)
    assert sign_in(signing_in).key == activated.key


def test_a_reset_ends_sessions_and_loses_nothing(
    signing_in: SigningIn, database: Database, ada: Account, activated: wire.SignedIn, clock: MovedClock
) -> None:
    for _ in range(5):
        with pytest.raises(WrongCredentials):
            sign_in(signing_in, "forgotten what it was")
    with database.transaction() as connection:
        code = reset(connection, ada, clock())
    with pytest.raises(SignedOut):
        who(database, activated.token, clock)
    with pytest.raises(WrongCredentials):
        sign_in(signing_in)
    assert activate(signing_in, code, NEW_PASSWORD).key == activated.key
    assert sign_in(signing_in, NEW_PASSWORD).account == ada


def test_a_new_password_ends_the_sessions_of_all_devices(
    signing_in: SigningIn, database: Database, ada: Account, activated: wire.SignedIn, clock: MovedClock
) -> None:
    activate(signing_in, code_for(database, ada, clock), NEW_PASSWORD, device="d2")
    with pytest.raises(SignedOut):
        who(database, activated.token, clock)
    with pytest.raises(WrongCredentials):
        sign_in(signing_in)


def test_an_old_hash_is_renewed_with_todays_parameters(
    database: Database, activated: wire.SignedIn, clock: MovedClock
) -> None:
    sign_in(SigningIn(database, Passwords(memory_kib=16, passes=1), clock))
    with database.snapshot() as connection:
        assert "m=16,t=1" in cast("str", connection.scalar(sa.select(schema.account.c.password_hash)))
    sign_in(SigningIn(database, Passwords(memory_kib=16, passes=1), clock))


# ------------------------------------------------------------------ limits


def test_the_wait_grows_from_the_fifth_failure_and_ends_with_success(
    signing_in: SigningIn, activated: wire.SignedIn, clock: MovedClock
) -> None:
    waits = []
    for _ in range(12):
        with pytest.raises(WrongCredentials):
            sign_in(signing_in, "not this one, no")
        try:
            sign_in(signing_in, "not this one, no")
        except TooManyAttempts as refused:
            waits.append(refused.retry_after)
            clock.forward(seconds=refused.retry_after)
        except WrongCredentials:
            pass
    assert waits[:8] == [1, 2, 4, 8, 16, 32, 64, 128]
    sign_in(signing_in)
    for _ in range(5):
        with pytest.raises(WrongCredentials):
            sign_in(signing_in, "not this one, no")


def test_unknown_names_are_limited_alike(signing_in: SigningIn) -> None:
    for _ in range(5):
        with pytest.raises(WrongCredentials):
            sign_in(signing_in, user="nobody")
    with pytest.raises(TooManyAttempts):
        sign_in(signing_in, user="NOBODY ")
    with pytest.raises(TooManyAttempts):
        activate(signing_in, "7KQ2-M4RX-09TB", user="nobody")


def test_somebody_elses_guesses_do_not_keep_the_owner_out(signing_in: SigningIn, activated: wire.SignedIn) -> None:
    for _ in range(5):
        with pytest.raises(WrongCredentials):
            sign_in(signing_in, "guess after guess", device="attacker", address="198.51.100.7")
    with pytest.raises(TooManyAttempts):
        sign_in(signing_in, "guess after guess", device="attacker", address="198.51.100.7")
    assert sign_in(signing_in).key == activated.key


def test_an_address_is_limited_whatever_names_it_tries(signing_in: SigningIn, clock: MovedClock) -> None:
    for number in range(limits.ADDRESS.free):
        with pytest.raises(WrongCredentials):
            sign_in(signing_in, user=f"name {number}", address="2001:db8:0:1::1")
    with pytest.raises(TooManyAttempts):
        sign_in(signing_in, user="another", address="2001:db8:0:1::ffff")
    with pytest.raises(WrongCredentials):
        sign_in(signing_in, user="another", address="2001:db8:0:2::1")
    clock.forward(hours=1)
    with pytest.raises(WrongCredentials):
        sign_in(signing_in, user="a third", address="2001:db8:0:1::1")


def test_ipv4_clients_of_a_socket_for_both_are_told_apart(signing_in: SigningIn) -> None:
    for number in range(limits.ADDRESS.free):
        with pytest.raises(WrongCredentials):
            sign_in(signing_in, user=f"name {number}", address="::ffff:198.51.100.7")
    for same in ("::ffff:198.51.100.7", "198.51.100.7"):
        with pytest.raises(TooManyAttempts):
            sign_in(signing_in, user="another", address=same)
    with pytest.raises(WrongCredentials):
        sign_in(signing_in, user="another", address="::ffff:198.51.100.8")


def test_who_guesses_as_fast_as_let_has_a_hundred_guesses_and_then_one_a_day(
    signing_in: SigningIn, activated: wire.SignedIn, clock: MovedClock
) -> None:
    guesses, began, slowest = 0, clock(), dt.timedelta(0)
    while guesses < 101:
        try:
            sign_in(signing_in, "guess after guess", address=f"192.0.2.{guesses}")
        except WrongCredentials:
            guesses += 1
        except TooManyAttempts as refused:
            clock.forward(seconds=refused.retry_after)
            slowest = max(slowest, dt.timedelta(seconds=refused.retry_after))
            if guesses < 100:
                assert slowest <= dt.timedelta(minutes=15)
    assert slowest == dt.timedelta(days=1)
    assert clock() - began > dt.timedelta(days=1, hours=20)
    clock.forward(days=1)
    sign_in(signing_in)


@pytest.mark.parametrize("user_name", ["E1001", "nobody"])
def test_guesses_at_the_same_time_are_all_counted(
    signing_in: SigningIn, activated: wire.SignedIn, user_name: str
) -> None:
    """They are counted before any is judged: twenty at once are five."""

    def guess(_: int) -> bool:
        try:
            signing_in._admit(user_name, "attacker", "192.0.2.9")
        except TooManyAttempts:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(guess, range(20))) == limits.ACCOUNT.free


def test_of_two_uses_of_a_code_at_the_same_time_one_wins(
    signing_in: SigningIn, database: Database, ada: Account, clock: MovedClock
) -> None:
    code = code_for(database, ada, clock)

    def use(number: int) -> bool:
        try:
            activate(signing_in, code, device=f"d{number}")
        except WrongCode:
            return False
        return True

    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(use, range(4))) == 1


def test_a_clock_set_back_does_not_lengthen_the_wait(
    signing_in: SigningIn, activated: wire.SignedIn, clock: MovedClock
) -> None:
    for _ in range(5):
        with pytest.raises(WrongCredentials):
            sign_in(signing_in, "not this one, no")
    clock.forward(days=-10)
    with pytest.raises(TooManyAttempts) as refused:
        sign_in(signing_in)
    assert refused.value.retry_after == 1

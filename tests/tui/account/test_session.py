"""Signing in, opening offline, locking, signing out: over a real socket, the backend answering as the test says."""

from __future__ import annotations

import datetime as dt
import os
import secrets
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from sellmode_contract import wire
from sellmode_contract.visibility import Account
from sellmode_tui import errors, private_files, sealed
from sellmode_tui.account import folders, keyring, lease, session
from sellmode_tui.account.folders import AccountFolder
from sellmode_tui.account.lease import State
from sellmode_tui.account.session import Session
from sellmode_tui.journal.clock import ClockReading
from sellmode_tui.journal.journal import SavedFilter
from sellmode_tui.records.store import utc_now
from sellmode_tui.transport.client import Transport
from sellmode_tui.transport.errors import Broken, NotOurServer, TransportError, UnknownServer
from tests.support.proxy import captive_portal
from tests.tui.account.conftest import UseKeyring
from tests.tui.cache.written import add, note, result
from tests.tui.canned import CannedServer, Request, message, problem, response

NOON = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
PASSWORD = "Zürich tram 11, twice"
NEW_PASSWORD = "Bern bears 3, at night"
Answer = Callable[[Request], bytes]


class Backend:
    """As much of the backend as signing in needs: one key an account and device, tokens, a password an account."""

    def __init__(self) -> None:
        self.passwords = {"E-1001": PASSWORD, "E-1002": PASSWORD}
        self.codes = {"E-1001": "CODE"}
        self.keys: dict[tuple[str, str], bytes] = {}
        self.tokens: dict[str, str] = {}
        self.ended: list[str] = []
        self.instead: Answer | None = None
        """Answers every request, if set."""

    def __call__(self, request: Request) -> Iterable[bytes]:
        return [self.instead(request) if self.instead else self._answer(request)]

    def _answer(self, request: Request) -> bytes:
        answers = {
            wire.SIGN_IN_PATH: self._sign_in,
            wire.ACTIVATE_PATH: self._activate,
            wire.SIGN_OUT_PATH: self._sign_out,
        }
        return answers[request.path](request)

    def _sign_in(self, request: Request) -> bytes:
        asked = msgspec.json.decode(request.body, type=wire.SignIn)
        name = asked.user_name.upper()
        if self.passwords.get(name) != asked.password:
            return problem(request, "wrong_credentials", 401)
        return message(request, self.signed_in(name, asked.device))

    def _activate(self, request: Request) -> bytes:
        asked = msgspec.json.decode(request.body, type=wire.Activate)
        name = asked.user_name.upper()
        if self.codes.pop(name, None) != asked.code:
            return problem(request, "wrong_code", 403)
        self.passwords[name] = asked.password
        return message(request, self.signed_in(name, asked.device))

    def _sign_out(self, request: Request) -> bytes:
        token = request.headers["authorization"].removeprefix("Bearer ")
        if self.tokens.pop(token, None) is None:
            return problem(request, "signed_out", 401)
        self.ended.append(token)
        return response(request, status=204)

    def signed_in(self, name: str, device: str) -> wire.SignedIn:
        token = secrets.token_urlsafe(32)
        self.tokens[token] = name
        return wire.SignedIn(
            token=token,
            key=self.keys.setdefault((name, device), secrets.token_bytes(32)),
            account=Account(id=f"id-{name}", user_name=name, name=f"Anna {name}", role="associate", stores=("s1",)),
            retailer="Meridian",
            expires_at=NOON + 30 * DAY,
        )


class Clock:
    """A terminal's clocks, set by the test."""

    def __init__(self) -> None:
        self.wall = NOON
        self.ran = 1000.0

    def __call__(self) -> ClockReading:
        return ClockReading(self.wall, "boot-1", self.ran)

    def pass_by(self, time: dt.timedelta) -> None:
        self.wall += time
        self.ran += time.total_seconds()


class World:
    """A backend, its server, and a terminal with its data."""

    def __init__(self, data: Path, server: CannedServer, backend: Backend, transport: Transport) -> None:
        self.data = data
        self.server = server
        self.backend = backend
        self.transport = transport
        self.clock = Clock()
        self.opened: list[Session] = []

    def sign_in(self, user_name: str = "E-1001", password: str = PASSWORD) -> Session:
        return self._keep(session.sign_in(self.transport, user_name, password, data=self.data, clock=self.clock))

    def activate(self, code: str, password: str, user_name: str = "E-1001") -> Session:
        return self._keep(session.activate(self.transport, user_name, code, password, data=self.data, clock=self.clock))

    def unlock(self, password: str = PASSWORD, user_name: str = "E-1001") -> Session:
        return self._keep(session.unlock(self.folder(user_name), password, clock=self.clock))

    def enter(self, password: str = PASSWORD) -> tuple[Session, Exception | None]:
        opened, why = session.enter(self.transport, "E-1001", password, data=self.data, clock=self.clock)
        return self._keep(opened), why

    def folder(self, user_name: str = "E-1001") -> AccountFolder:
        found = folders.find_account(self.transport.server, user_name, self.data)
        assert found is not None
        return found

    def files(self) -> list[str]:
        return sorted(path.name for path in self.folder().path.iterdir())

    def _keep(self, opened: Session) -> Session:
        self.opened.append(opened)
        return opened


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    data = private_files.private_folder(tmp_path / "data")
    backend = Backend()
    with CannedServer(backend) as server, Transport(server.url) as transport:
        world = World(data, server, backend, transport)
        yield world
        for opened in world.opened:
            opened.close()


def write(opened: Session, name: str = "lapsed") -> None:
    """Something that must never be lost."""
    opened.journal.save_filter(SavedFilter(name, "last_purchase>90d", NOON))


def written(opened: Session) -> list[str]:
    return [saved.name for saved in opened.journal.saved_filters()]


# ------------------------------------------------------------------ in


def test_a_first_sign_in_opens_the_account(world: World) -> None:
    opened = world.sign_in()
    assert opened.account.user_name == "E-1001"
    assert opened.retailer == "Meridian"
    assert opened.server == world.server.url
    assert opened.key == world.backend.keys["E-1001", opened.device]
    assert world.backend.tokens[opened.token or ""] == "E-1001"
    assert opened.lease() == (State.GOOD, 14 * DAY)
    assert opened.moved_aside is None
    token = opened.token or ""
    assert token not in repr(opened.journal.signed_in_as())


def test_no_file_gives_the_key_the_token_or_the_password_away(world: World) -> None:
    opened = world.sign_in()
    secret = [bytes(opened.key), opened.key.hex().encode(), (opened.token or "").encode(), PASSWORD.encode()]
    opened.close()
    for folder, _, names in os.walk(world.data):
        assert Path(folder).stat().st_mode & 0o077 == 0
        for name in names:
            path = Path(folder, name)
            assert path.stat().st_mode & 0o077 == 0
            assert [text for text in secret if text in path.read_bytes()] == []


def test_the_user_name_may_be_typed_in_other_letters(world: World) -> None:
    assert world.sign_in(" e-1001 ").folder.id == world.sign_in("E-1001").folder.id
    assert len(folders.known_accounts(world.data)) == 1
    devices = {
        msgspec.json.decode(request.body)["device"] for request in world.server.requests if b"device" in request.body
    }
    assert len(devices) == 1


def test_offline_the_same_password_opens_the_same_files(world: World) -> None:
    online = world.sign_in()
    key, token = bytes(online.key), online.token
    write(online)
    online.close()
    offline = world.unlock()
    assert (bytes(offline.key), offline.token, offline.account.name) == (key, token, "Anna E-1001")
    assert written(offline) == ["lapsed"]
    assert [request.path for request in world.server.requests] == [wire.SIGN_IN_PATH]


def test_two_accounts_have_nothing_of_each_other(world: World) -> None:
    one, two = world.sign_in("E-1001"), world.sign_in("E-1002")
    assert one.key != two.key
    assert one.folder.path != two.folder.path
    with pytest.raises(sealed.WrongKey):
        sealed.connect(one.folder.journal_path, two.key)
    two.folder.slot_path.write_bytes(one.folder.slot_path.read_bytes())
    with pytest.raises(errors.WrongPassword):  # a slot opens in its own folder only
        world.unlock(user_name="E-1002")


def test_a_wrong_password_changes_nothing(world: World) -> None:
    world.sign_in().close()
    slot = world.folder().slot_path.read_bytes()
    with pytest.raises(errors.WrongPassword, match="user name or the password"):
        world.sign_in(password="wrong")
    with pytest.raises(errors.WrongPassword, match="last used on this terminal"):
        world.unlock("wrong")
    assert world.folder().slot_path.read_bytes() == slot
    with pytest.raises(errors.WrongPassword):
        world.sign_in("E-9999")
    assert len(folders.known_accounts(world.data)) == 1


def test_a_reset_by_the_operator_loses_nothing(world: World) -> None:
    before = world.sign_in()
    key = bytes(before.key)
    write(before)
    before.close()
    after = world.activate(" CODE ", NEW_PASSWORD)
    assert (bytes(after.key), written(after)) == (key, ["lapsed"])
    after.close()
    assert written(world.unlock(NEW_PASSWORD)) == ["lapsed"]
    with pytest.raises(errors.WrongPassword):
        world.unlock(PASSWORD)
    with pytest.raises(errors.CodeRefused, match="used already"):
        world.activate("CODE", NEW_PASSWORD)


def test_a_password_changed_elsewhere_wraps_the_key_anew(world: World) -> None:
    write(world.sign_in())
    world.backend.passwords["E-1001"] = NEW_PASSWORD
    world.sign_in(password=NEW_PASSWORD).close()
    assert written(world.unlock(NEW_PASSWORD)) == ["lapsed"]


REFUSALS = [
    ("weak_password", 400, errors.WeakPassword, "Choose another password: it is your name"),
    ("upgrade_required", 426, errors.UpgradeNeeded, "newer version"),
    ("too_many_attempts", 429, errors.TooManyAttempts, "Wait 90 seconds"),
    ("unavailable", 503, errors.ServerBusy, "Try again in 90 seconds"),
    ("internal", 500, errors.ServerBusy, "Try again"),
    ("bad_request", 400, errors.SignInRefused, "it is your name"),
    ("account_disabled", 403, errors.AccountDisabled, "Ask your manager"),
]


@pytest.mark.parametrize(("code", "status", "kind", "told"), REFUSALS)
def test_each_refusal_says_what_is_wrong(world: World, code: str, status: int, kind: type, told: str) -> None:
    world.backend.instead = lambda request: problem(
        request, code, status, "it is your name", headers={"Retry-After": "90"}
    )
    with pytest.raises(kind, match=told):
        world.activate("CODE", "password")
    assert folders.known_accounts(world.data) == []


def test_an_answer_for_another_account_changes_nothing(world: World) -> None:
    world.backend.instead = lambda request: message(request, world.backend.signed_in("E-1002", "d"))
    with pytest.raises(errors.OtherAccountAnswered):
        world.sign_in()
    assert folders.known_accounts(world.data) == []


@pytest.mark.parametrize("change", [{"key": b"short"}, {"token": "a\r\nb"}, {"token": "ü"}])
def test_an_answer_that_makes_no_sense_changes_nothing(world: World, change: dict[str, object]) -> None:
    world.backend.instead = lambda request: message(
        request, msgspec.structs.replace(world.backend.signed_in("E-1001", "d"), **change)
    )
    with pytest.raises(Broken):
        world.sign_in()
    assert folders.known_accounts(world.data) == []


# ------------------------------------------------------------------ online or offline


def nobody(request: Request) -> bytes:
    return b""


@pytest.mark.parametrize(
    ("instead", "why"),
    [
        (nobody, TransportError),
        (lambda request: captive_portal(), NotOurServer),
        (lambda request: problem(request, "unavailable", 503), errors.ServerBusy),
        (lambda request: problem(request, "upgrade_required", 426), errors.UpgradeNeeded),
        (lambda request: response(request, b"{"), Broken),
    ],
    ids=["nobody", "portal", "busy", "upgrade", "broken"],
)
def test_without_the_backend_a_known_account_opens_all_the_same(world: World, instead: Answer, why: type) -> None:
    world.sign_in().close()
    world.backend.instead = instead
    opened, reason = world.enter()
    assert opened.account.user_name == "E-1001"
    assert isinstance(reason, why)
    with pytest.raises(errors.WrongPassword):
        world.enter("wrong")


def test_without_the_backend_an_unknown_account_is_told_why(world: World) -> None:
    world.backend.instead = lambda request: captive_portal()
    with pytest.raises(NotOurServer):
        world.enter()


def test_with_the_backend_its_word_counts(world: World) -> None:
    opened, reason = world.enter()
    assert reason is None
    opened.close()
    world.backend.passwords["E-1001"] = NEW_PASSWORD
    with pytest.raises(errors.WrongPassword, match="user name or the password"):
        world.enter(PASSWORD)


def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    with CannedServer(lambda request: []) as server:
        url = server.url
    with Transport(url) as transport, pytest.raises(UnknownServer, match="Nothing answers"):
        session.sign_in(transport, "E-1001", PASSWORD, data=private_files.private_folder(tmp_path / "data"))


# ------------------------------------------------------------------ lease


def test_the_soft_lease_warns_and_the_hard_one_seals(world: World) -> None:
    write(world.sign_in())
    world.clock.pass_by(8 * DAY)
    assert world.unlock().check_lease() == (State.ENDING, 6 * DAY)
    world.clock.pass_by(6 * DAY)
    with pytest.raises(errors.LeaseOver, match="nothing you wrote is lost"):
        world.unlock()
    assert "slot.json" not in world.files()
    world.clock.pass_by(-20 * DAY)
    with pytest.raises(errors.LeaseOver):  # a clock set back brings nothing back
        world.unlock()
    assert written(world.sign_in()) == ["lapsed"]


def test_a_lease_that_ends_while_the_session_is_open_closes_it(world: World) -> None:
    opened = world.sign_in()
    world.clock.pass_by(14 * DAY)
    with pytest.raises(errors.LeaseOver):
        opened.check_lease()
    assert not opened.is_open


def test_contact_renews_the_lease_for_as_long_as_the_backend_says(world: World) -> None:
    opened = world.sign_in()
    world.clock.pass_by(10 * DAY)
    opened.note_contact(wire.Lease(soft_s=3600, hard_s=7200))
    assert opened.lease() == (State.GOOD, dt.timedelta(hours=2))
    world.clock.pass_by(dt.timedelta(hours=1))
    assert opened.lease().state is State.ENDING
    opened.note_contact()
    assert opened.lease() == (State.GOOD, dt.timedelta(hours=2))


def test_a_lease_beyond_all_measure_does_no_harm(world: World) -> None:
    opened = world.sign_in()
    opened.note_contact(wire.Lease(soft_s=-1, hard_s=10**400))
    assert opened.lease() == (State.ENDING, lease.MAX_LEASE)


def test_a_clock_set_back_locks_until_contact(world: World) -> None:
    opened = world.sign_in()
    world.clock.pass_by(2 * DAY)
    opened.check_lease()
    world.clock.wall -= DAY
    with pytest.raises(errors.ClockChanged, match="Correct the clock"):
        opened.check_lease()
    assert not opened.is_open
    with pytest.raises(errors.ClockChanged):
        world.unlock()
    assert "slot.json" in world.files()
    world.sign_in().close()
    assert world.unlock().check_lease().state is State.GOOD


def test_a_corrected_clock_opens_again(world: World) -> None:
    world.sign_in().close()
    world.clock.wall -= DAY
    with pytest.raises(errors.ClockChanged):
        world.unlock()
    world.clock.wall += DAY
    assert world.unlock().is_open


# ------------------------------------------------------------------ a disabled account


def test_a_disabled_account_is_sealed_and_what_was_written_is_kept(world: World) -> None:
    opened = world.sign_in()
    write(opened)
    sealed.connect(opened.folder.cache_path, opened.key, create=True).close()
    opened.close()
    world.backend.instead = lambda request: problem(request, "account_disabled", 403)
    with pytest.raises(errors.AccountDisabled):
        world.sign_in()
    assert world.files() == ["journal.db", "profile.json", "tally", "witness"]
    with pytest.raises(errors.AccountDisabled):
        world.unlock()
    world.backend.instead = None
    assert written(world.sign_in()) == ["lapsed"]
    assert world.folder().profile.sealed == ""


@pytest.mark.parametrize("status", [401, 403])
def test_who_is_not_the_backend_disables_nobody(world: World, status: int) -> None:
    world.sign_in().close()
    body = msgspec.json.encode(wire.Problem(code="account_disabled", title="x", status=status))
    world.backend.instead = lambda request: response(request, body, status=status, kind=wire.PROBLEM_JSON, echo=False)
    with pytest.raises(NotOurServer):
        world.sign_in()
    assert world.unlock().is_open


def test_sync_hears_that_the_account_is_disabled(world: World) -> None:
    opened = world.sign_in()
    write(opened)
    session.account_disabled(opened)
    assert not opened.is_open
    assert world.files() == ["journal.db", "profile.json", "tally", "witness"]


def test_whoever_is_disabled_hears_what_became_of_what_they_wrote(world: World) -> None:
    opened = world.sign_in()
    entry = add(opened.journal.outbox, note("anna", "silk"))
    session.account_disabled(opened)
    with pytest.raises(errors.AccountDisabled, match="Your unsent changes are kept on this terminal"):
        world.unlock()
    opened = world.sign_in()
    opened.journal.outbox.settle([result(entry, "rejected", code="invalid")], utc_now())
    session.account_disabled(opened)
    with pytest.raises(errors.AccountDisabled, match="Your unsent changes are kept on this terminal"):
        world.unlock()
    opened = world.sign_in()
    opened.journal.outbox.tray.leave(entry.mid, "discarded")
    session.account_disabled(opened)
    with pytest.raises(errors.AccountDisabled, match="All your changes have been sent"):
        world.unlock()


# ------------------------------------------------------------------ out


def test_a_closed_session_gives_nothing_more(world: World) -> None:
    opened = world.sign_in()
    opened.close()
    opened.close()
    assert opened.token is None
    with pytest.raises(errors.NotSignedIn):
        _ = opened.key
    with pytest.raises(errors.NotSignedIn):
        opened.check_lease()


def test_signing_out_ends_the_token_and_keeps_the_files(world: World) -> None:
    opened = world.sign_in()
    token = opened.token
    write(opened)
    assert session.sign_out(opened, world.transport) is True
    assert not opened.is_open
    assert world.backend.ended == [token]
    again = world.unlock()
    assert again.token is None
    assert written(again) == ["lapsed"]


def test_a_sign_in_in_another_window_is_this_ones_too(world: World) -> None:
    first = world.sign_in()
    ended = first.token
    second = world.sign_in()
    assert world.backend.ended == [ended]
    assert first.token == second.token != ended
    session.sign_out(second, world.transport)
    assert first.token is None


def test_signing_out_offline_is_made_good_at_the_next_sign_in(world: World) -> None:
    opened = world.sign_in()
    token = opened.token
    world.backend.instead = nobody
    assert session.sign_out(opened, world.transport) is False
    assert not opened.is_open
    world.backend.instead = None
    again = world.sign_in()
    assert world.backend.ended == [token]
    assert again.token in world.backend.tokens
    assert again.journal.to_revoke() == []


def test_a_token_that_the_backend_has_ended_itself_is_done_with(world: World) -> None:
    opened = world.sign_in()
    world.backend.tokens.clear()
    assert session.sign_out(opened, world.transport) is True


# ------------------------------------------------------------------ damage


def test_a_damaged_journal_is_healed_offline_too(world: World) -> None:
    write(world.sign_in())
    world.opened[-1].close()
    journal = world.folder().journal_path
    content = journal.read_bytes()
    journal.write_bytes(content[:100] + b"\xff\xfe" + content[102:])  # the schema
    opened = world.unlock()
    assert opened.moved_aside is not None
    assert written(opened) == ["lapsed"]
    assert opened.journal.outbox.tray.losses() == []


def test_without_the_last_contact_a_damaged_journal_waits_for_one(world: World) -> None:
    world.sign_in().close()
    journal = world.folder().journal_path
    journal.write_bytes(bytes(len(journal.read_bytes())))
    with pytest.raises(errors.SignInNeeded, match="set aside, not deleted"):
        world.unlock()
    assert "journal.db" in world.files()
    opened = world.sign_in()
    assert opened.moved_aside == world.folder().path / "journal-20261122T120000Z.db"
    opened.close()
    assert world.unlock().is_open


def test_a_backend_that_lost_the_key_costs_no_file(world: World) -> None:
    write(world.sign_in())
    world.opened[-1].close()
    slot = world.folder().slot_path.read_bytes()
    world.backend.keys.clear()
    opened = world.sign_in()
    assert opened.moved_aside is not None
    assert opened.moved_aside.with_suffix(".slot.json").read_bytes() == slot  # the password still opens the old key
    assert written(opened) == []


def test_a_lost_journal_needs_contact(world: World) -> None:
    world.sign_in().close()
    world.folder().journal_path.unlink()
    with pytest.raises(errors.SignInNeeded, match="while online"):
        world.unlock()


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"\xff", b"[" * 60_000], ids=["empty", "no slot", "no text", "nested deeply"]
)
def test_a_damaged_slot_is_made_anew_online(world: World, content: bytes) -> None:
    write(world.sign_in())
    world.folder().slot_path.write_bytes(content)
    with pytest.raises(errors.DamagedFile, match=r"slot\.json"):
        world.unlock()
    world.sign_in().close()
    assert written(world.unlock()) == ["lapsed"]


# ------------------------------------------------------------------ keyring


@pytest.fixture
def kept(use_keyring: UseKeyring, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Use a working keyring, however busy the machine is; gives the file that it keeps."""
    use_keyring("Working")
    monkeypatch.setattr(keyring, "_ask", lambda *asked, ask=keyring._ask: ask(*asked[:-1], 60.0))
    return Path(os.environ["FAKE_KEYRING_FILE"])


def test_staying_signed_in_until_lock(world: World, kept: Path) -> None:
    opened = world.sign_in()
    assert session.unlock_remembered(opened.folder, clock=world.clock) is None
    session.remember(opened)
    key = bytes(opened.key)
    opened.close()
    again = session.unlock_remembered(world.folder(), clock=world.clock)
    assert again is not None
    assert again.key == key
    session.lock(again)
    assert not again.is_open
    assert kept.read_text() == "{}"
    assert session.unlock_remembered(world.folder(), clock=world.clock) is None


def test_a_lock_that_comes_while_the_keyring_is_asked_counts(
    world: World, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = world.sign_in()

    def ask(verb: Any, *asked: Any, ask: Callable[..., bytes | None] = keyring._ask) -> bytes | None:
        if verb == "set":
            session.lock(opened)
        return ask(verb, *asked)

    monkeypatch.setattr(keyring, "_ask", ask)
    session.remember(opened)
    assert kept.read_text() == "{}"
    assert not world.folder().profile.remembered


def test_signing_out_and_a_lease_that_ends_empty_the_keyring(world: World, kept: Path) -> None:
    opened = world.sign_in()
    session.remember(opened)
    session.sign_out(opened, world.transport)
    assert kept.read_text() == "{}"
    opened = world.sign_in()
    session.remember(opened)
    world.clock.pass_by(15 * DAY)
    with pytest.raises(errors.LeaseOver):
        session.unlock_remembered(world.folder(), clock=world.clock)
    assert kept.read_text() == "{}"


def test_another_key_in_the_keyring_opens_nothing_and_moves_nothing(world: World, kept: Path) -> None:
    opened = world.sign_in()
    write(opened)
    session.remember(opened)
    keyring.store(opened.folder.id, bytes(32))
    opened.close()
    with pytest.raises(errors.SignInNeeded):
        session.unlock_remembered(world.folder(), clock=world.clock)
    assert written(world.unlock()) == ["lapsed"]


def test_without_a_keyring_nothing_is_remembered_and_locking_works(world: World, use_keyring: UseKeyring) -> None:
    use_keyring("keyring.backends.fail.Keyring")
    opened = world.sign_in()
    with pytest.raises(errors.KeyringUnavailable, match="no desktop session"):
        session.remember(opened)
    session.lock(opened)
    assert not opened.is_open

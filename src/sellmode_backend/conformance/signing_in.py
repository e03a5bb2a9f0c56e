"""Sessions: how they begin and end, and what opens none."""

from __future__ import annotations

import base64
import datetime as dt
import re
import secrets

from sellmode_backend.conformance.checking import check
from sellmode_backend.conformance.expecting import expect, expect_equal, expect_problem, expect_status
from sellmode_backend.conformance.http import Answer
from sellmode_backend.conformance.kit import Kit
from sellmode_contract import wire

_SIGNING_IN = "signing-in"
_MOST_ATTEMPTS = 11
_NEW, _WEAK = "seven grey herons stand", "short"
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43,}")


@check(
    _SIGNING_IN, "a right password gives a token of 256 bits, the device's key, who it is, and when the session ends"
)
def answer(kit: Kit) -> None:
    """What a sign-in answers."""
    person = kit.world.person("ada")
    signed_in = kit.signed_in(person, kit.device("ada", "answer"))
    expect(_TOKEN.fullmatch(signed_in.token) is not None, "the token is no 256 bits of base64url")
    expect_equal(len(signed_in.key), 32, "the number of bytes of the key")
    expect_equal(signed_in.account, person.account, "the account")
    expect_equal(signed_in.retailer, kit.world.retailer.name, "the retailer's name")
    expect(signed_in.expires_at > dt.datetime.now(dt.UTC), "the session has ended already")


@check(_SIGNING_IN, "the key is the same at every sign-in of an account on a device, and another elsewhere")
def same_key(kit: Kit) -> None:
    """Keys of devices."""
    ada, ben = kit.world.person("ada"), kit.world.person("ben")
    device, other = kit.device("ada", "key"), kit.device("ada", "other-key")
    first, again = kit.signed_in(ada, device), kit.signed_in(ada, device)
    expect(first.key == again.key, "the second sign-in has another key")
    expect(kit.signed_in(ada, other).key != first.key, "another device has the same key")
    expect(kit.signed_in(ben, device).key != first.key, "another account has the same key on the device")
    expect(first.token != again.token, "the second sign-in has the same token")


@check(_SIGNING_IN, "there is one session an account and device: a new one ends the one before")
def one_session(kit: Kit) -> None:
    """The old token opens nothing."""
    device = kit.device("ben", "one")
    first = kit.signed_in(kit.world.person("ben"), device)
    kit.signed_in(kit.world.person("ben"), device)
    expect_problem(_sync(kit, first.token, device), 401, "signed_out")


@check(_SIGNING_IN, "a wrong password and an unknown user name are refused alike, as `wrong_credentials`")
def wrong_password(kit: Kit) -> None:
    """Nothing tells which names there are."""
    device = kit.device("ben", "wrong")
    wrong = kit.sign_in("ben", "not this one at all", device)
    unknown = kit.sign_in(f"nobody-{secrets.token_hex(4)}", "not this one at all", device)
    expect_problem(wrong, 401, "wrong_credentials")
    expect_problem(unknown, 401, "wrong_credentials")
    expect(wrong.body == unknown.body, "the two refusals differ")
    kit.signed_in(kit.world.person("ben"), device)  # which takes the attempt back


@check(_SIGNING_IN, "user names compare however they are typed")
def name_as_typed(kit: Kit) -> None:
    """Capitals and blanks."""
    person = kit.world.person("ben")
    answer = kit.sign_in(f" {person.account.user_name.upper()} ", person.password, kit.device("ben", "typed"))
    expect_status(answer, 200)


@check(
    _SIGNING_IN, "a disabled account is `account_disabled` to the right password, `wrong_credentials` to a wrong one"
)
def disabled(kit: Kit) -> None:
    """Dora is disabled."""
    dora, device = kit.world.person("dora"), kit.device("dora", "1")
    expect_problem(kit.sign_in("dora", "not this one at all", device), 401, "wrong_credentials")
    expect_problem(kit.sign_in("dora", dora.password, device), 403, "account_disabled")


@check(_SIGNING_IN, "a wrong activation code is `wrong_code`; a password that will not do is `weak_password`")
def wrong_code(kit: Kit) -> None:
    """Activation, as far as it goes without a code."""
    wrong = wire.Activate(
        user_name=f"nobody-{secrets.token_hex(4)}", code="AAAA-AAAA", password=_NEW, device="kit"
    )  # fmt: skip
    expect_problem(kit.line.ask("POST", wire.ACTIVATE_PATH, wrong), 401, "wrong_code")
    weak = wire.Activate(user_name=wrong.user_name, code=wrong.code, password=_WEAK, device="kit")
    expect_problem(kit.line.ask("POST", wire.ACTIVATE_PATH, weak), 422, "weak_password")


@check(_SIGNING_IN, "signing out ends the session, and answers 204 to any token")
def sign_out(kit: Kit) -> None:
    """A session that has ended is `signed_out`."""
    device = kit.device("ben", "out")
    token = kit.signed_in(kit.world.person("ben"), device).token
    for _ in range(2):
        expect_status(kit.line.ask("POST", wire.SIGN_OUT_PATH, token=token), 204)
    expect_problem(_sync(kit, token, device), 401, "signed_out")


@check(_SIGNING_IN, "a token that opens nothing is `signed_out`, and so is a request without one")
def bad_token(kit: Kit) -> None:
    """Also for the stream of events."""
    made_up = base64.urlsafe_b64encode(secrets.token_bytes(32)).rstrip(b"=").decode()
    for token in (made_up, ""):
        expect_problem(_sync(kit, token, "kit"), 401, "signed_out")
        expect_problem(kit.line.ask("GET", wire.EVENTS_PATH, token=token), 401, "signed_out")


@check("post-v1sync", "a token is good on its own device only")
def another_device(kit: Kit) -> None:
    """What was copied to another terminal opens nothing."""
    token = kit.signed_in(kit.world.person("ben"), kit.device("ben", "here")).token
    expect_problem(_sync(kit, token, kit.device("ben", "elsewhere")), 401, "signed_out")


@check(_SIGNING_IN, "after ten wrong attempts in a row at one name at the latest there are `too_many_attempts`")
def attempts(kit: Kit) -> None:
    """Nobody has the name that is tried: unknown ones are counted too."""
    name, device = f"nobody-{secrets.token_hex(4)}", kit.device("nobody", "guess")
    answer = kit.sign_in(name, "guess", device)
    for _ in range(_MOST_ATTEMPTS):
        if answer.status != 401:
            break
        answer = kit.sign_in(name, "guess", device)
    problem = expect_problem(answer, 429, "too_many_attempts")
    expect(bool(problem.retry_after), "`retry_after` is missing")
    expect_equal(answer.headers.get("retry-after"), str(problem.retry_after), "Retry-After")


def _sync(kit: Kit, token: str, device: str) -> Answer:
    return kit.line.ask("POST", wire.SYNC_PATH, wire.SyncRequest(device=device), token=token)

"""What is secret does not show, and user names compare alike on both sides."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sellmode_contract.ids import user_key
from sellmode_contract.visibility import Account
from sellmode_contract.wire import Activate, SignedIn, SignIn


@pytest.mark.parametrize(
    "body",
    [
        SignIn(user_name="anna", password="the-secret", device="d"),
        Activate(user_name="anna", code="the-secret", password="the-secret", device="d"),
        SignedIn(
            token="the-secret",
            key=b"the-secret",
            account=Account(id="a", user_name="anna", name="Anna", role="associate"),
            retailer="R",
            expires_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
        ),
    ],
)
def test_secrets_do_not_show(body: object) -> None:
    assert "secret" not in f"{body!r} {body}"


@pytest.mark.parametrize("typed", ["Anna", " anna ", "ANNA", "\uff41\uff4e\uff4e\uff41", "\U0001d400NNA", "\u24d0nna"])
def test_user_names_compare_however_they_were_typed(typed: str) -> None:
    assert user_key(typed) == user_key("anna")


@given(st.text(max_size=20))
def test_a_key_is_its_own_key(typed: str) -> None:
    assert user_key(user_key(typed)) == user_key(typed)


def test_different_user_names_differ() -> None:
    assert user_key("anna") != user_key("ann")

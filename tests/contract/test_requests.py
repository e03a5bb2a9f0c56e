"""Who may take, answer, pass on and close requests of customers, and what comes of it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sellmode_contract import visibility
from sellmode_contract.kinds.chat_line import CUSTOMER, ChatLine
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.request import Request, Talk, talk_id
from sellmode_contract.kinds.retailer import Retailer
from sellmode_contract.kinds.staff import Staff
from sellmode_contract.mutations import (
    Claim,
    Create,
    Edit,
    MarkSeen,
    Operation,
    Outcome,
    Rejected,
    Release,
    Transfer,
    World,
    apply,
)
from sellmode_contract.mutations.requests import with_line
from sellmode_contract.records import Record
from sellmode_contract.roles import ROLE_CAPABILITIES, Role
from sellmode_contract.visibility import Account
from tests.support.applied import Held

NOW = dt.datetime(2026, 11, 30, 12, tzinfo=dt.UTC)
_PEOPLE: dict[str, Role] = {"ada": "associate", "ben": "associate", "mia": "manager"}
ADA, BEN, MIA = (
    Account(id=id, user_name=id, name=id.title(), role=role, stores=("s1",), capabilities=ROLE_CAPABILITIES[role])
    for id, role in _PEOPLE.items()
)
STAFF = [Staff(id=each.id, store="s1", user_name=each.id, name=each.name, role=each.role) for each in (ADA, BEN, MIA)]
ANNA = Customer(id="anna", store="s1", owner="ada", given_name="Anna")
OPEN = Request(id="q", store="s1", name="Kim", waiting_since=NOW)
ADAS = msgspec.structs.replace(OPEN, claimed_by="ada", claimed_at=NOW)


def outcome(operation: Operation, *held: Record, by: Account = ADA, mode: Any = "associate", late: int = 0) -> Outcome:
    retailer = Retailer(id="r", name="R", mode=mode, currency="EUR", time_zone="UTC")
    return apply(operation, World(Held([*STAFF, ANNA, *held]), by, retailer, "mid", NOW, dt.timedelta(minutes=late)))


def request_after(operation: Operation, *held: Record, **given: Any) -> Request:
    return next(record for record in outcome(operation, *held, **given).puts if isinstance(record, Request))


def refusal(operation: Operation, *held: Record, **given: Any) -> tuple[str, str | None]:
    with pytest.raises(Rejected) as refused:
        outcome(operation, *held, **given)
    return refused.value.code, refused.value.winner


def line(**doc: Any) -> Create:
    return Create(kind="chat_line", id="new", doc={"request": "q", "text": "Good morning", **doc})


def edit(**set: Any) -> Edit:
    return Edit(kind="request", id="q", set=set)


def test_of_two_who_take_a_request_the_first_has_it_and_the_other_is_told_who() -> None:
    taken = request_after(Claim(kind="request", id="q"), OPEN)
    assert (taken.claimed_by, taken.claimed_at) == ("ada", NOW)
    assert refusal(Claim(kind="request", id="q"), taken, by=BEN) == ("already_claimed", "ada")
    assert refusal(Claim(kind="request", id="q"), OPEN, late=16) == ("expired", None)
    assert request_after(Release(kind="request", id="q"), taken).claimed_by is None
    closed = msgspec.structs.replace(OPEN, state="closed", outcome="spam", closed_by="mia")
    assert refusal(Claim(kind="request", id="q"), closed) == ("already_done", "mia")


def test_one_that_names_somebody_is_theirs_first_and_the_stores_once_it_was_taken() -> None:
    reserved = msgspec.structs.replace(OPEN, wanted="ben", reserved=True)
    assert visibility.tags(reserved).own == "person:s1:ben"
    assert visibility.tags(reserved).team == "store:s1"
    taken = request_after(Claim(kind="request", id="q"), reserved, by=BEN)
    assert visibility.tags(taken).own == "store:s1"
    assert visibility.tags(request_after(Release(kind="request", id="q"), taken, by=BEN)).own == "store:s1"


def test_who_has_it_passes_it_on_and_so_does_a_manager() -> None:
    pass_on = Transfer(id="q", to="ben", was="ada")
    assert request_after(pass_on, ADAS).claimed_by == "ben"
    assert request_after(pass_on, ADAS, by=MIA).claimed_by == "ben"
    assert request_after(Transfer(id="q", to="ben", was=None), OPEN, by=MIA).claimed_by == "ben"
    assert refusal(pass_on, ADAS, by=BEN)[0] == "not_allowed"
    assert refusal(Transfer(id="q", to="ben", was="mia"), ADAS, by=MIA) == ("conflict", "ada")
    assert refusal(Transfer(id="q", to="zoe", was="ada"), ADAS)[0] == "invalid"
    office = Staff(id="ida", store="s1", user_name="ida", name="Ida", role="head_office")
    assert refusal(Transfer(id="q", to="ida", was="ada"), ADAS, office)[0] == "invalid"
    assert outcome(Transfer(id="q", to="ada", was="ada"), ADAS) == Outcome()


def test_only_who_has_it_answers_and_the_lines_are_numbered() -> None:
    assert refusal(line(), OPEN) == ("not_allowed", None)
    assert refusal(line(), ADAS, by=BEN) == ("not_allowed", "ada")
    assert refusal(line(), ADAS, by=msgspec.structs.replace(BEN, stores=("s2",)))[0] == "not_found"
    assert refusal(line(text=" "), ADAS)[0] == "invalid"
    assert refusal(line(), msgspec.structs.replace(ADAS, lines=2_000))[0] == "not_allowed"
    assert refusal(line(request="another"), ADAS)[0] == "not_found"
    written = outcome(line(), msgspec.structs.replace(ADAS, lines=4, customer="anna"))
    made = next(record for record in written.puts if isinstance(record, ChatLine))
    assert (made.n, made.by, made.holder, made.customer, made.store) == (5, "ada", "ada", "anna", "s1")
    request = next(record for record in written.puts if isinstance(record, Request))
    assert (request.lines, request.answered_at, request.waiting_since) == (5, NOW, None)


def test_what_the_customer_writes_waits_and_opens_it_again() -> None:
    later = NOW + dt.timedelta(minutes=5)
    closed = request_after(
        edit(state="closed", outcome="sold"), msgspec.structs.replace(ADAS, lines=1, answered_at=NOW)
    )
    assert (closed.closed_by, closed.closed_at, closed.waiting_since) == ("ada", NOW, None)
    assert refusal(line(), closed) == ("already_done", "ada")
    written = ChatLine(id="i", store="s1", request="q", n=2, at=later, by=CUSTOMER, text="One\nmore thing")
    again = with_line(closed, written)
    assert (again.state, again.outcome, again.closed_by, again.claimed_by) == ("open", "", "", "ada")
    assert (again.waiting_since, again.lines, again.preview) == (later, 2, "One more thing")
    still = with_line(again, msgspec.structs.replace(written, n=3, at=later + dt.timedelta(minutes=1)))
    assert still.waiting_since == later


def test_closing_says_what_came_of_it_and_a_snooze_is_in_the_future() -> None:
    assert refusal(edit(state="closed"), ADAS)[0] == "invalid"
    assert refusal(edit(outcome="sold"), ADAS)[0] == "invalid"
    assert refusal(edit(state="closed", outcome="sold"), ADAS, by=BEN)[0] == "not_allowed"
    assert request_after(edit(state="closed", outcome="sold"), ADAS, by=MIA).closed_by == "mia"
    assert refusal(edit(snoozed_to="2026-11-30T11:00:00Z"), ADAS)[0] == "invalid"
    assert request_after(edit(snoozed_to="2026-11-30T13:00:00Z"), ADAS).snoozed_to


def test_a_request_is_linked_only_to_a_customer_whom_one_sees() -> None:
    assert request_after(edit(customer="anna"), ADAS).customer == "anna"
    bens = msgspec.structs.replace(ADAS, claimed_by="ben")
    for unseen in ("anna", "nobody"):
        with pytest.raises(Rejected) as refused:
            outcome(edit(customer=unseen), bens, by=BEN)
        told = refused.value.code, refused.value.detail, refused.value.field
        assert told == ("not_found", "There is no such customer.", "customer")
    assert request_after(edit(customer="anna"), bens, by=BEN, mode="team").customer == "anna"


def test_only_who_has_it_says_what_was_seen_and_never_less_than_before() -> None:
    talk = Talk(id=talk_id("q"), store="s1", request="q", holder="ada", seen=2)
    held = msgspec.structs.replace(ADAS, lines=3)
    (after,) = outcome(MarkSeen(id=talk.id, n=9), talk, held).puts
    assert isinstance(after, Talk)
    assert after.seen == 3
    assert outcome(MarkSeen(id=talk.id, n=1), talk, held) == Outcome()
    assert refusal(MarkSeen(id=talk.id, n=3), talk, held, by=BEN)[0] == "not_allowed"


_STEPS: dict[str, Operation] = {
    "take": Claim(kind="request", id="q"),
    "release": Release(kind="request", id="q"),
    "to ada": Transfer(id="q", to="ada", was="ben"),
    "to ben": Transfer(id="q", to="ben", was="ada"),
    "write": line(),
    "close": edit(state="closed", outcome="helped"),
    "open": edit(state="open"),
}


@given(
    st.sampled_from(["associate", "team"]),
    st.lists(st.tuples(st.sampled_from([ADA, BEN, MIA]), st.sampled_from(sorted(_STEPS)))),
)
def test_nobody_but_the_one_who_has_it_ever_answers(mode: str, steps: list[tuple[Account, str]]) -> None:
    """Whatever is tried: one person at most has a request, lines are theirs and numbered without a gap."""
    request = OPEN
    lines: list[int] = []
    for account, step in steps:
        operation = _STEPS[step]
        if isinstance(operation, Create):
            operation = msgspec.structs.replace(operation, id=f"line {len(lines)}")
        try:
            puts = outcome(operation, request, by=account, mode=mode).puts
        except Rejected:
            continue
        for record in puts:
            if isinstance(record, ChatLine):
                assert record.by == record.holder == request.claimed_by == account.id
                lines.append(record.n)
        request = next((record for record in puts if isinstance(record, Request)), request)
        assert (request.state == "closed") == bool(request.outcome)
    assert lines == [*range(1, len(lines) + 1)]

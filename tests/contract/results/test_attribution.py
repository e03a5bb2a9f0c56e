"""Who earns an online sale."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sellmode_contract.results.attribution import (
    ENGAGEMENT,
    LISTED,
    METHODS,
    WAYS,
    Judgement,
    Rules,
    Sale,
    Touch,
    What,
    checked,
    judge,
    parted,
    why,
)

PLACED = dt.datetime(2026, 11, 18, 12, tzinfo=dt.UTC)
SALE = Sale(id="o", placed_at=PLACED)


def touch(id: str, days: float, what: What = "click", person: str | None = "ann", **fields: Any) -> Touch:
    at = PLACED - dt.timedelta(days=days)
    return Touch(**{"id": id, "at": at, "what": what, "way": "lookbook", "store": "S", "person": person, **fields})


def verdicts(judgement: Judgement) -> dict[str, str]:
    return {item.touch.id: item.verdict for item in judgement.considered}


def test_the_last_touch_within_its_window_earns_the_sale_and_the_others_are_told_why_not() -> None:
    given = [
        touch("a", 15),
        touch("b", 3, person="ben"),
        touch("c", 2),
        touch("d", 1, "refused", "cy"),
        touch("e", -1),
        touch("f", 2.5),
    ]
    judged = judge(given, SALE, Rules(), "associate")
    assert [(credit.store, credit.person) for credit in judged.credits] == [("S", "ann")]
    assert verdicts(judged) == {
        "a": "too_early", "b": "later_won", "c": "won", "d": "refused", "e": "after", "f": "same_person",
    }  # fmt: skip
    assert all(why(item) for item in judged.considered)


def test_in_team_mode_the_store_is_credited_and_who_acted_is_kept() -> None:
    (credit,) = judge([touch("a", 1)], SALE, Rules(), "team").credits
    assert (credit.store, credit.person, credit.actor) == ("S", None, "ann")


def test_the_customer_s_part_goes_first_where_the_rules_say_so() -> None:
    given = [touch("reply", 5, "reply", "ann"), touch("open", 1, "open", "ben")]
    judged = judge(given, SALE, Rules(method="highest_engagement"), "associate")
    assert verdicts(judged) == {"open": "stronger_won", "reply": "won"}


def test_a_way_has_its_own_window_and_another_where_the_customer_took_part() -> None:
    rules = Rules(windows={"email": 5}, engaged_windows={"email": 30})
    sent, answered = touch("a", 6, "message", way="email"), touch("b", 6, "reply", way="email")
    assert verdicts(judge([sent], SALE, rules, "team")) == {"a": "too_early"}
    assert verdicts(judge([answered], SALE, rules, "team")) == {"b": "won"}
    with pytest.raises(ValueError, match="no way to touch"):
        checked(Rules(windows={"pigeon": 1}))
    with pytest.raises(ValueError, match="0 to 365"):
        checked(Rules(days=-1))


def test_exactly_at_the_end_of_the_window_counts() -> None:
    assert verdicts(judge([touch("a", 14)], SALE, Rules(), "team")) == {"a": "won"}
    early = touch("a", 14, at=PLACED - dt.timedelta(days=14, microseconds=1))
    assert verdicts(judge([early], SALE, Rules(), "team")) == {"a": "too_early"}


_TOUCHES = st.lists(
    st.builds(
        touch,
        st.integers(0, 60).map(str),
        st.floats(-2, 40),
        st.sampled_from(get_args(What)),
        st.sampled_from(["ann", "ben", "cy", None]),
        store=st.sampled_from(["S", "T"]),
        way=st.sampled_from(list(WAYS)),
    ),
    max_size=60,
    unique_by=lambda item: item.id,
)


@given(_TOUCHES, st.sampled_from(list(METHODS)), st.sampled_from(["associate", "team"]), st.integers(-(10**7), 10**7))
def test_credits_come_to_the_sale_to_the_cent(touches: list[Touch], method: Any, mode: Any, net: int) -> None:
    rules = Rules(method=method, windows={"sms": 3, "email": 30})
    judged = judge(touches, SALE, rules, mode)
    shuffled = random.Random(net).sample(touches, len(touches))
    assert judged == judge([*shuffled, *shuffled], SALE, rules, mode)  # in any order, and twice
    valid = [
        item
        for item in touches
        if ENGAGEMENT[item.what] and 0 <= (PLACED - item.at).total_seconds() <= rules.window(item) * 86400
    ]
    assert bool(judged.credits) == bool(valid)
    assert sum(judged.amounts(net)) == (net if valid else 0)
    who = {(item.store, item.person) for item in valid}
    if method == "split":
        assert {(credit.store, credit.actor) for credit in judged.credits} == who
        assert len(judged.credits) == len(who)
    elif valid:
        assert len(judged.credits) == 1
    if method == "last_touch" and valid:
        assert judged.credits[0].at == max(item.at for item in valid)
    assert mode == "associate" or all(credit.person is None for credit in judged.credits)
    assert len(judged.considered) + judged.more == len(touches)
    assert len(judged.considered) <= max(LISTED, len(judged.credits))
    assert msgspec.json.decode(msgspec.json.encode(judged), type=Judgement) == judged


@given(st.integers(-(10**9), 10**9), st.integers(1, 40))
def test_parts_differ_by_a_cent_at_most(amount: int, parts: int) -> None:
    each = parted(amount, parts)
    assert sum(each) == amount
    assert max(each) - min(each) <= 1

"""What becomes of a rule's occurrences: tasks, tasks held back, and open ones that are overtaken."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sellmode_contract.kinds.retailer import CustomField
from sellmode_contract.kinds.rule_task import Because, RuleTask, rule_task_id
from sellmode_contract.kinds.task_rule import TaskRule, task_rule_id
from sellmode_contract.rules import DEFAULT_RULES, HELD, default_rules
from sellmode_contract.rules.checking import problems
from sellmode_contract.rules.facts import Event, Facts, Item
from sellmode_contract.rules.judging import (
    NOBODY,
    Decision,
    UnfitRule,
    overtaken,
    prepare,
    standing,
    task_of,
    within_caps,
)
from sellmode_contract.store_time import Due
from tests.contract.rules.making import (
    PET,
    RETAILER,
    TODAY,
    ZURICH,
    at,
    customer,
    date,
    decided,
    judge,
    purchase,
    rule,
)

DAY = dt.timedelta(days=1)
BOUGHT = (purchase("o1", at("2026-11-20T12:00"), sold_by="ben"),)
NOW = at("2026-11-22T12:00")


def thanks(**fields: Any) -> TaskRule:
    return rule("purchase", "thanks", offset_days=2, **fields)


def held(given: TaskRule, facts: Facts) -> list[str]:
    return [decision.held for decision in decided(given, facts)]


# ------------------------------------------------------------------ which rules, which customers


def test_a_stores_rule_stands_in_place_of_the_retailers_also_switched_off() -> None:
    everywhere = [thanks(), rule("new_customer", "new"), rule("date", "off", enabled=False)]
    own = msgspec.structs.replace(everywhere[0], id=task_rule_id("s1", "thanks"), store="s1", enabled=False)
    there = msgspec.structs.replace(everywhere[0], id=task_rule_id("s2", "thanks"), store="s2", name="Other")
    for given_in in ([*everywhere, own, there], [there, own, *everywhere]):
        assert [one.slug for one in standing(given_in, "s1")] == ["new"]
        assert [(one.slug, one.name) for one in standing(given_in, "s2")] == [("new", "Rule"), ("thanks", "Other")]
        assert [(one.slug, one.name) for one in standing(given_in, "s3")] == [("new", "Rule"), ("thanks", "Rule")]


def test_a_rule_whose_field_is_gone_is_unfit_and_says_why() -> None:
    with pytest.raises(UnfitRule, match=r"rule thanks: audience: .*skin") as caught:
        prepare(thanks(audience="tag:vip skin:dry"), RETAILER)
    (problem,) = caught.value.problems
    assert (problem.field, problem.start, problem.end) == ("audience", 8, 12)


def test_an_oddly_named_field_of_the_retailer_is_in_no_rules_way() -> None:
    odd = tuple(CustomField(name=name, label="L", type="text") for name in ("Skin Type", "has", "", "tier", "skin"))
    twice = CustomField(name="skin", label="L", type="number")
    retailer = msgspec.structs.replace(RETAILER, custom_fields=(*odd, twice))
    who = customer(tier="gold", custom={"tier": "silver", "skin": "dry", "Skin Type": "oily", "has": "x"})
    for audience, counts in {"": True, "tier:gold skin:dry": True, "tier:silver": False, "skin:oily": False}.items():
        found = decided(thanks(audience=audience), Facts(customer=who, purchases=BOUGHT), retailer=retailer)
        assert bool(found) == counts, audience


@pytest.mark.parametrize(
    ("audience", "counts"),
    [
        ("", True),
        ("tag:vip spend>=100", True),
        ("tag:vip spend>=101", False),
        ("pet.name:tom", True),
        ("owner:anna", True),
        ("owner:ben", False),
        ("lind", True),
        ("5550100", True),
        ("birthday<9d", True),
        ("birthday<8d", False),
        ("consent.email:subscribed", True),
        ("last_purchase:2026-11-20", True),
        ("-has:email", False),
    ],
)
def test_only_the_audience_gets_a_task(audience: str, counts: bool) -> None:
    who = customer(
        given_name="Mara",
        family_name="Lind",
        email="mara@example.com",
        phone="555 0100",
        tags=("VIP",),
        spend=10_000,
        last_purchase=BOUGHT[0].at,
        custom={"pet": [{"name": "Tom"}]},
    )
    facts = Facts(customer=who, purchases=BOUGHT, dates=(date(11, 30),), consents={"email": "subscribed"})
    given = thanks(audience=audience)
    assert (held(given, facts) == [""]) is counts
    asked = judge(given).needs()
    assert asked.dates is ("birthday" in audience)
    assert asked.consents is ("consent" in audience)


def test_customers_of_nobody_count_unless_the_rule_leaves_them_out() -> None:
    facts = Facts(customer=customer(owner=None), purchases=BOUGHT)
    (found,) = decided(thanks(), facts)
    assert found.person is None
    assert decided(thanks(unowned=False), facts) == []


@pytest.mark.parametrize(
    ("seller", "mode", "person"),
    [("ben", "team", "ben"), ("ben", "associate", "anna"), ("gone", "team", "anna"), ("far", "team", "anna")],
)
def test_whom_a_task_is_meant_for(seller: str, mode: str, person: str) -> None:
    facts = Facts(customer=customer(), purchases=(purchase("o1", at("2026-11-20T12:00"), sold_by=seller),))
    retailer = msgspec.convert({**msgspec.to_builtins(RETAILER), "mode": mode}, type(RETAILER))
    (found,) = judge(thanks(goes_to="seller"), retailer=retailer).decisions(facts)
    assert found.person == person
    (owner,) = judge(thanks(), retailer=retailer).decisions(facts)
    assert owner.person == "anna"


def test_an_event_concerns_who_asked_to_be_told() -> None:
    facts = Facts(customer=customer(), events=(Event("e1", "back_in_stock", at("2026-11-22T09:00"), "ben"),))
    assert [one.person for one in decided(rule("event", goes_to="seller"), facts)] == ["ben"]


# ------------------------------------------------------------------ held back


@pytest.mark.parametrize(
    ("gap", "contact", "reason"),
    [
        (0, "2026-11-22T00:30", ""),
        (1, "2026-11-22T00:30", "contacted"),
        (1, "2026-11-21T23:30", ""),
        (7, "2026-11-16T00:10", "contacted"),
        (7, "2026-11-15T23:50", ""),
    ],
)
def test_who_was_contacted_not_long_ago_is_left_in_peace(gap: int, contact: str, reason: str) -> None:
    facts = Facts(customer=customer(last_contact=at(contact)), purchases=BOUGHT)
    assert held(thanks(contact_gap_days=gap), facts) == [reason]


@pytest.mark.parametrize(
    ("need", "consents", "who", "reason"),
    [
        ("", {"email": "unsubscribed"}, {}, ""),
        ("email", {}, {}, ""),
        ("email", {"email": "one_to_one"}, {}, ""),
        ("email", {"email": "unsubscribed"}, {}, "no_consent"),
        ("sms", {"email": "unsubscribed"}, {}, ""),
        ("any", {"email": "unsubscribed"}, {"email": "a@b.ch", "phone": "1"}, ""),
        ("any", {"email": "unsubscribed"}, {"email": "a@b.ch"}, "no_consent"),
        ("any", {"email": "unsubscribed", "sms": "unsubscribed"}, {"email": "a@b.ch", "phone_e164": "+1"}, ""),
        ("any", {}, {}, "no_consent"),
    ],
)
def test_who_has_unsubscribed_is_left_in_peace(need: str, consents: Any, who: dict[str, str], reason: str) -> None:
    facts = Facts(customer=customer(**who), purchases=BOUGHT, consents=consents)
    assert held(thanks(consent=need), facts) == [reason]
    assert judge(thanks(consent=need)).needs().consents is bool(need)


def test_a_second_task_of_a_rule_waits_for_the_first() -> None:
    task = RuleTask(id="t", store="s1", customer="c1", rule="thanks")
    other = msgspec.structs.replace(task, rule="birthday")
    over = msgspec.structs.replace(task, expires_at=NOW - DAY)
    for tasks, reason in [((task,), "open_already"), ((other,), ""), ((over,), ""), ((over, task), "open_already")]:
        assert held(thanks(), Facts(customer=customer(), purchases=BOUGHT, tasks=tasks)) == [reason]
    two = (*BOUGHT, purchase("o0", at("2026-11-20T13:00")))
    assert held(thanks(), Facts(customer=customer(), purchases=two)) == ["", "open_already"]


def test_every_reason_has_words() -> None:
    assert set(HELD) == {"contacted", "no_consent", "open_already", "cap"}


# ------------------------------------------------------------------ caps

_DECISIONS = st.lists(
    st.builds(
        lambda slug, who, person, spend, cap, held: Decision(
            rule=rule("purchase", slug, daily_cap=cap),
            customer=who,
            occurrence="o",
            due=Due(TODAY),
            expires=None,
            because=Because(event="purchase"),
            person=person,
            held=held,
            spend=spend,
        ),
        st.sampled_from(["a", "b"]),
        st.sampled_from(["c1", "c2", "c3", "c4"]),
        st.sampled_from(["anna", "ben", None]),
        st.integers(0, 3),
        st.just(2),
        st.sampled_from(["", "", "", "contacted"]),
    ),
    max_size=20,
)


@given(_DECISIONS, st.integers(0, 3))
def test_a_cap_lets_those_through_who_spend_most(decisions: list[Decision], taken: int) -> None:
    capped = within_caps(decisions, {("a", "anna"): taken, ("a", NOBODY): 1})
    assert [one._replace(held="") for one in capped] == [one._replace(held="") for one in decisions]
    assert all(after.held in (before.held, "cap") for before, after in zip(decisions, capped, strict=True))
    falls = Counter((one.rule.slug, one.person or NOBODY) for one in capped if not one.held)
    wanted = Counter((one.rule.slug, one.person or NOBODY) for one in decisions if not one.held)
    before = {("a", "anna"): taken, ("a", NOBODY): 1}
    for key, count in wanted.items():
        assert falls[key] == min(count, max(2 - before.get(key, 0), 0))
        mine = [one for one in capped if (one.rule.slug, one.person or NOBODY) == key]
        through, stopped = ([one for one in mine if one.held == reason] for reason in ("", "cap"))
        assert all((-one.spend, one.customer) <= (-other.spend, other.customer) for one in through for other in stopped)


def test_without_a_cap_all_go_through() -> None:
    facts = Facts(customer=customer(), purchases=BOUGHT)
    found = decided(thanks(), facts) * 50
    assert within_caps(found, {("thanks", "anna"): 99}) == found


# ------------------------------------------------------------------ overtaken


def _task(because: Because | None, **fields: Any) -> RuleTask:
    return RuleTask(id="t", store="s1", customer="c1", rule="r", because=because, **fields)


def test_open_tasks_expire_when_their_time_is_up_or_their_rule_is_gone() -> None:
    facts, given = Facts(customer=customer()), thanks()
    assert overtaken(given, _task(None, expires_at=NOW), facts, NOW) == "its time ran out"
    assert overtaken(given, _task(None, expires_at=NOW + DAY), facts, NOW) == ""
    assert overtaken(None, _task(None, expires_at=NOW + DAY), facts, NOW) == "the rule was removed"
    off = msgspec.structs.replace(given, enabled=False)
    assert overtaken(off, _task(None), facts, NOW) == "", "a rule that is switched off keeps its open tasks"


def test_who_has_bought_again_has_not_lapsed() -> None:
    lapsed, last = rule("lapsed"), at("2026-10-01T12:00")
    task = _task(Because(event="lapsed", at=last))
    assert overtaken(lapsed, task, Facts(customer=customer(last_purchase=last)), NOW) == ""
    assert overtaken(lapsed, task, Facts(customer=customer(last_purchase=last + DAY)), NOW) == "bought again"
    assert overtaken(lapsed, task, Facts(customer=customer()), NOW) == ""


def test_who_has_bought_the_product_again_needs_no_refill() -> None:
    refill, first = rule("replenishment"), at("2026-10-01T12:00")
    task = _task(Because(event="replenishment", at=first, about="Soap"))
    other = purchase("o2", first + DAY, Item("Scarf", "7", 1))
    again = purchase("o3", first + 2 * DAY, Item("soap", "8", 1))
    for purchases, why in [((), ""), ((other,), ""), ((other, again), "bought again")]:
        facts = Facts(customer=customer(last_purchase=first + 2 * DAY), purchases=purchases)
        assert overtaken(refill, task, facts, NOW) == why


def test_who_was_contacted_is_in_touch() -> None:
    touch, spoken = rule("stay_in_touch"), at("2026-10-01T12:00")
    since, never = _task(Because(event="stay_in_touch", at=spoken)), _task(Because(event="stay_in_touch"))
    assert overtaken(touch, since, Facts(customer=customer(last_contact=spoken)), NOW) == ""
    assert overtaken(touch, since, Facts(customer=customer(last_contact=spoken + DAY)), NOW) == "contacted"
    assert overtaken(touch, never, Facts(customer=customer()), NOW) == ""
    assert overtaken(touch, never, Facts(customer=customer(last_contact=spoken)), NOW) == "contacted"
    thanked = _task(Because(event="purchase", at=spoken))
    assert overtaken(thanks(), thanked, Facts(customer=customer(last_contact=NOW, last_purchase=NOW)), NOW) == ""


# ------------------------------------------------------------------ tasks


def test_a_task_has_what_the_rule_says_and_no_names() -> None:
    given = thanks(due_time="10:00", expires_days=7, action="call", details="Ask", message="Dear {given_name}")
    (found,) = decided(given, Facts(customer=customer(given_name="Mara"), purchases=BOUGHT))
    task = task_of(found, "s1", ZURICH, NOW)
    assert task == RuleTask(
        id=rule_task_id("thanks", "c1", "o1"),
        store="s1",
        title="Do it",
        details="Ask",
        action="call",
        due="2026-11-22T10:00",
        due_at=at("2026-11-22T10:00"),
        created_at=NOW,
        customer="c1",
        rule="thanks",
        occurrence="o1",
        because=Because(event="purchase", at=BOUGHT[0].at),
        meant_for="anna",
        message="Dear {given_name}",
        expires_at=at("2026-11-30T00:00"),
    )
    assert b"Mara" not in msgspec.json.encode(task)


# ------------------------------------------------------------------ the rules to begin with


def test_the_rules_to_begin_with_make_sense() -> None:
    found = default_rules(RETAILER.custom_fields)
    assert [list(problems(one, RETAILER.custom_fields)) for one in found] == [[] for _ in found]
    assert len({one.id for one in found}) == len(found) == len(DEFAULT_RULES) + 1
    assert found[-1].slug == "pet-birthday"
    assert found[-1].dates == ("pet.birthday",)
    assert {one.slug for one in found if not one.enabled} == {"replenishment", "stay-in-touch"}


def test_a_group_of_any_name_has_its_birthdays() -> None:
    odd = msgspec.structs.replace(PET, name="tiere_über_" + "x" * 60, label="T" * 200)
    (found,) = default_rules([odd])[len(DEFAULT_RULES) :]
    assert list(problems(found, [odd])) == []
    assert default_rules([msgspec.structs.replace(PET, fields=PET.fields[:1])]) == DEFAULT_RULES

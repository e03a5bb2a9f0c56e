"""The SQL of a filter finds whom the filter means (``sellmode_contract.filters.matches``)."""

from __future__ import annotations

import datetime as dt
import functools
import random
import tempfile
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sellmode_contract.filters import (
    Field,
    FilterError,
    Node,
    Not,
    Person,
    matches,
    parse,
    unparse,
)
from sellmode_contract.kinds.consent import Consent
from sellmode_contract.kinds.customer import Customer, Figures
from sellmode_contract.kinds.date import ImportantDate
from sellmode_contract.kinds.product import Product
from sellmode_contract.kinds.retailer import CustomField
from sellmode_contract.kinds.staff import Staff
from sellmode_contract.kinds.task_rule import TaskRule
from sellmode_contract.kinds.wish import Wish, wished_words
from sellmode_contract.records import Record
from sellmode_contract.rules.checking import names_me
from sellmode_contract.rules.facts import Facts, field_values
from sellmode_contract.rules.judging import Judge, prepare
from sellmode_contract.search import keys_of
from sellmode_tui.records import CustomerQuery, RecordStore
from tests.tui.cache.lines import ME, RETAILER, customer, fill, open_cache

ZONE = ZoneInfo("Europe/Zurich")
LATE = dt.datetime(2026, 11, 22, 23, 30, tzinfo=dt.UTC)
"""Tomorrow already where the store is."""

_FIELDS = (
    CustomField(name="shoe", label="Shoe size", type="number"),
    CustomField(name="motto", label="Motto", type="text"),
    CustomField(name="skin", label="Skin", type="choice", choices=("dry", "oily")),
    CustomField(name="joined", label="Joined", type="date"),
    CustomField(
        name="pet",
        label="Pet",
        type="group",
        fields=(
            CustomField(name="species", label="Species", type="choice"),
            CustomField(name="name", label="Name", type="text"),
            CustomField(name="age", label="Age", type="number"),
            CustomField(name="born", label="Born", type="date"),
        ),
    ),
)

_STAFF = [
    Staff(id=ME, store="store-1", user_name="E-100", name="Ana Ruiz", role="associate"),
    Staff(id="staff-1", store="store-1", user_name="e101", name="Bo Łukasz Meyer", role="associate"),
    Staff(id="staff-2", store="store-1", user_name="ana", name="", role="manager"),
]
_PRODUCTS = {
    "C-1": Product(id="p1", sku="C-1", title="Camel coat", type="Coats", currency="USD"),
    "B-1": Product(id="p2", sku="B-1", title="Boots", currency="USD"),
}


def _moment(chance: random.Random) -> dt.datetime | None:
    near = [dt.timedelta(hours=chance.randrange(-40, 2400)), dt.timedelta(days=chance.randrange(800))]
    return None if chance.random() < 0.2 else LATE - chance.choice(near)


def _custom(chance: random.Random) -> dict[str, object]:
    """Values of the retailer's fields, some of them not of their type."""
    days = ["2026-11-23", "2026-11-22", "2025-02-28", "2025-02-31", "soon", "", 20_260_101]
    values: dict[str, list[object]] = {
        "shoe": [38, 38.5, 42, 0, "", "38", True],
        "motto": ["Never give up", "never", "Ärger", "", 7, []],
        "skin": ["dry", "Oily", "", 1],
        "joined": list(days),
        "pet": [[], "cat", 3],
    }
    pet: dict[str, list[object]] = {
        "species": ["cat", "Dog", "", 4],
        "name": ["Tom", "Tom Thumb", "Łola", ""],
        "age": [1, 2.5, "3", False],
        "born": list(days),
    }
    if chance.random() < 0.6:
        values["pet"] = [
            [
                {name: chance.choice(some) for name, some in pet.items() if chance.random() < 0.7}
                for _ in range(chance.randrange(1, 3))
            ]
        ]
    return {name: chance.choice(some) for name, some in values.items() if chance.random() < 0.7}


def _people(seed: int = 5, count: int = 150) -> tuple[list[Customer], list[Record]]:
    chance = random.Random(seed)
    people: list[Customer] = []
    others: list[Record] = []
    for number in range(count):
        spend = chance.choice([0, 100, 5000, 12345, -700])
        raw = {
            "id": f"customer-{number}",
            "store": "store-1",
            "owner": chance.choice([ME, "staff-1", "staff-2", "staff-99", None]),
            "number": chance.choice(["", "1007", "K-1007"]),
            "given_name": chance.choice(["Ada", "Łucja", "", "Bo"]),
            "family_name": chance.choice(["Smith-Jones", "Müller", "", "Ada"]),
            "email": chance.choice(["", "ada.b@example.com"]),
            "phone": chance.choice(["", "079 123 45 67"]),
            "phone_e164": chance.choice(["", "+41791234567"]),
            "tier": chance.choice(["", "Gold", "gold plus", "silver"]),
            "tags": chance.choice([(), ("VIP",), ("vip", "press"), ("not vip",)]),
            "address": chance.choice([None, {"city": "Zürich", "country": "CH"}, {"city": "New York"}]),
            "custom": _custom(chance),
            "created_at": LATE,
        }
        figures = Figures(
            orders=(orders := chance.choice([0, 1, 2, 3])),
            other_orders=chance.randint(0, orders),
            units=chance.choice([0, 1, 5]),
            spend=spend,
            first_purchase=_moment(chance),
            last_purchase=_moment(chance),
            last_contact=_moment(chance),
        )
        person = msgspec.structs.replace(msgspec.convert(raw, Customer), figures=figures)
        people.append(person)
        for channel in ("email", "sms", "phone"):
            if chance.random() < 0.5:
                state = chance.choice(["subscribed", "one_to_one", "unsubscribed"])
                consent = {"id": f"{person.id} {channel}", "customer": person.id, "channel": channel, "state": state}
                others.append(msgspec.convert(consent, Consent))
        for label, about in (("birthday", ""), ("birthday", "Tom"), ("anniversary", "")):
            if chance.random() < 0.4:
                day = chance.choice([(11, 22), (11, 23), (11, 30), (12, 31), (1, 2), (2, 29)])
                date = ImportantDate(
                    id=f"{person.id} {label} {about}", customer=person.id, label=label, about=about,
                    month=day[0], day=day[1],
                )  # fmt: skip
                others.append(date)
        for sku in chance.sample(["C-1", "B-1", "gone"], chance.choice([0, 0, 1, 2])):
            title = "Red scarf" if sku == "gone" else ""
            others.append(Wish(id=f"{person.id} {sku}", customer=person.id, sku=sku, title=title, wished_at=LATE))
    return people, others


def _fields(person: Customer, others: list[Record]) -> dict[str, object]:
    """What a customer holds in each field of the grammar, as the rules that make tasks read it."""
    directory = {one.id: Person(one.id, one.user_name, one.name) for one in _STAFF}
    return field_values(_facts(person, others), _FIELDS, "USD", directory, ZONE)


def _facts(person: Customer, others: list[Record]) -> Facts:
    mine = [one for one in others if getattr(one, "customer", None) == person.id]
    return Facts(
        customer=person,
        dates=tuple(one for one in mine if isinstance(one, ImportantDate)),
        consents={one.channel: one.state for one in mine if isinstance(one, Consent)},
        wishes=tuple(wished_words(one, _PRODUCTS.get(one.sku)) for one in mine if isinstance(one, Wish)),
    )


class _Subject:
    """Customers in two caches, one of which has its indexes, and as the reference sees them."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory()
        people, others = _people()
        self.retailer = retailer = msgspec.structs.replace(RETAILER, custom_fields=_FIELDS)
        self.facts = [_facts(person, others) for person in people]
        self.stores = []
        for finish in (True, False):
            folder = Path(self._folder.name) / str(finish)
            folder.mkdir()
            cache = open_cache(folder)
            fill(cache, [*_STAFF, *_PRODUCTS.values(), *people, *others, retailer], finish=finish)
            self.stores.append(RecordStore(cache, clock=lambda: LATE))
        self.people = [(person.id, _fields(person, others), keys_of(person)) for person in people]

    def expected(self, tree: Node) -> list[str]:
        today = LATE.astimezone(ZONE).date()
        return sorted(id for id, fields, keys in self.people if matches(tree, fields, keys, today=today, me=ME))

    def found(self, text: str) -> list[list[str]]:
        results = []
        for records in self.stores:
            for sort in ("name", "spend"):
                rows = records.customers.find(CustomerQuery(text, sort)).rows(0, 1000)
                results.append(sorted(row.id for row in rows))
        return results

    def fields(self) -> tuple[Field, ...]:
        with self.stores[0]._readings.open() as reading:
            return self.stores[0]._readings.context(reading).fields


@functools.cache
def _subject() -> _Subject:
    return _Subject()


_TERMS = [
    "tag:vip", "tag:VIP,press", 'tag:"not vip"', "tier:gold", "tier!=gold", 'tier:"gold plus"', "has:tier",
    "none:tier", "city:zurich", 'city="New York"', "city:york", "country:ch", "has:email", "none:phone", "owner:me",
    "owner:nobody", "owner:e101", "owner:ana", "owner:meyer", "owner:lukasz", "owner:ghost", "has:owner", "name:ada",
    'name="bo ada"', "has:name", "customer_number:1007", 'customer_number="K-1007"', "spend>=50", "spend<0",
    "spend=123.45", "spend>1.0051", "orders>1", "orders=0", "units!=5", "average_order>=50", "average_order<50",
    "has:average_order", "last_purchase>90d", "last_purchase<90d", "last_purchase:today", "last_purchase:yesterday",
    "last_purchase<=1d", "last_purchase:this-week", "last_purchase:2026-11", "last_purchase:2026",
    "last_purchase>=2026-11-22", "last_contact<3w", "has:last_contact", "none:first_purchase",
    "first_purchase<2026-01-01", "first_purchase>1y", "birthday:today", "birthday<14d", "birthday<=60d",
    "birthday:02-28", "birthday:02-29", "birthday:12-31", "has:birthday", "birthday:next-month",
    "wish:coats", "wish:cam", "wish:scarf", 'wish="camel coat coats"', "has:wish", "none:wish", "wish!=boots",
    "consent.email:subscribed",
    "consent.sms:unsubscribed", "none:consent.phone", "consent.phone!=one_to_one", "shoe>=38", "shoe=38.5",
    "has:shoe", "motto:never", 'motto="never give up"', "motto:arger", "skin:dry", "skin:oily,dry", "has:skin",
    "joined:today", "joined<1y", "has:joined", "joined:2025-02", "has:pet", "none:pet", "pet.species=cat",
    "pet.species:dog", "pet.name:tom", 'pet.name="tom thumb"', "pet.age>=1", "pet.age<2.5", "has:pet.age",
    "pet.born<=1d", "has:pet.born", "ada", "luc", "muller ada", "079123", "4567 ada", "1007", "79 123", "a",
]  # fmt: skip


@pytest.mark.parametrize("text", _TERMS)
def test_a_term_finds_whom_it_means(text: str) -> None:
    subject = _subject()
    expected = subject.expected(parse(text, subject.fields()))
    for found in subject.found(text):
        assert found == expected
    assert subject.found(f"-({text})")[0] == subject.expected(Not(parse(text, subject.fields())))


def test_most_terms_find_some_and_not_all() -> None:
    subject = _subject()
    telling = sum(0 < len(subject.expected(parse(text, subject.fields()))) < 150 for text in _TERMS)
    assert telling >= len(_TERMS) - 6


_trees = st.recursive(
    st.sampled_from(_TERMS),
    lambda inner: st.one_of(
        inner.map(lambda text: f"-({text})"),
        st.lists(inner, min_size=2, max_size=3).map(" ".join),
        st.lists(inner, min_size=2, max_size=3).map(lambda texts: f"({' or '.join(texts)})"),
    ),
    max_leaves=6,
)


@given(_trees)
def test_a_filter_finds_whom_it_means(text: str) -> None:
    subject = _subject()
    tree = parse(text, subject.fields())
    expected = subject.expected(tree)
    for found in subject.found(unparse(tree)):
        assert found == expected


@given(_trees)
def test_a_rules_audience_is_whom_the_filter_finds(text: str) -> None:
    """What the backend judges customer by customer, and a manager tries in the list."""
    subject = _subject()
    tree = parse(text, subject.fields())
    assume(names_me(tree) is None)
    rule = TaskRule(
        id="rule", slug="welcome", name="W", trigger="new_customer", title="T", audience=unparse(tree), expires_days=0
    )
    judge = Judge(
        [prepare(rule, subject.retailer)],
        store="store-1",
        zone=ZONE,
        today=LATE.astimezone(ZONE).date(),
        now=LATE,
        staff=_STAFF,
    )
    audience = sorted(facts.customer.id for facts in subject.facts if judge.decisions(facts))
    for found in subject.found(unparse(tree)):
        assert found == audience


def test_a_filter_that_cannot_be_read_points_at_the_place() -> None:
    with pytest.raises(FilterError) as error:
        _subject().stores[0].customers.find(CustomerQuery("tag:vip colour:red"))
    assert error.value.start == len("tag:vip ")


def test_fields_that_nobody_could_type_are_left_out_of_filters(tmp_path: Path) -> None:
    cache = open_cache(tmp_path)
    odd = (
        CustomField(name="Shoe Size", label="Shoe size", type="number"),
        CustomField(name="tier", label="Another tier", type="text"),
        CustomField(name="motto", label="Motto", type="text"),
    )
    fill(
        cache, [msgspec.structs.replace(RETAILER, custom_fields=odd), customer(custom={"motto": "Never", "tier": "x"})]
    )
    records = RecordStore(cache)
    assert records.customers.find(CustomerQuery("motto:never")).count() == (1, True)
    assert records.customers.find(CustomerQuery("has:tier")).count() == (0, True)
    cache.close()


# ------------------------------------------------------------------ completion


def _complete(text: str) -> list[str]:
    return [one.text for one in _subject().stores[0].customers.complete(text, len(text))]


def test_fields_are_completed() -> None:
    assert "last_purchase>" in _complete("last")
    assert "pet.species:" in _complete("tag:vip pet.")


def test_values_that_occur_are_completed() -> None:
    assert {"vip", "VIP"} <= set(_complete("tag:v"))
    assert '"gold plus"' in _complete("tier:g")
    assert {"me", "nobody", '"Ana Ruiz"'} <= set(_complete("owner:"))
    assert '"New York"' in _complete("city:new")
    assert set(_complete("pet.species:")) >= {"cat", "Dog"}
    assert "dry" in _complete("skin:d")
    assert "subscribed" in _complete("consent.email:s")


def test_names_and_values_of_the_wrong_type_are_not_completed() -> None:
    assert _complete("name:a") == []
    assert "4" not in _complete("pet.species:")

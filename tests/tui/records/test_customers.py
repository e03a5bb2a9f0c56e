from __future__ import annotations

import datetime as dt
import random
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sellmode_contract.kinds.customer import Customer, Figures
from sellmode_contract.search import keys_of, name_key, parse_query, words
from sellmode_tui.cache import search
from sellmode_tui.cache.store import Cache, Interrupted
from sellmode_tui.records import CustomerQuery, CustomerRow, RecordStore
from sellmode_tui.records.customers import lists as customers
from sellmode_tui.records.naming import Named, matching
from tests.support.hostile import HOSTILE
from tests.tui.cache.lines import ME, NOW, TEAM, customer, fill, open_cache, put, staff

_SORTS = ("name", "last_purchase", "spend", "last_contact", "owner")


def _population(count: int = 700) -> list[Customer]:
    chance = random.Random(11)

    def moment() -> dt.datetime | None:
        return None if chance.random() < 0.3 else NOW - dt.timedelta(days=chance.randrange(40))

    return [
        customer(
            number,
            given_name=chance.choice(["Ada", "ada", "Łucja", "José", "Bo", ""]),
            family_name=chance.choice(["Smith", "Smith-Jones", "Ødegård", "山田", "O'Neil", ""]),
            email=chance.choice(["", f"user{number}@example.com", "lucy.ode@example.com"]),
            phone=chance.choice(["", f"+41 79 {chance.randrange(1000):03} 45 67", "044 123 99 00"]),
            number=chance.choice(["", f"K{number}", "100200"]),
            owner=chance.choice([ME, "staff-1", "staff-2", "staff-77", None]),
            tier=chance.choice(["", "gold"]),
            figures=Figures(spend=chance.randrange(6), last_purchase=moment(), last_contact=moment()),
        )
        for number in range(count)
    ]


_PEOPLE = _population()
_DIRECTORY = {"staff-1": "Zoe Abt", "staff-2": "Ann Zug"}


@pytest.fixture(scope="module", params=[True, False], ids=["with indexes", "while first syncing"])
def records(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RecordStore]:
    cache = open_cache(tmp_path_factory.mktemp("lists"))
    people = [staff(1, _DIRECTORY["staff-1"]), staff(2, _DIRECTORY["staff-2"]), *_PEOPLE]
    random.Random(2).shuffle(people)
    fill(cache, people, finish=request.param)
    yield RecordStore(cache, clock=lambda: NOW)
    cache.close()


def _by_name(person: Customer) -> tuple[str, str]:
    named = person.family_name or person.given_name
    key = name_key(person.family_name, person.given_name) if named else name_key(person.name, "")
    return key, person.id


def _expected(people: list[Customer], sort: str, *, descending: bool) -> list[str]:
    """Sorted plainly: nobody without a value before one with one; ties by name."""
    by_name = sorted(people, key=_by_name, reverse=sort == "name" and descending)
    if sort == "name":
        return [person.id for person in by_name]

    def value(person: Customer) -> float | None:
        figures = person.figures
        if sort == "owner":
            order = [*sorted(_DIRECTORY, key=_DIRECTORY.__getitem__)]
            return None if person.owner is None else order.index(person.owner) if person.owner in order else 99
        held = {"spend": figures.spend, "last_purchase": figures.last_purchase, "last_contact": figures.last_contact}[
            sort
        ]
        return held.timestamp() if isinstance(held, dt.datetime) else held

    sign = -1 if descending else 1
    with_value = [(sign * held, person.id) for person in by_name if (held := value(person)) is not None]
    return [id for _, id in sorted(with_value, key=lambda pair: pair[0])] + [
        person.id for person in by_name if value(person) is None
    ]


def _ids(rows: list[CustomerRow]) -> list[str]:
    return [row.id for row in rows]


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("sort", _SORTS)
@pytest.mark.parametrize("text", ["", "smith", "tier:gold", "ada -tier:gold"])
def test_a_list_is_sorted_and_pages_fit_together(records: RecordStore, text: str, sort: str, descending: bool) -> None:
    people = [
        person
        for person in _PEOPLE
        if all(parse_query(word).matches(keys_of(person)) for word in text.split() if ":" not in word)
        and ("tier:" not in text or (person.tier == "gold") == text.startswith("tier:"))
    ]
    expected = _expected(people, sort, descending=descending)
    found = records.customers.find(CustomerQuery(text, sort, descending))  # type: ignore[arg-type]  # a name of _SORTS
    pages = [found.rows(start, start + 37) for start in range(0, len(expected) + 37, 37)]
    assert [id for page in pages for id in _ids(page)] == expected
    assert _ids(found.rows(len(expected) // 2, len(expected) // 2 + 5)) == expected[len(expected) // 2 :][:5]
    assert found.count() == (len(expected), True)
    assert found.exact_count() == len(expected)
    assert found.sorted
    for position in (0, len(expected) // 3, len(expected) - 1):
        assert found.find(expected[position]) == position
    assert found.find("nobody") is None


_TYPED = st.one_of(
    st.sampled_from([
        "a", "smi", "smith ada", "jones", "oneil", "o'neil", "lucja", "jose", "山", "user1", "lucy.ode", "ode", "100",
        "k1", "79", "4567", "044 123", "123 99", "45 67 ada", "9900 smith", "+41 79", "user1 4567", "00417",
        "100 100", "4 4", "00 100", "00100200",
        "1",
    ]),
    st.text("adsmijonø1045792 '+山", max_size=9),
)  # fmt: skip


@given(text=_TYPED)
def test_search_finds_whom_the_contract_says(records: RecordStore, text: str) -> None:
    typed = text.replace('"', "").replace("'", "")
    quoted = " ".join(f'"{word}"' for word in typed.split())
    query = parse_query(typed)
    assume(query.words or query.digits)  # a filter refuses what nothing can be searched for
    expected = {person.id for person in _PEOPLE if query.matches(keys_of(person))}
    found = records.customers.find(CustomerQuery(quoted))
    assert set(_ids(found.rows(0, 1000))) == expected
    assert found.count() == (len(expected), True)


def test_rows_say_what_a_list_shows(records: RecordStore) -> None:
    person = next(one for one in _PEOPLE if one.owner == "staff-1" and one.figures.last_purchase and one.number)
    (row,) = [row for row in records.customers.find().rows(0, 1000) if row.id == person.id]
    assert row == CustomerRow(
        id=person.id,
        name=person.name,
        tier=person.tier,
        tags=(),
        last_purchase=person.figures.last_purchase,
        spend=person.figures.spend,
        currency="CHF",
        last_contact=person.figures.last_contact,
        owner="staff-1",
        owner_name="Zoe Abt",
        store="store-1",
    )


def test_owners_unknown_here_are_colleagues(records: RecordStore) -> None:
    names = {row.owner: row.owner_name for row in records.customers.find().rows(0, 1000)}
    assert names["staff-77"] == "a colleague (works elsewhere)"
    assert names[None] == ""


@pytest.mark.parametrize("finish", [True, False], ids=["with indexes", "while first syncing"])
def test_a_customer_is_named_by_id_number_or_address(tmp_path: Path, *, finish: bool) -> None:
    cache = open_cache(tmp_path)
    ada = customer("0c1d6f3e-7c58", number="K7", email="Ada@example.com", phone="123")
    wordless = customer("b", number="---", email="_@example.com")
    fill(cache, [ada, customer("0c1d6f3e-9999", number="K8"), customer("0c1", number=""), wordless], finish=finish)
    records = RecordStore(cache)
    for name in ("---", "_@example.com"):
        assert records.customers.named(name, 5) == [wordless.id]
    for name in ("customer-0c1d6f3e-7c58", "customer-0c1d6f3e-7", "k7", "ada@EXAMPLE.com"):
        assert records.customers.named(name, 5) == [ada.id]
    assert records.customers.named("customer-0c1d6f3e", 5) == [ada.id, "customer-0c1d6f3e-9999"]
    assert records.customers.named("customer-0c1d6f3e", 1) == [ada.id]
    for name in ("cust", "ada", "123", "", "customer-%", "k"):
        assert records.customers.named(name, 5) == []
    cache.close()


def test_bytes_that_are_no_text_find_nobody(records: RecordStore) -> None:
    typed = "tag:\udcff"  # as Python gives a byte of the command line that is not UTF-8
    assert records.customers.find(CustomerQuery(typed)).count() == (0, True)
    assert records.customers.named(typed, 5) == []
    assert records.customers.complete(typed, len(typed)) == []
    assert records.customers.profile(typed) is None
    assert records.why("customer", typed) is None


def test_a_page_beyond_the_end_is_empty(records: RecordStore) -> None:
    for text in ("", "smith"):
        assert records.customers.find(CustomerQuery(text)).rows(5000, 5050) == []
        assert records.customers.find(CustomerQuery(text)).rows(10, 10) == []


def test_many_matches_are_counted_and_sorted_when_asked_for(
    records: RecordStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(customers, "COUNTED", 20)
    monkeypatch.setattr(customers, "_STEPS", (5, 10, 21))
    people = [person for person in _PEOPLE if parse_query("smith").matches(keys_of(person))]
    found = records.customers.find(CustomerQuery("smith", "spend", descending=True))
    first = _ids(found.rows(0, 3))
    assert first == _expected(people, "spend" if found.sorted else "name", descending=found.sorted)[:3]
    assert found.count() == (20, False)
    assert found.exact_count() == len(people)
    assert found.sorted
    assert _ids(found.rows(0, 1000)) == _expected(people, "spend", descending=True)


def test_a_list_follows_the_cache(tmp_path: Path) -> None:
    cache = open_cache(tmp_path)
    fill(cache, [customer(1, given_name="Ada"), customer(2, given_name="Bo")])
    found = RecordStore(cache).customers.find()
    words = RecordStore(cache).customers.find(CustomerQuery("bo"))
    assert [row.name for row in found.rows(0, 9)] == ["Ada", "Bo"]
    assert words.count() == (1, True)
    cache.apply([put(customer(1, given_name="Bo Ada"), v=2)], "a")
    was_stale = found.stale
    assert [row.name for row in found.rows(0, 9)] == ["Bo", "Bo Ada"]
    assert (was_stale, found.stale) == (True, False)
    assert words.count() == (2, True)
    cache.close()


def test_a_search_can_be_cancelled_and_asked_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = open_cache(tmp_path)
    fill(cache, [customer(number, given_name="Ada") for number in range(50)], finish=False)
    reached, go_on = threading.Event(), threading.Event()

    def slow(doc: str, text: str) -> bool:
        reached.set()
        assert go_on.wait(20)
        return True

    monkeypatch.setattr("sellmode_tui.cache.store.FUNCTIONS", {"found": slow})
    records = RecordStore(cache)
    found = records.customers.find(CustomerQuery("ada"))
    other = records.customers.find()
    outcome: list[object] = []

    def ask() -> None:
        try:
            outcome.append(found.rows(0, 10))
        except Interrupted as interrupted:
            outcome.append(interrupted)

    asking = threading.Thread(target=ask)
    asking.start()
    assert reached.wait(20)
    other.cancel()
    assert len(other.rows(0, 10)) == 10, "another list is not disturbed"
    found.cancel()
    go_on.set()
    asking.join(20)
    assert isinstance(outcome[0], Interrupted)
    assert len(found.rows(0, 10)) == 10
    cache.close()


def test_many_threads_read_while_one_writes(tmp_path: Path) -> None:
    cache = open_cache(tmp_path)
    fill(cache, [customer(number, given_name="Ada") for number in range(200)])
    records = RecordStore(cache)
    wrong: list[object] = []
    done = threading.Event()

    def read() -> None:
        try:
            while not done.is_set():
                for text in ("", "ada"):
                    found = records.customers.find(CustomerQuery(text))
                    names = {row.name for row in found.rows(0, 1000)}
                    if len(names) != 1 or found.count().n < 200:
                        wrong.append(names)
        except Exception as error:  # noqa: BLE001 - whatever it is, the test is to tell
            wrong.append(error)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for number in range(25):
        name = f"Ada {'B' * number}"
        cache.apply([put(customer(which, given_name=name), TEAM, v=number + 2) for which in range(200)], str(number))
    done.set()
    for reader in readers:
        reader.join(20)
    assert wrong == []
    cache.close()


def test_a_stopped_cache_ends_what_it_is_doing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = open_cache(tmp_path)
    fill(cache, [customer(1, given_name="Ada")], finish=False)
    reached, go_on = threading.Event(), threading.Event()
    original = search.insert

    def slow(*arguments: Any) -> None:
        original(*arguments)
        reached.set()
        assert go_on.wait(20)

    monkeypatch.setattr(search, "insert", slow)
    outcome: list[BaseException] = []

    def finish() -> None:
        try:
            cache.finish(at=NOW)
        except Interrupted as interrupted:
            outcome.append(interrupted)

    finishing = threading.Thread(target=finish)
    finishing.start()
    assert reached.wait(20)
    cache.stop()
    go_on.set()
    finishing.join(20)
    assert len(outcome) == 1
    cache.close()
    monkeypatch.undo()
    again = open_cache(tmp_path)
    assert not again.state().complete
    again.finish(at=NOW)
    assert [row.name for row in RecordStore(again).customers.find().rows(0, 9)] == ["Ada"]
    again.close()


def test_a_closed_cache_answers_nobody(tmp_path: Path) -> None:
    cache = open_cache(tmp_path)
    fill(cache, [customer()])
    found = RecordStore(cache).customers.find()
    cache.close()
    with pytest.raises(Interrupted):
        found.rows(0, 1)


def test_a_cache_can_be_read_while_another_process_has_it_open(tmp_path: Path) -> None:
    cache = open_cache(tmp_path)
    fill(cache, [customer(1, given_name="Ada")])
    other: Cache = open_cache(tmp_path)
    assert [row.name for row in RecordStore(other).customers.find().rows(0, 9)] == ["Ada"]
    other.close()
    cache.close()


def test_hostile_names_are_listed_found_and_opened_as_they_came(tmp_path: Path) -> None:
    cache = open_cache(tmp_path)
    people = [customer(number, given_name=text, custom={"motto": text}) for number, text in enumerate(HOSTILE)]
    fill(cache, people)
    records = RecordStore(cache)
    assert {row.id: row.name for row in records.customers.find().rows(0, 9999)} == {one.id: one.name for one in people}
    for one in people:
        profile = records.customers.profile(one.id)
        assert profile
        assert profile.customer == one
        typed = " ".join(words(one.given_name)[:20])
        if parse_query(typed).matches(keys_of(one)) and typed:
            assert records.customers.find(CustomerQuery(f'"{typed}"')).find(one.id) is not None
    cache.close()


def test_a_customer_is_meant_by_words_without_accents_by_number_by_mail_and_by_id(tmp_path: Path) -> None:
    cache = open_cache(tmp_path)
    people = [
        customer(1, given_name="Sören", family_name="Ek", number="K77", email="ek@example.com"),
        customer(2, given_name="Anna", family_name="Berg", number="K1"),
        customer(3, given_name="Anna", family_name="Berg", number="K2"),
        customer(4, given_name="Anna", family_name="Bergman"),
    ]
    fill(cache, people)
    meant = RecordStore(cache, clock=lambda: NOW).customers.meant
    for text in ("soren", "SÖR ek", "K77", "ek@example.com", people[0].id):
        assert [each.id for each in meant(text, 5)] == [people[0].id], text
    assert {each.id: each.about for each in meant("anna berg", 9)} == {
        people[1].id: "K1",
        people[2].id: "K2",
        people[3].id: "",
    }
    assert [each.id for each in meant("anna bergman", 9)] == [people[3].id]
    for text in ("", "  ", "tag:vip", "(", '"', "nobody"):
        assert meant(text, 5) == []
    cache.close()


def test_a_colleague_is_meant_by_a_part_of_the_name_or_the_user_name() -> None:
    people = [Named("1", "Mira Blom", "mira"), Named("2", "Mira Åkesson", "m.a"), Named("3", "Miranda", "x")]

    def meant(text: str) -> list[str]:
        return [each.id for each in matching(text, people)]

    assert meant("akesson") == meant("m.a") == meant("mira ak") == ["2"]
    assert meant("mira") == ["1"]  # the user name
    assert meant("mir") == ["2", "1", "3"]
    assert meant("") == meant("nobody") == []

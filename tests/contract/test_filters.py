from __future__ import annotations

import datetime as dt
import time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sellmode_contract.filters import (
    CUSTOMER_FIELDS,
    MAX_DEPTH,
    MAX_LENGTH,
    MAX_TERMS,
    And,
    Comparison,
    DayRange,
    Duration,
    Field,
    FilterError,
    Me,
    MonthDay,
    MonthDayRange,
    Named,
    Node,
    Not,
    Or,
    Period,
    Person,
    Words,
    complete,
    custom_fields,
    day_ranges,
    matches,
    month_day_ranges,
    parse,
    unparse,
)
from sellmode_contract.kinds.retailer import CustomField
from sellmode_contract.search import SearchKeys, name_words, parse_query, phone_keys
from tests.support.hostile import HOSTILE, foreign_controls

TODAY = dt.date(2026, 11, 22)  # a Sunday

SPECIES = ("cat", "dog", "guinea pig")
FIELDS = CUSTOMER_FIELDS + custom_fields(
    [
        CustomField(
            name="pet",
            label="Pets",
            type="group",
            fields=(
                CustomField(name="species", label="Species", type="choice", choices=SPECIES),
                CustomField(name="name", label="Name", type="text"),
            ),
        ),
        CustomField(name="shoe_size", label="Shoe size", type="number"),
    ]
) + (Field("newsletter", "boolean", "Gets the newsletter"),)  # fmt: skip

ANN: dict[str, Any] = {
    "name": "Ann Müller",
    "customer_number": "C-0042",
    "tag": ("VIP", "size:M", "big spender"),
    "tier": "Gold",
    "owner": Person("12-7", "jdoe", "Jane Doe"),
    "city": "New York",
    "country": "US",
    "email": "ann@example.com",
    "phone": "",
    "spend": Decimal("1250.50"),
    "orders": 4,
    "units": 9,
    "average_order": 312.625,
    "last_purchase": dt.date(2026, 8, 24),  # 90 days ago
    "first_purchase": dt.date(2025, 3, 1),
    "last_contact": None,
    "birthday": MonthDay(12, 5),  # in 13 days
    "consent.email": "one_to_one",
    "pet": [{"species": "cat"}, {"species": "dog"}],
    "pet.species": ["cat", "dog"],
    "pet.name": ["Tom", "Rex"],
    "newsletter": False,
}
ANNS_KEYS = SearchKeys(frozenset(name_words("Ann Müller")), frozenset(phone_keys("+12895550100")))
NOBODY: dict[str, Any] = {}


def holds(text: str, record: dict[str, Any] = ANN, me: str = "12-7", today: dt.date = TODAY) -> bool:
    return matches(parse(text, FIELDS), record, ANNS_KEYS, today=today, me=me)


def read(text: str) -> Node | FilterError:
    try:
        return parse(text, FIELDS)
    except FilterError as error:
        return error


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "tag:vip last_purchase>=90d owner:me pet.species=cat",
        "tag:vip,press",
        "TAG=Vip",
        "tag:size:M",
        'tag:"big spender"',
        "tier:silver, gold",
        "city:york",
        "city:new",
        'city:"york new"',
        'city="new york"',
        "city!=york",
        "name:muller",
        "customer_number:c",
        "customer_number=C-0042",
        "country:us",
        "spend>=1250.50",
        "spend > 1250",
        "spend<1251",
        "spend:1250.5",
        "orders=4",
        "average_order<=312.63",
        "last_purchase<91d",
        "last_purchase<=90d",
        "last_purchase>12w",
        "last_purchase<3m",
        "last_purchase<1y",
        "last_purchase:2026-08",
        "last_purchase:2025,2026-08-24",
        "last_purchase>=2026-08-24",
        "last_purchase<2026-09",
        "last_purchase>2026-07",
        "last_purchase:this-year",
        "last_purchase<this-month",
        "first_purchase:last-year",
        "birthday<14d",
        "birthday<=13d",
        "birthday:next-month",
        "birthday:12-05,01-01",
        "consent.email:one-to-one",
        "CONSENT.email=ONE_TO_ONE,subscribed",
        "owner:jdoe",
        "owner:jane",
        'owner:"doe jane"',
        "owner:me,nobody",
        "has:email",
        "email:*",
        "has:email,phone",
        "has:pet",
        "none:phone",
        "none:last_contact",
        "phone!=*",
        "-has:phone",
        "newsletter:no",
        "pet.species=cat pet.name:rex",
        "-tag:press",
        "not tag:press",
        "--tag:vip",
        "tag:press or tier:gold",
        "(tag:press or tier:gold) and city:york",
        "tag:press city:york or tier:gold",
        "-(tag:press or tier:silver)",
        "ann",
        "mull ann",
        "mueller",
        "0100 ann tag:vip",
        "+1 (289) 555-0100",
        '"ann"',
        "-bob",
    ],
)
def test_what_holds_for_ann(text: str) -> None:
    assert holds(text)
    assert not holds(f"-({text})") if text.strip() else holds(text, NOBODY)


@pytest.mark.parametrize(
    "text",
    [
        "tag:vi",
        "tag:press",
        "tier:silver",
        "tier!=gold",
        "city:yor city=york",
        "spend>1250.50",
        "last_purchase>90d",
        "last_purchase<90d",
        "last_purchase<12w",
        "last_purchase>3m",
        "last_contact<90d",
        "last_contact>90d",
        "birthday<13d",
        "birthday:this-month",
        "birthday:12-06",
        "owner:nobody",
        "owner!=me",
        'owner:"me"',
        "owner:smith",
        "has:phone",
        "none:email",
        "none:email,phone",
        "newsletter:yes",
        "consent.sms:subscribed",
        "shoe_size>1",
        "ann tag:press",
        "bob",
        "-ann",
        "tag:press or bob",
        "(tag:vip or bob) tag:press",
    ],
)
def test_what_does_not_hold_for_ann(text: str) -> None:
    assert not holds(text)
    assert holds(f"-({text})")


def test_nothing_compares_with_no_value_but_its_negation_does() -> None:
    for field in FIELDS:
        if field.type in ("date", "number", "money"):
            value = "90d" if field.type == "date" else "1"
            assert not any(holds(f"{field.name}{sign}{value}", NOBODY) for sign in ("<", "<=", ">", ">="))
            assert holds(f"-{field.name}>{value}", NOBODY)
    assert holds("owner:nobody none:email -has:tier tier!=gold", NOBODY)


def test_the_tree_is_made_of_canonical_names_and_typed_values() -> None:
    assert parse("Tag:vip LAST-PURCHASE>90d owner:me pet.species=CAT", FIELDS) == And(
        (
            Comparison("tag", "tag", "=", ("vip",)),
            Comparison("last_purchase", "date", ">", (Duration(90, "d"),)),
            Comparison("owner", "person", "=", (Me(),)),
            Comparison("pet.species", "choice", "=", ("cat",)),
        )
    )
    assert parse("a b or not (c or spend>=2.50)", FIELDS) == Or(
        (Words("a b"), Not(Or((Words("c"), Comparison("spend", "money", ">=", (Decimal("2.50"),))))))
    )
    assert parse("last_purchase:2026,2024-02,today", FIELDS) == Comparison(
        "last_purchase",
        "date",
        "=",
        (
            Period(dt.date(2026, 1, 1), dt.date(2026, 12, 31)),
            Period(dt.date(2024, 2, 1), dt.date(2024, 2, 29)),
            Named("today"),
        ),
    )
    assert parse("", FIELDS) == And()
    assert parse('ann "b" (c)', FIELDS) == Words("ann b c")


def test_places_in_the_tree() -> None:
    tree = parse('ann  -tag:"a b",c', FIELDS)
    assert isinstance(tree, And)
    words, negated = tree.items
    assert isinstance(words, Words)
    assert (words.span.start, words.span.end) == (0, 3)
    assert isinstance(negated, Not)
    assert isinstance(negated.item, Comparison)
    assert (negated.item.span.start, negated.item.span.end) == (6, 17)


@pytest.mark.parametrize(
    ("typed", "canonical"),
    [
        ('last_purchase<"24 Dec 2026"', "last_purchase<2026-12-24"),
        ("last_purchase:24.12.2026", "last_purchase:2026-12-24"),
        ("last_purchase>=2026-3-1", "last_purchase>=2026-03-01"),
        ('last_purchase:"Last Week"', "last_purchase:last-week"),
        ("last_purchase:Yesterday", "last_purchase:yesterday"),
        ('birthday:"24 Dec"', "birthday:12-24"),
        ("birthday:24.12.", "birthday:12-24"),
        ("birthday:24/12,5-1", "birthday:12-24,05-01"),
        ('birthday:"next month"', "birthday:next-month"),
    ],
)
def test_a_day_is_read_as_in_a_form(typed: str, canonical: str) -> None:
    tree = parse(typed, FIELDS)
    assert unparse(tree) == canonical
    assert parse(canonical, FIELDS) == tree


@pytest.mark.parametrize(
    ("typed", "canonical"),
    [
        ("spend>1500", "spend>1500"),
        ("spend>1,500", "spend>1500"),
        ("spend>=1,234,567.89", "spend>=1234567.89"),
        ("spend>1500.50", "spend>1500.5"),
        ("spend<1.500,50", "spend<1500.5"),
        ("spend<1500,5", "spend<1500.5"),
        ('spend:"1,500"', "spend:1500"),
        ("spend:1500,20", "spend=1500, 20"),
        ("(orders>1,500)", "orders>1500"),
    ],
)
def test_an_amount_is_read_as_it_is_shown(typed: str, canonical: str) -> None:
    tree = parse(typed, FIELDS)
    assert parse(canonical, FIELDS) == tree
    assert parse(unparse(tree), FIELDS) == tree


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("ann last_purchas>90d", "last_purchas", 'there is no field "last_purchas"; did you mean last_purchase?'),
        ("species:cat", "species", 'there is no field "species"; did you mean pet.species?'),
        ("has:mail", "mail", 'there is no field "mail"; did you mean email?'),
        ("pet.species:cta", "cta", '"cta" is not a value of "pet.species"; did you mean cat?'),
        ("pet.species:guinea", "guinea", '"guinea" is not a value of "pet.species"; did you mean "guinea pig"?'),
        (
            "tag:a tier:gold,silver spend>=1,00,0",
            "1,00,0",
            '"1,00,0" is not a number; write it like 1500, 1,500 or 1500.50',
        ),
        ("spend>=1e5", "1e5", '"1e5" is not a number; write it like 1500, 1,500 or 1500.50'),
        ("spend>1.500", "1.500", '"1.500" may be 1500 or 1.5; write it like 1500, 1,500 or 1500.50'),
        ("spend:1,500", "1,500", '"1,500" may be one number or 2; write spend:1500, or spend:1, 500 with spaces'),
        ("spend>1, 500", "1, 500", '">" compares with one value'),
        ("spend:١٢", "١٢", "is not a number"),
        ("last_purchase:90d", "90d", "last_purchase<90d means within, last_purchase>90d longer ago"),
        ("last_purchase<2026-02-30", "2026-02-30", '"2026-02-30" is not in the calendar'),
        ("last_purchase<0000", "0000", "is not in the calendar"),
        ("last_purchase<soon", "soon", '"soon" is not a valid date; try 2026-03-01'),
        ("last_purchase<3/4/2026", "3/4/2026", "This could mean 3 April or 4 March"),
        ('last_purchase:"24 Dec"', '"24 Dec"', "needs a year"),
        ('last_purchase:"1 Jan 0000"', '"1 Jan 0000"', "is not in the calendar"),
        ('birthday:"24 Dec 1990"', '"24 Dec 1990"', "recurs every year; leave the year out: 12-24"),
        ("birthday>14d", "birthday>14d", "use birthday<14d"),
        ("birthday<12-24", "12-24", "is not a length of time; write birthday<14d"),
        ("birthday:14d", "14d", "birthday<14d means within it"),
        ("birthday:02-30", "02-30", "February has no day 30"),
        ("birthday:1990", "1990", "is not a valid date"),
        ("newsletter:maybe", "maybe", "is neither yes nor no"),
        ("tier>gold", "tier>gold", '"tier" cannot be compared with ">"; use tier:'),
        ("email:ann", "email:ann", "has:email or none:email"),
        ("tag:*,a", "*,a", '"*" means any value and stands alone; has:tag'),
        ("tag>*", "*", '"*" means any value'),
        ('tag:""', '""', "has nothing to search for"),
        ("city:!!", "!!", "has nothing to search for"),
        ('city:"New', '"', "this quote is not closed"),
        ("ann (tag:a", "(", "this parenthesis is not closed"),
        ("ann)", ")", "this parenthesis has no opening one"),
        ("()", ")", "something is missing here"),
        ("tag:a or", "", "something is missing here"),
        ("tag:a and", "", "something is missing here"),
        ("or tag:a", "or", '"or" needs a term before and after it; put it in quotes'),
        ("not", "", "something is missing here"),
        ("tag:a - b", "-", '"-" needs a term right after it'),
        ("tag:", "", '"tag" needs a value here'),
        ("tag:a,", "", '"tag" needs a value here'),
        ("(tag:)", ")", '"tag" needs a value here'),
        ('tag:"a"b', "b", "the value ends before this; put the whole value in quotes"),
        ("10:30", ":", '":" needs a field before it; put it in quotes to search for it'),
        (">5", ">", "needs a field before it"),
        ("ann & bob -&", "&", "nothing to search for"),
        ("☺", "☺", "nothing to search for"),
        ('ann ""', '""', "the quotes are empty"),
    ],
)
def test_errors_say_what_and_where(text: str, place: str, message: str) -> None:
    with pytest.raises(FilterError) as failure:
        parse(text, FIELDS)
    error = failure.value
    assert message in str(error)
    assert text[error.start : error.end] == place
    assert error.end == len(text) or place


def test_an_error_is_pointed_at_with_a_caret() -> None:
    with pytest.raises(FilterError) as failure:
        parse("山田\t\x1b tier<gold", FIELDS)
    assert failure.value.pointed("山田\t\x1b tier<gold").splitlines() == [
        "山田␉␛ tier<gold",
        "       ^^^^^^^^^",
        '"tier" cannot be compared with "<"; use tier:',
    ]


def test_limits_are_told_and_held() -> None:
    assert unparse(parse("-" * MAX_DEPTH + "ann", FIELDS)) == "-" * MAX_DEPTH + "ann"
    for text in ("-" * (MAX_DEPTH + 1) + "ann", "(" * 900 + "ann" + ")" * 900, "not " * 400 + "ann"):
        with pytest.raises(FilterError, match=f"more than {MAX_DEPTH} levels of parentheses"):
            parse(text, FIELDS)
    with pytest.raises(FilterError, match=f"at most {MAX_TERMS} terms"):
        parse("tag:" + "a,b," * MAX_TERMS + "c", FIELDS)
    with pytest.raises(FilterError, match="too many words to search for; leave out 3"):
        parse(" ".join(f"w{chr(97 + number % 20)}{chr(97 + number // 20)}" for number in range(35)), FIELDS)
    with pytest.raises(FilterError, match=f"at most {MAX_LENGTH} characters, this one {MAX_LENGTH + 1}"):
        parse("a" * (MAX_LENGTH + 1), FIELDS)


@pytest.mark.parametrize(
    "unit", ["(", "-", '"', "a:", "a,", "tag:a,", "\\", '"\\', "a ", "(a or ", "not ", "a-.", "tag:\\"]
)
@pytest.mark.no_cover  # it looks at the time
def test_no_text_takes_long(unit: str) -> None:
    text = (unit * MAX_LENGTH)[:MAX_LENGTH]
    start = time.process_time()
    read(text)
    complete(text, len(text), FIELDS)
    assert time.process_time() - start < 1


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_hostile_text_is_read_or_refused_in_plain_words(text: str) -> None:
    tree = read(text)
    if isinstance(tree, FilterError):
        assert foreign_controls(tree.pointed(text).encode()) == []
        assert 0 <= tree.start <= tree.end <= len(text)
    else:
        assert parse(unparse(tree), FIELDS) == tree
    complete(text, len(text), FIELDS)


@given(st.text(st.characters() | st.sampled_from('()":,-<>=* \\'), max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    tree = read(text)
    if isinstance(tree, FilterError):
        assert 0 <= tree.start <= tree.end <= len(text)
        assert tree.pointed(text).count("\n") == 2
    else:
        assert parse(unparse(tree), FIELDS) == tree


# ---------------------------------------------------------------- random trees

special_text = st.sampled_from(["or", "Me", "nobody", "-x", "5*", 'a"b\\', "a b", "90d", "has"])
some_text = (st.text(min_size=1, max_size=8) | special_text).filter(
    lambda text: bool(parse_query(text).words or parse_query(text).digits)
)
durations = st.builds(Duration, st.integers(0, 9999), st.sampled_from(["d", "w", "m", "y"]))
days = st.dates(dt.date(1900, 1, 1), dt.date(2100, 1, 1)).map(lambda day: Period(day, day))
named = st.builds(Named, st.sampled_from(["today", "yesterday", "this-week", "last-month", "next-month", "last-year"]))
numbers = st.decimals(-(10**9), 10**9, places=2)


def comparisons() -> st.SearchStrategy[Comparison]:
    def some(values: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
        return st.lists(values, min_size=1, max_size=3, unique=True).map(tuple)

    def one(values: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
        return values.map(lambda value: (value,))

    def compared(
        name: str, signs: list[str], values: st.SearchStrategy[tuple[Any, ...]]
    ) -> st.SearchStrategy[Comparison]:
        field = next(field for field in FIELDS if field.name == name)
        return st.builds(Comparison, st.just(name), st.just(field.type), st.sampled_from(signs), values)

    order = ["<", "<=", ">", ">="]
    return st.one_of(
        compared("city", [":", "="], some(some_text)),
        compared("tag", ["="], some(some_text)),
        compared("pet.species", ["="], some(st.sampled_from(SPECIES))),
        compared("owner", ["="], some(some_text | st.just(Me()))),
        compared("spend", order, one(numbers)),
        compared("orders", ["="], some(numbers)),
        compared("last_purchase", order, one(durations | days | named)),
        compared("last_purchase", ["="], some(days | named)),
        compared("birthday", ["<", "<="], one(durations)),
        compared("birthday", ["="], some(named | days.map(lambda day: MonthDay(day.first.month, day.first.day)))),
        compared("newsletter", ["="], some(st.booleans())),
        st.sampled_from([Comparison(field.name, field.type, "*") for field in FIELDS]),
    )


def joined(items: list[Node]) -> Node:
    """`items` all together, in the form that the parser gives: no `And` in an `And`, neighbouring words in one."""
    flat: list[Node] = []
    for item in items:
        for part in item.items if isinstance(item, And) else (item,):
            if isinstance(part, Words) and flat and isinstance(flat[-1], Words):
                flat[-1] = Words(f"{flat[-1].text} {part.text}")
            else:
                flat.append(part)
    return flat[0] if len(flat) == 1 else And(tuple(flat))


def either(items: list[Node]) -> Node:
    return Or(tuple(part for item in items for part in (item.items if isinstance(item, Or) else (item,))))


texts = some_text.map(lambda text: Words(" ".join(text.split())))
trees: st.SearchStrategy[Node] = st.recursive(
    comparisons() | texts,
    lambda inner: (
        inner.map(Not)
        | st.lists(inner, min_size=2, max_size=4).map(joined)
        | st.lists(inner, min_size=2, max_size=4).map(either)
    ),
    max_leaves=12,
)

records = st.fixed_dictionaries(
    {},
    optional={
        "city": st.sampled_from(["New York", "Łódź", ""]),
        "tag": st.lists(st.sampled_from(["or", "-x", "vip"])),
        "pet.species": st.lists(st.sampled_from(SPECIES)),
        "owner": st.none() | st.builds(Person, st.sampled_from("ab"), st.sampled_from(["me", "has"])),
        "spend": st.none() | numbers,
        "orders": st.integers(0, 3),
        "last_purchase": st.none() | st.dates(dt.date(2000, 1, 1), dt.date(2030, 1, 1)),
        "birthday": st.none() | st.builds(MonthDay, st.integers(1, 12), st.integers(1, 28)),
        "newsletter": st.booleans(),
    },
)


@given(trees, records)
@example(Not(Words("a b")), {})
@example(And((Words("or"), Not(Or((Words("-x"), Words('a"b\\')))))), {})
def test_a_tree_written_and_read_again_is_the_same_and_means_the_same(tree: Node, record: dict[str, Any]) -> None:
    again = parse(unparse(tree), FIELDS)
    assert again == tree
    asked = {"today": TODAY, "me": "a"}
    held = matches(tree, record, ANNS_KEYS, **asked)  # type: ignore[arg-type]  # two keywords of two types
    assert matches(Not(tree), record, ANNS_KEYS, **asked) is not held  # type: ignore[arg-type]  # the same


# ---------------------------------------------------------------- days


def days_of(text: str, today: dt.date = TODAY) -> list[tuple[str, str]]:
    tree = parse(text, FIELDS)
    assert isinstance(tree, Comparison)
    found = day_ranges(tree, today)
    assert all(isinstance(days, DayRange) for days in found)
    return [(str(days.first), str(days.last)) for days in found]


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("last_purchase>90d", "None", "2026-08-23"),
        ("last_purchase>=90d", "None", "2026-08-24"),
        ("last_purchase<90d", "2026-08-25", "None"),
        ("last_purchase<=90d", "2026-08-24", "None"),
        ("last_purchase<=9m", "2026-02-22", "None"),
        ("last_purchase<2026", "None", "2025-12-31"),
        ("last_purchase<=2026", "None", "2026-12-31"),
        ("last_purchase>2026-02", "2026-03-01", "None"),
        ("last_purchase:today", "2026-11-22", "2026-11-22"),
        ("last_purchase:yesterday", "2026-11-21", "2026-11-21"),
        ("last_purchase:tomorrow", "2026-11-23", "2026-11-23"),
        ("last_purchase:this-week", "2026-11-16", "2026-11-22"),
        ("last_purchase:last-week", "2026-11-09", "2026-11-15"),
        ("last_purchase:next-week", "2026-11-23", "2026-11-29"),
        ("last_purchase:this-month", "2026-11-01", "2026-11-30"),
        ("last_purchase:last-month", "2026-10-01", "2026-10-31"),
        ("last_purchase:next-month", "2026-12-01", "2026-12-31"),
        ("last_purchase:this-year", "2026-01-01", "2026-12-31"),
        ("last_purchase:last-year", "2025-01-01", "2025-12-31"),
    ],
)
def test_days_of_a_date_comparison(text: str, first: str, last: str) -> None:
    assert days_of(text) == [(first, last)]


def test_months_and_years_end_on_a_day_that_exists() -> None:
    assert Duration(1, "m").before(dt.date(2026, 3, 31)) == dt.date(2026, 2, 28)
    assert Duration(1, "y").before(dt.date(2024, 2, 29)) == dt.date(2023, 2, 28)
    assert Duration(3, "m").after(dt.date(2026, 11, 30)) == dt.date(2027, 2, 28)
    assert Duration(12, "m").before(TODAY) == Duration(1, "y").before(TODAY) == dt.date(2025, 11, 22)
    assert Duration(9999, "y").before(TODAY) == Duration(9999, "w").before(dt.date(5, 1, 1)) == dt.date.min
    assert Duration(9999, "y").after(TODAY) == dt.date.max
    assert days_of("last_purchase:next-month", dt.date(2026, 1, 31)) == [("2026-02-01", "2026-02-28")]


def birthdays(text: str, today: dt.date) -> list[tuple[str, str]]:
    tree = parse(text, FIELDS)
    assert isinstance(tree, Comparison)
    found = month_day_ranges(tree, today)
    assert all(isinstance(days, MonthDayRange) for days in found)
    return [
        (f"{days.first.month:02}-{days.first.day:02}", f"{days.last.month:02}-{days.last.day:02}") for days in found
    ]


def test_days_of_an_anniversary_comparison() -> None:
    assert birthdays("birthday<14d", TODAY) == [("11-22", "12-05")]
    assert birthdays("birthday<=14d", TODAY) == [("11-22", "12-06")]
    assert birthdays("birthday<2m", TODAY) == [("11-22", "12-31"), ("01-01", "01-21")]
    assert birthdays("birthday<0d", TODAY) == []
    assert birthdays("birthday<2y", TODAY) == [("01-01", "12-31")]
    assert birthdays("birthday:next-month,02-29", TODAY) == [("12-01", "12-31"), ("02-29", "02-29")]


def test_the_29th_of_february_is_kept_on_the_28th_where_there_is_none() -> None:
    for year, day, kept in ((2027, 28, True), (2028, 28, False), (2028, 29, True)):
        assert holds("birthday:today", {"birthday": MonthDay(2, 29)}, today=dt.date(year, 2, day)) is kept
    assert not holds("birthday:today", {"birthday": MonthDay(2, 29)}, today=dt.date(2027, 3, 1))
    assert holds("birthday<7d", {"birthday": MonthDay(2, 29)}, today=dt.date(2027, 2, 24))


@given(
    st.dates(dt.date(2020, 1, 1), dt.date(2040, 1, 1)),
    st.integers(1, 500),
    st.dates(dt.date(2024, 1, 1), dt.date(2024, 12, 31)),
)
def test_a_birthday_is_within_so_many_days_if_one_of_these_days_is_it(
    today: dt.date, count: int, born: dt.date
) -> None:
    birthday = MonthDay(born.month, born.day)
    coming = [today + dt.timedelta(days=ahead) for ahead in range(count)]
    kept = {MonthDay(day.month, day.day) for day in coming}
    kept |= {MonthDay(2, 29) for day in coming if (day.month, day.day) == (2, 28) and day.year % 4}
    assert holds(f"birthday<{count}d", {"birthday": birthday}, today=today) is (birthday in kept)


# ---------------------------------------------------------------- completion


def typed(text: str) -> list[str]:
    """What `text` becomes by each completion at `|`."""
    cursor = text.index("|")
    text = text.replace("|", "")
    known = {"tag": ["vip", "big spender", 'x"y'], "city": ["New York", "Newark"], "owner": ["jdoe", "me"]}
    found = complete(text, cursor, FIELDS, lambda field, _typed: known.get(field.name, field.values))
    return [text[: one.start] + one.text + text[one.end :] for one in found]


@pytest.mark.parametrize(
    ("text", "completed"),
    [
        ("ta|", ["tag:"]),
        ("TA|", ["tag:"]),
        ("-ta|", ["-tag:"]),
        ("(ta|", ["(tag:"]),
        ("tag:vip last_p|", ["tag:vip last_purchase>"]),
        ("last-p|", ["last_purchase>"]),
        ("pur|", ["last_purchase>", "first_purchase>"]),
        ("spec|", ["pet.species:"]),
        ("sp|end", ["spend>=", "pet.species:"]),
        ("tag:|", ["tag:vip", 'tag:"big spender"', 'tag:"x\\"y"', "tag:*"]),
        ("tag:b|", ['tag:"big spender"']),
        ("tag:sp|", ['tag:"big spender"']),
        ('tag:"bi|', ['tag:"big spender"']),
        ('tag:"bi|g"', ['tag:"big spender"']),
        ('city:"New Y|', ['city:"New York"']),
        ("city : ne|", ['city : "New York"', "city : Newark"]),
        ("tag:vip,b|", ['tag:vip,"big spender"']),
        ("tag:vip, b|", ['tag:vip, "big spender"']),
        ("owner:m|", ["owner:me", 'owner:"me"']),
        ("consent.email:one-t|", ["consent.email:one_to_one"]),
        ("last_purchase:th|", ["last_purchase:this-week", "last_purchase:this-month", "last_purchase:this-year"]),
        ("last_purchase>9|", ["last_purchase>90d"]),
        ("birthday<7|", ["birthday<7d"]),
        ("has:em|", ["has:email", "has:consent.email"]),
        ("newsletter:y|", ["newsletter:yes"]),
        ("none:tie|", ["none:tier"]),
        ("ann|", []),
        ('"ta|', []),
        ('"ann" ta|', ['"ann" tag:']),
        ("unknown:a|", []),
        ("tag:vip) ti|", ["tag:vip) tier:"]),
    ],
)
def test_completions(text: str, completed: list[str]) -> None:
    assert typed(text) == completed


def test_an_empty_filter_offers_every_field() -> None:
    assert len(typed("|")) == len(FIELDS) + 2
    assert typed("tag:vip |") == [f"tag:vip {name}" for name in typed("|")]


@given(st.text(st.sampled_from('tag:vip owner"(),<=>-*\\ '), max_size=30), st.integers(-5, 40))
def test_completion_never_fails_and_stays_in_the_text(text: str, cursor: int) -> None:
    for one in complete(text, cursor, FIELDS):
        assert 0 <= one.start <= max(0, min(cursor, len(text))) <= one.end <= len(text)


def test_every_completed_value_can_be_read() -> None:
    for field in FIELDS:
        for sign in (":", "<"):
            for one in complete(field.name + sign, len(field.name) + 1, FIELDS):
                assert parse(f"{field.name}{sign}{one.text}", FIELDS) != And()


# ---------------------------------------------------------------- fields


def test_a_retailers_fields_are_named_by_group_and_field() -> None:
    found = {field.name: field for field in FIELDS}
    assert found["pet"].type == "presence"
    assert found["pet.species"].values == ("cat", "dog", "guinea pig")
    assert found["pet.species"].repeated
    assert found["shoe_size"].type == "number"
    assert not found["shoe_size"].repeated
    assert len(found) == len(FIELDS)


@pytest.mark.parametrize("name", ["", "a b", "has", "or", "1st", "Pet", "last-purchase", "a:b", "[x]"])
def test_a_field_that_nobody_could_type_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="cannot be the name of a filter field"):
        Field(name, "text")

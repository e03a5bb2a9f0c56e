from __future__ import annotations

import random
import unicodedata

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from sqlcipher3 import dbapi2 as sqlite

from sellmode_contract.search import (
    MAX_TERMS,
    MAX_WORD,
    Digits,
    Query,
    SearchKeys,
    email_keys,
    fold,
    name_key,
    name_words,
    parse_query,
    phone_keys,
    words,
)
from tests.support.hostile import HOSTILE, UNSTORABLE

anything = st.text(st.characters())  # surrogates too
names = st.text(
    st.characters(categories=("L", "M", "N", "P", "Zs", "Cf"))
    | st.sampled_from("SørenŁukaszĐặngßÆœıİO'’-山田たタ김민준علی\u200cहिन्दी123"),
    max_size=20,
)


def person(name: str = "", *, email: str = "", phone: str = "", number: str = "") -> SearchKeys:
    return SearchKeys(
        words=frozenset([*name_words(name), *email_keys(email), *words(number)]), phones=frozenset(phone_keys(phone))
    )


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("sorensen", "Sørensen"),
        ("soerensen", "Sørensen"),
        ("Sørensen", "Sorensen"),
        ("lukasz", "Łukasz"),
        ("ŁUKASZ", "Lukasz"),
        ("strauss", "Strauß"),
        ("STRAUẞ", "Strauss"),
        ("dang", "Đặng Thị Hà"),
        ("ha dang", "Đặng Thị Hà"),
        ("oneil", "O'Neil"),
        ("oneil", "O’Neil"),
        ("O'Neil", "O’Neil"),
        ("o´neil", "ONeil"),
        ("太郎", "山田太郎"),
        ("田", "山田太郎"),
        ("タロウ", "山田たろう"),
        ("ﾀﾛｳ", "山田タロウ"),
        ("민준", "김민준"),
        ("기", "김민준"),  # a syllable that is not finished yet
        ("ㄱ", "김민준"),
        ("muller", "Müller"),
        ("mueller", "Müller"),
        ("mueller", "Mu\u0308ller"),
        ("Müller", "Muller"),
        ("istanbul", "İstanbul"),
        ("ISTANBUL", "İstanbul"),
        ("istanbul", "ıstanbul"),
        ("jones", "Smith-Jones"),
        ("smith jones", "Smith-Jones"),
        ("علیرضا", "علی\u200cرضا"),
        ("علي", "علی"),
        ("hasan ali", "Ḥasan ʿAlī"),
        ("kaahumanu", "Ka\u02bbahumanu"),
        ("fine", "ﬁne"),
        ("123", "١٢٣"),
        ("lee ann", "Ann Lee"),
        ("an le", "Ann Lee"),
        ("", "Ann Lee"),
        (" - ' ", "Ann Lee"),
    ],
)
def test_a_name_is_found_as_people_type_it(typed: str, name: str) -> None:
    assert parse_query(typed).matches(person(name))


@pytest.mark.parametrize(
    ("typed", "name"), [("nn", "Ann Lee"), ("ann leeds", "Ann Lee"), ("ann lee x", "Ann Lee"), ("郎次", "山田太郎")]
)
def test_other_names_are_not_found(typed: str, name: str) -> None:
    assert not parse_query(typed).matches(person(name))


@given(names, st.data())
def test_every_word_of_a_name_finds_the_name_by_any_beginning(name: str, data: st.DataObject) -> None:
    pieces = name.split()
    assume(pieces)
    piece = data.draw(st.sampled_from(pieces))
    beginning = piece[: data.draw(st.integers(1, len(piece)))]
    for typed in (beginning, fold(beginning), beginning.upper(), unicodedata.normalize("NFD", beginning)):
        assume("@" not in typed)
        assert parse_query(typed).matches(person(name)), typed
    for word in words(name):
        assert parse_query(word[: data.draw(st.integers(1, len(word)))]).matches(person(name))


@given(names, st.randoms())
def test_the_order_of_words_does_not_matter(name: str, order: random.Random) -> None:
    pieces = name.replace("@", " ").split()
    order.shuffle(pieces)
    assert parse_query(" ".join(pieces)).matches(person(name))


def test_folding_twice_changes_nothing_and_words_hold_letters_and_digits_only() -> None:
    for character in map(chr, range(0x110000)):
        # Of what is not assigned or for private use, one code point is as good as another: most are that.
        if unicodedata.category(character) in ("Cn", "Co") and character not in "\u0378\ue000":
            continue
        assert fold(fold(character)) == fold(character)
        for word in words(f"a{character}b"):
            assert all(unicodedata.category(part)[0] in "LN" for part in word), hex(ord(character))


@given(anything)
@example("A" * 1000)
def test_words_of_words_are_words(text: str) -> None:
    found = words(text)
    assert words(" ".join(found)) == found
    assert all(0 < len(word) <= MAX_WORD for word in found)


@pytest.mark.parametrize("text", [*HOSTILE, *(text for text, _ in UNSTORABLE)], ids=ascii)
def test_nothing_typed_raises_and_hostile_names_are_found(text: str) -> None:
    query = parse_query(text)
    if "@" not in text and not query.ignored:
        assert query.matches(person(text))


def test_every_word_is_one_word_to_the_full_text_index_and_never_its_syntax() -> None:
    connection = sqlite.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE found USING fts5(words, content='', detail=none, tokenize='ascii')")
    connection.execute("CREATE VIRTUAL TABLE vocabulary USING fts5vocab(found, row)")
    texts = [*HOSTILE, *map(chr, range(0xA0, 0x3000))]
    every = sorted({word for text in texts for word in words(text)})
    connection.executemany("INSERT INTO found(rowid, words) VALUES (?, ?)", enumerate(every))
    assert {term for (term,) in connection.execute("SELECT term FROM vocabulary")} == set(every)
    for place, word in enumerate(every):
        hits = connection.execute("SELECT rowid FROM found(?)", (f'"{word}"*',)).fetchall()
        assert (place,) in hits
    connection.close()


@pytest.mark.parametrize(
    "typed",
    [
        "+1 (289) 555-0100",
        "12895550100",
        "0012895550100",
        "289 555 0100",
        "289.555",
        "555-0100",
        "0100",
        "100",
        "5550",
        "128955",
        "+1 289",
        "٠١٠٠",
        "0100 289",
    ],
)
def test_a_phone_is_found_by_its_digits(typed: str) -> None:
    for source in ("+12895550100", "+1 (289) 555-0100 ext. 42"):
        assert parse_query(typed).matches(person("Ann Lee", phone=source)), source


@pytest.mark.parametrize("typed", ["00", "10", "0101", "2895550101", "289 555 0101", "42"])
def test_other_digits_do_not_find_a_phone(typed: str) -> None:
    assert not parse_query(typed).matches(person("Ann Lee", phone="+12895550100 ext. 42"))


def test_national_forms_of_a_phone() -> None:
    french = person(phone="+33 6 12 34 56 78")
    for typed in ("06 12 34 56 78", "0612", "612345678", "+33 6 12", "0033612345678", "5678"):
        assert parse_query(typed).matches(french), typed
    assert phone_keys("+358401234567")[:3] == ["358401234567", "401234567", "0401234567"]
    assert phone_keys("+12895550100")[:2] == ["12895550100", "2895550100"]
    assert phone_keys("(289) 555-0100")[0] == "2895550100"
    assert phone_keys("12") == ["12"]
    assert phone_keys("") == phone_keys("n/a") == []


@given(st.from_regex(r"\+[1-9][0-9]{5,14}", fullmatch=True), st.data())
def test_any_three_digits_running_in_the_last_nine_find_a_phone(number: str, data: st.DataObject) -> None:
    tail = number[1:][-9:]
    start = data.draw(st.integers(0, len(tail) - 3))
    stop = data.draw(st.integers(start + 3, len(tail)))
    assert parse_query(tail[start:stop]).matches(person(phone=number))
    assert parse_query(number[: data.draw(st.integers(4, len(number)))]).matches(person(phone=number))


def test_an_email_is_found_by_the_beginnings_of_its_local_part() -> None:
    someone = person("S. L.", email="stephanie.lambert.25@example.com")
    for typed in ("stephanie", "lambert", "lamb", "stephanie.lam", "stephanie.lambert.25@example.com", "steph 25"):
        assert parse_query(typed).matches(someone), typed
    for typed in ("example", "@example.com", "com"):
        assert not parse_query(typed).matches(someone), typed


def test_a_customer_number_is_found_by_its_beginning() -> None:
    someone = person("Ann", number="C-00421")
    for typed in ("c-00421", "00421", "ann 004", "0"):
        assert parse_query(typed).matches(someone), typed
    assert not parse_query("421").matches(someone)


def test_a_query_is_sorted_longest_first_and_without_repeats() -> None:
    assert parse_query("lee ANN anna 12 x 0100 ann") == Query(
        words=("anna", "lee", "x"), digits=(Digits("0100", ("0100",)), Digits("12", ("12",)))
    )
    assert parse_query("") == Query()


def test_a_query_says_what_it_leaves_out() -> None:
    many = " ".join(f"word{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(MAX_TERMS + 7))
    assert parse_query(many).ignored == 7
    assert len(parse_query(many).words) == MAX_TERMS
    assert parse_query("1 2 " * 10_000).digits[0].parts == ("1", "2")


def test_a_name_of_accents_takes_no_time() -> None:
    """Putting 60,000 of them in order would take longer than all the tests."""
    name = "a" + "\u0301" * 30_000 + "\u0316" * 30_000
    assert name_words(name) == ["a"]
    assert name_key(name, name) == "a  a"


def test_names_sort_by_family_then_given_whatever_their_case_and_accents() -> None:
    in_order = [
        ("Ångström", "Åsa"),
        ("cruz", "Zoë"),
        ("Cruz Ana", "A"),
        ("de la Cruz", ""),
        ("O'Neil", "B"),
        ("ONEIL", "C"),
        ("Øst", "A"),
        ("Östberg", "A"),
        ("Smith-Jones", "Z"),
        ("Smithson", "A"),
        ("山田", "太郎"),
    ]
    keys = [name_key(family, given) for family, given in in_order]
    assert sorted(set(keys)) == keys
    assert name_key("O’NEIL", "b") == name_key("O'Neil", "B")
    assert name_key("☺", "") != name_key("", "")

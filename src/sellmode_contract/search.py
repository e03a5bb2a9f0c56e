"""Search keys of customers, and what somebody typed: one folding for both, so that they meet.

A word is what `words` makes: folded letters and digits only, never a quote, a space or an operator, so that a word
is safe as a quoted FTS5 string whatever was typed. A typed word finds every word that begins with it. `SearchKeys`
and `Query.matches` say exactly who is found; an index is right if it finds the same.

An FTS5 table of these words wants `tokenize='ascii'`: it takes every character beyond ASCII as part of a word, where
`unicode61` goes by the Unicode tables of SQLite and would split or drop words of newer or less common scripts.
"""
# ruff: noqa: RUF001, RUF002 - letters that look like others are what this module is about

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Protocol

import msgspec

MAX_WORD = 64
"""Characters of a word that count, in the index and in a query alike."""
MAX_TERMS = 32
"""Terms of a query that count; `Query.ignored` says how many more were typed."""
PHONE_TAIL = 9
"""A number is found by digits from anywhere in its last nine: any suffix of these that is long enough is a key."""
MIN_PHONE_DIGITS = 3
"""Fewer digits look for words only (a customer number), not for phones."""

MAX_SPELLED_OUT = 1000
"""Characters of a name whose umlauts are spelled out. Putting letters and marks together takes long for more."""

_APOSTROPHES = dict.fromkeys("'’‘‛`´′ʹʻʼʽʾʿˈ׳״", "")
_WITHOUT_APOSTROPHES = str.maketrans(_APOSTROPHES)
_LETTERS = str.maketrans(
    {
        **_APOSTROPHES,
        # Letters that Unicode does not take apart; mostly as passports spell them (ICAO 9303), ø as people type it.
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "æ": "ae",
        "œ": "oe",
        "ı": "i",
        "ħ": "h",
        "ŧ": "t",
        "ŋ": "n",
        "ĸ": "q",
        "ə": "e",
        # Arabic: the stretch has no sound; Persian and Arabic keyboards give other code points for one letter.
        "ـ": "",
        "ك": "ک",
        "ي": "ی",
        "ى": "ی",
        "ة": "ه",
        # Letters drawn as nothing.
        **dict.fromkeys("\u115f\u1160", ""),
        # Katakana as hiragana.
        **{chr(code): chr(code - 0x60) for code in range(0x30A1, 0x30F7)},
    }
)
_SPELLED_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})
_DROPPED = frozenset({"Mn", "Mc", "Me", "Cf"})

_ASCII_WORD = re.compile("[0-9a-z]+")
# Han, kana and Bopomofo: one character is a word. Hangul: one syllable is (NFKD takes it apart; an unfinished one, as
# while typing, is a beginning of it). Elsewhere: a run of letters and digits.
_BY_CHARACTER = "\u3005-\u3007\u3021-\u3029\u3038-\u303c\u3040-\u312f\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_SYLLABLE_START = "\u1100-\u1112"
_WORD = re.compile(
    rf"(?=[^\W_])(?:[{_BY_CHARACTER}]|[{_SYLLABLE_START}][\u1113-\u11ff]*|(?:(?![{_BY_CHARACTER}{_SYLLABLE_START}])[^\W_])+)"
)
_DIGITS = re.compile("[0-9]+")
_NOT_PART_OF_NUMBER = re.compile(r"[^\W\d_]")  # a letter, as in "ext. 12"

_BETWEEN_NUMBERS = re.compile(r"[;,|\n]|\b(?:or|and|oder|und|ou|et|of|en|o|y)\b", re.IGNORECASE)
_OWN_NUMBER = 6
"""Digits, at least, of what stands in a field as a number of its own: less belongs to the number before it."""

_CALLING_CODE = re.compile(
    # ITU-T E.164: zones 1 and 7, the two-digit codes, three digits for all others.
    "1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|[2-9][0-9]{2}"
)
_NO_TRUNK_ZERO = frozenset({"1", "7"})


def fold(text: str) -> str:
    """`text` without case, accents, apostrophes and differences of width: `O’Neil` is `oneil`, `Łukasz` `lukasz`.

    Character by character, so that a beginning of `text` folds to a beginning; folding twice changes nothing.
    """
    if text.isascii():
        return text.lower().replace("'", "").replace("`", "")
    # Apostrophes go before and after: the acute accent decomposes to a space and a mark, ŉ to an apostrophe and n.
    return (
        "".join([_plain(character) for character in text.translate(_WITHOUT_APOSTROPHES)])
        .casefold()
        .translate(_LETTERS)
    )


def words(text: str) -> list[str]:
    """The words of `text`, folded, in order: `Smith-Jones` is two, `山田太郎` four, `O'Neil` one."""
    folded = fold(text)
    pattern = _ASCII_WORD if folded.isascii() else _WORD
    return [word[:MAX_WORD] for word in pattern.findall(folded)]


def name_words(text: str) -> list[str]:
    """The words to index for a name: `words`, and the spelled-out form of umlauts, so that `mueller` finds Müller."""
    plain = words(text)
    if text.isascii() or len(text) > MAX_SPELLED_OUT:
        return plain
    spelled = unicodedata.normalize("NFC", text).casefold().translate(_SPELLED_OUT)
    return list(dict.fromkeys([*plain, *words(spelled)]))


def email_keys(address: str) -> list[str]:
    """The words of an address before its `@`; its domain would find everybody."""
    local, _, _ = address.rpartition("@")
    return words(local or address)


def phone_keys(number: str) -> list[str]:
    """Keys of a phone number, as a source wrote it or in E.164; typed digits find a key that begins with them.

    First the number whole (all its digits; for E.164 also without the country's code, with and without a trunk 0),
    then every suffix of its last nine digits, shortest three. Text after the number ("ext. 5") does not count.
    """
    folded = fold(number)
    if not (first := _DIGITS.search(folded)):
        return []
    after = _NOT_PART_OF_NUMBER.search(folded, first.start())
    digits = "".join(_DIGITS.findall(folded, 0, after.start() if after else len(folded)))[:MAX_WORD]
    keys = [digits]
    if "+" in folded[: first.start()] and (code := _CALLING_CODE.match(digits)):
        national = digits[code.end() :]
        keys += [national] if code.group() in _NO_TRUNK_ZERO else [national, "0" + national]
    tail = digits[-PHONE_TAIL:]
    keys += [tail[start:] for start in range(len(tail) - MIN_PHONE_DIGITS + 1)]
    return list(dict.fromkeys(key for key in keys if key))


def numbers_in(phone: str) -> tuple[list[str], list[str]]:
    """The phone numbers of one field, the main one first, and what stands behind one and is none.

    "06 12 34 56 78 / 06 99 88 77 66" are two; "030/1234567", "06,12,34,56,78" and what is no number at all are one.
    """
    parts: list[str] = []
    for some in _BETWEEN_NUMBERS.split(phone):
        begins = _digits_in(some.partition("/")[0])
        parts += some.split("/") if begins >= _OWN_NUMBER else [some]
    parts = [bare for part in parts if _digits_in(bare := part.strip())]
    if not parts or _digits_in(parts[0]) < _OWN_NUMBER:
        return [phone.strip()], []
    numbers = [part for part in parts if _digits_in(part) >= _OWN_NUMBER]
    rest = [part for part in parts if part not in numbers and not _NOT_PART_OF_NUMBER.search(part)]
    return numbers, rest


def _digits_in(text: str) -> int:
    return sum(map(str.isdecimal, text))


def exact(text: str) -> str:
    """What two texts share that are the same but for case, accents and spaces: the key of `=` in filters."""
    return " ".join(fold(text).split())


def name_key(family: str, given: str) -> str:
    """What a list of names is sorted by, compared code point by code point (SQLite's BINARY, PostgreSQL's "C").

    Family name first; all its words before those of a longer one (`cruz` before `cruz ana`). The same for spellings
    that fold alike, so a list needs the id to break ties. Without a name give as `family` what is shown instead.
    """
    return f"{_sortable(family)}  {_sortable(given)}"


class Digits(msgspec.Struct, frozen=True):
    """Groups of digits typed beside each other: one number with its punctuation, or several."""

    whole: str
    """All of them joined, as in a phone number."""
    parts: tuple[str, ...]
    """Each alone."""


class SearchKeys(msgspec.Struct, frozen=True):
    """What a customer is found by."""

    words: frozenset[str]
    """`name_words` of the name, `email_keys`, `words` of the customer number, of tags or whatever else is searched."""
    phones: frozenset[str] = frozenset()
    """`phone_keys` of the customer's phone, or of each number in it."""


class Findable(Protocol):
    """What of a customer is searched."""

    @property
    def given_name(self) -> str: ...
    @property
    def family_name(self) -> str: ...
    @property
    def email(self) -> str: ...
    @property
    def number(self) -> str: ...
    @property
    def phone(self) -> str: ...
    @property
    def phone_e164(self) -> str: ...


def words_of(customer: Findable) -> frozenset[str]:
    """The words a customer is found by: of names, the beginning of an e-mail, the customer number."""
    return frozenset(
        (
            *name_words(customer.given_name),
            *name_words(customer.family_name),
            *email_keys(customer.email),
            *words(customer.number),
        )
    )


def keys_of(customer: Findable) -> SearchKeys:
    """What a customer is found by: their words, and phones."""
    written = [*numbers_in(customer.phone)[0], customer.phone_e164]
    return SearchKeys(words_of(customer), frozenset(key for number in written for key in phone_keys(number)))


class Query(msgspec.Struct, frozen=True):
    """What was typed into a search: a customer must have all of it, in any order."""

    words: tuple[str, ...] = ()
    """Each the beginning of one of the customer's words, longest first."""
    digits: tuple[Digits, ...] = ()
    """Each a number, longest first: see `matches`."""
    ignored: int = 0
    """Terms beyond `MAX_TERMS`, which do not count."""

    def matches(self, keys: SearchKeys) -> bool:
        """Whether the customer with these keys is found.

        Digits are found joined or each part by itself; either in a phone (from three digits on) or as the beginning
        of a word.
        """
        return all(_begins(keys.words, word) for word in self.words) and all(
            _numbered(keys, group.whole) or all(_numbered(keys, part) for part in group.parts) for group in self.digits
        )


def parse_query(text: str) -> Query:
    """What to look for when `text` was typed. Never raises; nothing typed is syntax.

    The domain of an e-mail address is left out, as in the index. Words that another word begins with are left out too.
    """
    found: list[str] = []
    groups: list[Digits] = []
    numbers: list[str] = []
    for piece in text.split():
        local, at, _ = piece.rpartition("@")
        for word in words(local if at and words(local) else piece):
            if _DIGITS.fullmatch(word):
                numbers.append(word)
            else:
                found.append(word)
                _close(numbers, groups)
    _close(numbers, groups)
    terms: list[str | Digits] = [*_longest_first(found), *sorted(set(groups), key=lambda group: -len(group.whole))]
    kept = terms[:MAX_TERMS]
    return Query(
        words=tuple(term for term in kept if isinstance(term, str)),
        digits=tuple(term for term in kept if isinstance(term, Digits)),
        ignored=len(terms) - len(kept),
    )


@lru_cache(maxsize=8192)
def _plain(character: str) -> str:
    """A character taken apart, without its marks.

    One by one: a text taken apart as a whole would have its marks put in order, which takes minutes for a name of
    nothing else, only to drop them.
    """
    return "".join(
        str(unicodedata.decimal(part)) if category == "Nd" else part
        for part in unicodedata.normalize("NFKD", character)
        if (category := unicodedata.category(part)) not in _DROPPED
    )


def _sortable(name: str) -> str:
    return " ".join(words(name)) or fold(name).strip()


def _close(numbers: list[str], groups: list[Digits]) -> None:
    """End a run of digit groups: what was typed between them was punctuation only."""
    if numbers:
        whole = "".join(numbers)
        if len(whole) > PHONE_TAIL and whole.startswith("00"):  # the way to dial abroad, for "+"
            whole = whole[2:]
        groups.append(Digits(whole[:MAX_WORD], tuple(dict.fromkeys(numbers))))
        numbers.clear()


def _longest_first(found: Iterable[str]) -> list[str]:
    kept: list[str] = []
    for word in sorted(set(found), key=lambda word: (-len(word), word)):
        if not any(other.startswith(word) for other in kept[:MAX_TERMS]):
            kept.append(word)
    return kept


def _begins(found: Iterable[str], typed: str) -> bool:
    return any(word.startswith(typed) for word in found)


def _numbered(keys: SearchKeys, digits: str) -> bool:
    return _begins(keys.words, digits) or (len(digits) >= MIN_PHONE_DIGITS and _begins(keys.phones, digits))

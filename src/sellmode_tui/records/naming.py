"""Which person or record a text names: the same words in forms, boxes and commands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.staff import Staff
from sellmode_contract.search import exact, name_words, words
from sellmode_tui.language import marked

SEVERAL: Final = marked("Several match; pick one")


class Named(NamedTuple):
    """Somebody or something that may be meant."""

    id: str
    name: str
    about: str = ""
    """Tells those of one name apart."""


def person(staff: Staff) -> Named:
    """A colleague."""
    return Named(staff.id, staff.name, staff.user_name)


def customer(record: Customer) -> Named:
    """A customer."""
    city = record.address.city if record.address else ""
    about = (record.number, record.email or record.phone or record.phone_e164, city)
    return Named(record.id, record.name, ", ".join(each for each in about if each and each != record.name))


def matching(text: str, named: Iterable[Named]) -> list[Named]:
    """Those with words that begin as the words of a text, by name; only who is called exactly so, if one is."""
    typed, every = words(text), sorted(named, key=lambda each: (exact(each.name), each.id))
    found = [each for each in every if _begins(typed, [*name_words(each.name), *words(each.about)])] if typed else []
    return the_one(text, found)


def the_one(text: str, found: Sequence[Named]) -> list[Named]:
    """Who is called exactly so, or goes by that user name, if it is one; else all that were found."""
    called = exact(text)
    for same in (
        [each for each in found if exact(each.about) == called],
        [each for each in found if exact(each.name) == called],
    ):
        if len(same) == 1:
            return same
    return list(found)


def _begins(typed: Iterable[str], held: Iterable[str]) -> bool:
    known = list(held)
    return all(any(word.startswith(each) for word in known) for each in typed)

"""Who is known already with an e-mail address or a phone number, among those whom one may see."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final, Literal, NamedTuple

from sellmode_contract.kinds.customer import Customer
from sellmode_contract.search import PHONE_TAIL, numbers_in, parse_query, phone_keys, words
from sellmode_tui.cache import search
from sellmode_tui.cache.tables import decode
from sellmode_tui.language import marked, trd
from sellmode_tui.records.seen import Seen
from sellmode_tui.records.wording import listed

LOOKED_AT = 100_000
"""While a first sync has no search index yet, so many customers are looked at."""
_LEAST_DIGITS = 5
"""Fewer digits are no phone number."""


_WORDS: Final = {"email": marked("e-mail"), "phone": marked("phone number")}


def same_words(matched: Iterable[str]) -> str:
    """What two customers have in common, in words."""
    return listed([trd(_WORDS[each]) for each in matched])


class Match(NamedTuple):
    """A visible customer who has the same."""

    id: str
    name: str
    owner: str | None
    owner_name: str
    """Empty if nobody owns the customer."""
    store_name: str
    matched: tuple[Literal["email", "phone"], ...]
    """What is the same."""


def matches(seen: Seen, email: str, phone: str, limit: int) -> list[Match]:
    """The visible customers with this e-mail address or phone number, however either is written, by id."""
    wanted = _Wanted(email.strip().casefold(), _number(phone))
    stores = {store.id: store.name for store in (seen.retailer.stores if seen.retailer else ())}
    found: dict[str, Match] = {}
    for customer in _candidates(seen, email.strip(), wanted):
        if matched := wanted.matched(customer):
            found[customer.id] = Match(
                customer.id,
                customer.name,
                customer.owner,
                seen.around.name_of(customer.owner),
                stores.get(customer.store or "", customer.store or ""),
                matched,
            )
    return [found[id] for id in sorted(found)][:limit]


class _Wanted(NamedTuple):
    email: str
    number: str

    def matched(self, customer: Customer) -> tuple[Literal["email", "phone"], ...]:
        matched: list[Literal["email", "phone"]] = []
        if self.email and customer.email.strip().casefold() == self.email:
            matched.append("email")
        if self.number and self.number in map(_number, (*numbers_in(customer.phone)[0], customer.phone_e164)):
            matched.append("phone")
        return tuple(matched)


def _number(phone: str) -> str:
    """What two ways of writing a phone number have in common, with the country's code and without: its last digits."""
    digits = next(iter(phone_keys(phone)), "")
    return digits[-PHONE_TAIL:] if len(digits) >= _LEAST_DIGITS else ""


def _candidates(seen: Seen, email: str, wanted: _Wanted) -> Iterator[Customer]:
    reading = seen.reading
    texts = [text for text in (wanted.email and email, wanted.number) if text]
    # An address without a word before its @ is not in the index.
    if reading.built and all(words(text.rpartition("@")[0] or text) for text in texts):
        for text in texts:
            candidates = search.candidates(parse_query(text))
            yield from _read(
                seen,
                f"({candidates.sql}) m CROSS JOIN listing l ON l.place = m.place JOIN customer c ON c.pk = l.customer",
                candidates.parameters,
            )
    elif texts:
        yield from _read(seen, f"(SELECT * FROM customer LIMIT {LOOKED_AT}) c", ())


def _read(seen: Seen, source: str, parameters: tuple[Any, ...]) -> Iterator[Customer]:
    rows = seen.reading.connection.execute(
        f"SELECT c.doc FROM {source} WHERE {seen.reading.only_visible('c')}", parameters
    )
    for (doc,) in rows:
        yield decode("customer", doc)

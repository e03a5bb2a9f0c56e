"""Texts to answer with, filled with what is known of a request."""

from __future__ import annotations

from typing import Final, NamedTuple

from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.message_template import MessageTemplate, Reach
from sellmode_contract.rules.templates import fill
from sellmode_tui.records.requests.talks import TalkDetails
from sellmode_tui.records.seen import Seen

_NEAREST: Final[tuple[Reach, ...]] = ("own", "store", "retailer")


class FilledText(NamedTuple):
    """A text with what is known in its places; what is not known stands there in brackets."""

    id: str
    title: str
    text: str
    reach: Reach
    language: str


def offered(seen: Seen, details: TalkDetails) -> list[FilledText]:
    """All texts: first those in the customer's language, then those for any; one's own before others'."""
    templates: list[MessageTemplate] = seen.each("message_template")
    spoken = _base(details.line.request.language)
    known = _known(seen, details)

    def order(each: MessageTemplate) -> tuple[int, int, str, str]:
        language = _base(each.language)
        fits = 0 if language and language == spoken else 1 if not language else 2
        return fits, _NEAREST.index(each.reach), each.title.casefold(), each.id

    return [
        FilledText(each.id, each.title, fill(each.text, known, gap=_gap), each.reach, each.language)
        for each in sorted(templates, key=order)
    ]


def _known(seen: Seen, details: TalkDetails) -> dict[str, str]:
    request, around = details.line.request, seen.around
    customer = seen.get("customer", request.customer) if request.customer else None
    names = (
        {"given_name": customer.given_name, "family_name": customer.family_name, "name": customer.name}
        if isinstance(customer, Customer)
        else {"given_name": request.name, "name": request.name}
    )
    me = around.account.name if around.account else ""
    return {**names, "associate": me, "store": around.store_name(request.store), "about": details.line.product}


def _gap(place: str) -> str:
    return f"[{place.replace('_', ' ')}]"


def _base(language: str) -> str:
    return language.partition("-")[0].casefold()

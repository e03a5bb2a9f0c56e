"""Online sales and their credit in words, as screens and commands say them."""

from __future__ import annotations

from collections.abc import Iterator

from sellmode_contract import money
from sellmode_contract.kinds.sale import CreditedSale
from sellmode_contract.kinds.sale_notice import SaleNotice
from sellmode_contract.results.attribution import METHODS, WAYS, WORDS, Considered, why
from sellmode_tui.records.context import Context

SOMEBODY = "somebody else"


def lines(sale: CreditedSale | SaleNotice, around: Context) -> Iterator[str]:
    """What is known of a sale: who is credited, by which rules, and what was considered. Names are as they came."""
    zone = around.zone_of(sale.store)
    placed = f" of {sale.placed_at.astimezone(zone):%Y-%m-%d %H:%M}" if sale.placed_at else ""
    yield f"Sale {sale.number or sale.order_id}{placed}, {around.store_name(sale.store)}"
    judgement = sale.judgement
    if judgement is None:
        return
    yield from _credit(sale, around)
    yield ""
    yield f"Mode:      {'Associate' if judgement.mode == 'associate' else 'Team'} Mode"
    yield f"Rule:      version {judgement.rules.version}: {METHODS[judgement.rules.method]}"
    yield ""
    yield "Considered, the latest first:"
    for item in judgement.considered:
        yield f"  {item.touch.at.astimezone(zone):%Y-%m-%d %H:%M}  {_touch(item, around)}: {why(item)}"
    if judgement.more:
        yield f"  and {judgement.more:,} more that earned nothing"


def _credit(sale: CreditedSale | SaleNotice, around: Context) -> Iterator[str]:
    if isinstance(sale, SaleNotice):
        if sale.credited:
            yield f"Credited:  {money.priced(sale.amount, sale.currency)} to you{_taken_back(sale)}"
        else:
            yield "Credited:  not to you"
        return
    yield f"Net value: {money.priced(sale.amount, sale.currency)}{_taken_back(sale)}"
    for part in sale.parts:
        yield f"Credited:  {money.priced(part.amount, sale.currency)} to {_who(part.person, sale.store, around)}"
    if not sale.parts:
        yield "Credited:  nobody"


def _taken_back(sale: CreditedSale | SaleNotice) -> str:
    back = sale.was - sale.amount
    return f" (returns have taken back {money.priced(back, sale.currency)})" if back > 0 else ""


def _who(person: str | None, store: str, around: Context) -> str:
    if person is None:
        return around.store_name(store)
    return around.name_of(person) or SOMEBODY


def _touch(item: Considered, around: Context) -> str:
    way, touch = WAYS.get(item.touch.way, item.touch.way), item.touch
    what = way if touch.what in ("call", "visit", "chat") else f"{way} {WORDS[touch.what]}"
    return f"{what}, {_who(touch.person, touch.store, around)}"

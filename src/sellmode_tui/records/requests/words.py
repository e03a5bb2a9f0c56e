"""Requests in words, as screens and commands say them. Names are as they came."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from sellmode_contract.kinds.request import OUTCOMES, WAYS
from sellmode_contract.service_rules import Way
from sellmode_contract.store_time import Due
from sellmode_tui.dates.words import due_words
from sellmode_tui.figures import priced
from sellmode_tui.language import tr, trd, trn
from sellmode_tui.records.requests.lists import RequestLine
from sellmode_tui.records.requests.talks import Said, TalkDetails


def way(way: Way) -> str:
    """How the customer wants to be answered."""
    return trd(WAYS[way])


def called(line: RequestLine) -> str:
    """A request inside a sentence."""
    return tr("the request of {name}", name=line.name) if line.name else tr("the request")


def span(minutes: int) -> str:
    """How long: ``5 min``, ``3 h``, ``2 days``."""
    if minutes < 60:
        return tr("{number} min", number=minutes)
    if minutes < 48 * 60:
        return tr("{number} h", number=minutes // 60)
    return trn("{number:,} day", "{number:,} days", minutes // (24 * 60))


def waits(line: RequestLine, now: dt.datetime) -> str:
    """How it stands with the answer: ``late by 5 min``, ``3 min left``, ``waits 2 h``, ``answered``."""
    request = line.request
    if request.state == "closed":
        return trd(OUTCOMES[request.outcome])
    if request.snoozed_to and line.is_snoozed(now):
        return tr("snoozed to {when}", when=_at(request.snoozed_to, line, now))
    if request.answered_at is None and request.answer_due is not None:
        minutes = round(abs((request.answer_due - now).total_seconds())) // 60
        if line.is_late(now):
            return tr("late by {time}", time=span(minutes))
        return tr("{time} left", time=span(minutes))
    if request.waiting_since is None:
        return tr("answered")
    return tr("waits {time}", time=span(max(0, int((now - request.waiting_since).total_seconds())) // 60))


def who(line: RequestLine, now: dt.datetime) -> str:
    """Who has it, or may take it."""
    request = line.request
    if line.is_mine:
        return tr("you, not sent yet") if line.unsent else tr("you")
    if request.claimed_by:
        name = line.around.name_of(request.claimed_by)
        return tr("{name}, not sent yet", name=name) if line.unsent else name
    if request.reserved and request.wanted:
        name = line.around.name_of(request.wanted)
        until = request.reserved_until
        return (
            tr("for {name} until {when}", name=name, when=_at(until, line, now))
            if until
            else tr("for {name}", name=name)
        )
    return tr("nobody yet")


def wanted(line: RequestLine) -> str:
    """Whom the customer asked for; empty if for nobody."""
    return line.around.name_of(line.request.wanted)


def may(line: RequestLine, now: dt.datetime) -> str:
    """Who may answer it, as a sentence."""
    request = line.request
    if request.state == "closed":
        return tr("It is closed.")
    if line.is_mine:
        return (
            tr("Taken by you here. If a colleague was faster, the server will say so.")
            if line.unsent
            else tr("You have taken it.")
        )
    if request.claimed_by:
        return tr("{name} has taken it.", name=line.around.name_of(request.claimed_by))
    if request.reserved and request.wanted:
        until = request.reserved_until
        name = line.around.name_of(request.wanted)
        if until:
            return tr("{name} may take it first, until {when}.", name=name, when=_at(until, line, now))
        return tr("{name} may take it first.", name=name)
    return tr("Everyone in the store may take it.")


def card(said: Said) -> Iterator[str]:
    """What is shown with a line: a product or a lookbook, each on one line."""
    line = said.line
    if line.sku:
        product = said.product
        price = priced(product.price, product.currency) if product and product.price is not None else ""
        yield f"[{'  '.join(filter(None, (product.name if product else '', line.sku, price)))}]"
    if line.lookbook:
        title = tr('lookbook "{title}"', title=said.look) if said.look else tr("a lookbook")
        yield f"[{title}]"


def state(said: Said, details: TalkDetails) -> str:
    """What has become of a line of one's own: on its way, sent, delivered, read; or by which way it went."""
    line, talk = said.line, details.talk
    if said.is_customers:
        return ""
    if said.unsent:
        return tr("on its way")
    if line.via != "chat":
        return {"email": tr("by e-mail"), "sms": tr("by SMS"), "phone": tr("by phone")}[line.via]
    if talk is not None and line.n <= talk.read:
        return tr("read")
    if talk is not None and line.n <= talk.delivered:
        return tr("delivered")
    return tr("sent")


def _at(moment: dt.datetime, line: RequestLine, now: dt.datetime) -> str:
    zone = line.around.zone_of(line.request.store)
    local = moment.astimezone(zone)
    if local.date() == now.astimezone(zone).date():
        return f"{local:%H:%M}"
    return due_words(Due(local.date(), local.time()), now, zone)

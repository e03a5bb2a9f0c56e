"""``sellmode requests list|show``: customers' requests, and what was written of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, get_args

import click

from sellmode_contract.text import visible
from sellmode_tui.commands.kit import resolve
from sellmode_tui.commands.kit.base import Opened, Parameter, command, limit_option
from sellmode_tui.commands.kit.output import labelled, minute, plain
from sellmode_tui.commands.requests import changes
from sellmode_tui.commands.why import explain
from sellmode_tui.records import RequestLine, RequestQuery, Said, TalkDetails
from sellmode_tui.records.ids import MIN_ID
from sellmode_tui.records.requests import words as request_words
from sellmode_tui.records.requests.lists import View

_REQUEST: Final[Parameter] = click.argument("request", metavar="REQUEST")


@click.group("requests")
def requests_command() -> None:
    """List, show, take and answer customers' requests.

    REQUEST is an id or its beginning.
    """


for _each in changes.CHANGES:
    requests_command.add_command(_each)


@command(
    "list",
    click.argument("words", metavar="[WORD]...", nargs=-1),
    click.option("--view", type=click.Choice(get_args(View)), default="new", show_default=True, help="Which requests."),
    limit_option,
    of=requests_command,
)
def list_command(opened: Opened, words: tuple[str, ...], view: View, limit: int | None) -> None:
    """List requests, what waits longest first: new ones, mine, all open ones of the store, or closed ones.

    sellmode requests list --view store
    """
    records = opened.records
    found, now = records.requests.find(RequestQuery(view, " ".join(words))), records.now()
    opened.print_pages(
        found,
        found.count(),
        limit,
        {
            "ANSWER": lambda line: request_words.waits(line, now),
            "WAY": lambda line: request_words.way(line.request.way),
            "CUSTOMER": lambda line: line.name,
            "ABOUT": lambda line: line.about,
            "TAKEN BY": lambda line: request_words.who(line, now),
            "TEXT": lambda line: line.request.preview,
            "ID": lambda line: line.request.id[:MIN_ID],
        },
        as_object,
        noun="requests",
        empty="No request is found." if words else "There is no such request.",
    )


@command("show", _REQUEST, of=requests_command)
def show_command(opened: Opened, request: str) -> None:
    """Show a REQUEST, and of your own all that was written.

    sellmode requests show 5b1c22aa
    """
    details = resolve.request(opened.records, request)
    opened.print_one(details_object(details), _lines(opened, details))


@command("why", _REQUEST, of=requests_command)
def why_command(opened: Opened, request: str) -> None:
    """Explain why you see a REQUEST.

    sellmode requests why 5b1c22aa
    """
    explain(opened, "request", resolve.request(opened.records, request).line.request.id)


def as_object(line: RequestLine) -> dict[str, Any]:
    """A request for JSON."""
    named = {"customer_name": line.customer_name, "product": line.product, "unread": line.unread, "unsent": line.unsent}
    return {"kind": "request", **plain(line.request), **named}


def details_object(details: TalkDetails) -> dict[str, Any]:
    """A request with what was written of it, for JSON."""
    lines = [
        {**plain(each.line), "who": each.who, "unsent": each.unsent, "state": request_words.state(each, details)}
        for each in details.lines
    ]
    talk = plain(details.talk) if details.talk else None
    return {**as_object(details.line), "talk": talk, "talk_lines": lines}


def _lines(opened: Opened, details: TalkDetails) -> Iterator[str]:
    line, now = details.line, opened.records.now()
    request, zone = line.request, line.around.zone_of(line.request.store)
    yield visible(f"Request of {line.name or 'a customer'}: {request_words.waits(line, now)}")
    yield from labelled(
        ("Way:", request_words.way(request.way)),
        ("About:", line.about),
        ("Asked:", minute(request.asked_at, zone)),
        ("Asked for:", request_words.wanted(line)),
        ("Taken by:", request_words.who(line, now)),
        ("Customer:", line.customer_name),
        ("E-mail:", details.email),
        ("Phone:", details.phone),
        ("Wish:", details.talk.wish if details.talk else ""),
        ("Copy to:", details.talk.transcript_to if details.talk else ""),
        ("Text:", "" if details.lines else request.preview),
        width=11,
    )
    for said in details.lines:
        yield from _said(said, details, zone)


def _said(said: Said, details: TalkDetails, zone: Any) -> Iterator[str]:
    who = said.who or details.line.name or "customer"
    state = request_words.state(said, details)
    parts = [*said.line.text.split("\n"), *request_words.card(said)] if said.line.text else [*request_words.card(said)]
    for place, part in enumerate(parts):
        head = f"{minute(said.line.at, zone)}  {who}: " if not place else "    "
        yield visible(f"{head}{part}{f'  ({state})' if state and place == len(parts) - 1 else ''}")

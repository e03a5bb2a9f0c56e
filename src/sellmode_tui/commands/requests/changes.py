"""``sellmode requests claim|answer|close|...``: what the screens write about requests, from the command line."""

from __future__ import annotations

from typing import Final, get_args

import click

from sellmode_contract.kinds.chat_line import Via
from sellmode_contract.kinds.request import OUTCOMES
from sellmode_tui.commands.kit import resolve
from sellmode_tui.commands.kit.base import Opened, Parameter, command
from sellmode_tui.commands.kit.inputs import read_text
from sellmode_tui.commands.kit.refusals import refusals
from sellmode_tui.commands.kit.when import read_when

_REQUEST: Final[Parameter] = click.argument("request", metavar="REQUEST")
_OUTCOMES: Final = [each for each in OUTCOMES if each]


@command("claim", _REQUEST)
def claim_command(opened: Opened, request: str) -> None:
    """Take a REQUEST. If a colleague was faster, `sellmode attention list` says so after a sync.

    sellmode requests claim 5b1c22aa
    """
    records, id = opened.records, _id(opened, request)
    with refusals(records):
        opened.report(records.requests.claim(id))


@command("release", _REQUEST)
def release_command(opened: Opened, request: str) -> None:
    """Give a REQUEST that you have taken back to the store.

    sellmode requests release 5b1c22aa
    """
    records, id = opened.records, _id(opened, request)
    with refusals(records):
        opened.report(records.requests.release(id))


@command(
    "pass",
    _REQUEST,
    click.option("--to", "person", metavar="PERSON", required=True, help="A colleague's user name or name."),
)
def pass_command(opened: Opened, request: str, person: str) -> None:
    """Pass a REQUEST on to a colleague: your own, as a manager anybody's.

    sellmode requests pass 5b1c22aa --to ben
    """
    records, id = opened.records, _id(opened, request)
    with refusals(records):
        opened.report(records.requests.pass_on(id, resolve.colleague(records.requests.takers(id), person).id))


@command(
    "answer",
    _REQUEST,
    click.argument("text", metavar="TEXT|-"),
    click.option(
        "--via",
        type=click.Choice(get_args(Via)),
        default="chat",
        show_default=True,
        help="How it goes; what does not go by chat is only logged.",
    ),
)
def answer_command(opened: Opened, request: str, text: str, via: Via) -> None:
    """Answer a REQUEST that you have taken; - reads standard input. What goes by another way than chat is logged.

    sellmode requests answer 5b1c22aa 'Yes, we have it in 38.'
    sellmode requests answer 5b1c22aa - --via email < answer.txt
    """
    records, id = opened.records, _id(opened, request)
    with refusals(records):
        opened.report(records.requests.say(id, read_text(text), via=via))


@command(
    "close",
    _REQUEST,
    click.option("--outcome", type=click.Choice(_OUTCOMES), required=True, help="What came of it."),
)
def close_command(opened: Opened, request: str, outcome: str) -> None:
    """Close a REQUEST, with what came of it.

    sellmode requests close 5b1c22aa --outcome sold
    """
    records, id = opened.records, _id(opened, request)
    with refusals(records):
        opened.report(records.requests.close(id, next(each for each in _OUTCOMES if each == outcome)))


@command("reopen", _REQUEST)
def reopen_command(opened: Opened, request: str) -> None:
    """Open a closed REQUEST again.

    sellmode requests reopen 5b1c22aa
    """
    records, id = opened.records, _id(opened, request)
    with refusals(records):
        opened.report(records.requests.reopen(id))


@command(
    "snooze",
    _REQUEST,
    click.option("--until", metavar="WHEN", required=True, help="'in 2 hours', tomorrow, 'fri 3pm'; empty ends it."),
)
def snooze_command(opened: Opened, request: str, until: str) -> None:
    """Snooze a REQUEST: until a time, or until the store opens on a day.

    sellmode requests snooze 5b1c22aa --until 'in 2 hours'
    """
    records, id = opened.records, _id(opened, request)
    with refusals(records):
        opened.report(records.requests.snooze(id, read_when(until, records.zone()) if until else None))


@command(
    "link",
    _REQUEST,
    click.option("--customer", metavar="CUSTOMER", required=True, help="Whose it is; empty: that is not known."),
)
def link_command(opened: Opened, request: str, customer: str) -> None:
    """Note which customer a REQUEST is of.

    sellmode requests link 5b1c22aa --customer C-00042
    """
    records, id = opened.records, _id(opened, request)
    with refusals(records):
        opened.report(records.requests.link(id, resolve.customer(records, customer) if customer else None))


def _id(opened: Opened, request: str) -> str:
    return resolve.request(opened.records, request).line.request.id


CHANGES: Final = (
    claim_command,
    release_command,
    pass_command,
    answer_command,
    close_command,
    reopen_command,
    snooze_command,
    link_command,
)

"""``sellmode available``, ``away`` and ``present``: whether one can be reached by chat, and who of the store can."""

from __future__ import annotations

from typing import Any

import click

from sellmode_contract.kinds.presence import Presence
from sellmode_contract.text import visible
from sellmode_tui.commands.kit.base import Opened, command
from sellmode_tui.commands.kit.output import minute, plain, say


@command(
    "available",
    click.option("--good-at", metavar="TEXT", help="What customers may ask you about, as they read it."),
)
def available_command(opened: Opened, *, good_at: str | None) -> None:
    """Be available for chat, as long as the app is open on this machine.

    sellmode available
    sellmode available --good-at 'Watches and gifts'
    """
    opened.report(opened.records.chat.say(available=True, good_at=good_at))
    say("Customers can reach you while the app is open and online.")


@command("away")
def away_command(opened: Opened) -> None:
    """Be away: customers cannot reach you by chat.

    sellmode away
    """
    opened.report(opened.records.chat.say(available=False))


@command("present")
def present_command(opened: Opened) -> None:
    """List who of the store is available for chat.

    sellmode present
    """
    around = opened.records.context()

    def as_object(each: Presence) -> dict[str, Any]:
        return {**plain(each), "name": around.name_of(each.person)}

    opened.print_list(
        opened.records.chat.available(),
        {
            "NAME": lambda each: visible(around.name_of(each.person)),
            "SINCE": lambda each: minute(each.since, around.zone),
            "GOOD AT": lambda each: visible(each.good_at),
        },
        as_object,
        empty="Nobody is available for chat.",
    )

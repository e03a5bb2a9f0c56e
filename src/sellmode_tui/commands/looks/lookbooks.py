"""``sellmode lookbooks``: those of every kind, and sharing one, its link, and a copy of one."""

from __future__ import annotations

import datetime as dt

import click

from sellmode_contract.kinds.lookbook import CORPORATE_LOOK, LOOKBOOK
from sellmode_contract.kinds.sent_lookbook import WAYS, Way
from sellmode_tui.commands.kinds.group import group_of
from sellmode_tui.commands.kit import resolve
from sellmode_tui.commands.kit.base import Opened, Parameter, command
from sellmode_tui.commands.kit.when import read_when
from sellmode_tui.records import RecordStore

lookbooks_command = group_of(LOOKBOOK)

_LOOKBOOK: Parameter = click.argument("id", metavar="LOOKBOOK")
_UNTIL: Parameter = click.option("--until", metavar="WHEN", help="Until when its link works.  [default: 90 days]")


@command(
    "share",
    _LOOKBOOK,
    click.option("--how", type=click.Choice(list(WAYS)), default="link", show_default=True, help="By which way."),
    _UNTIL,
    of=lookbooks_command,
)
def share_command(opened: Opened, id: str, how: Way, until: str | None) -> None:
    """Share one: it has a link from then on, which works once the server has it.

    sellmode lookbooks share 019a3c55-1f2e --how sms --until 'in 4 weeks'
    """
    records = opened.records
    opened.report(records.looks.share(_lookbook(records, id), how, _end(records, until)))


@command("renew", _LOOKBOOK, _UNTIL, of=lookbooks_command)
def renew_command(opened: Opened, id: str, until: str | None) -> None:
    """Let the link of one work until another time, though it has expired or was revoked.

    sellmode lookbooks renew 019a3c55-1f2e
    """
    records = opened.records
    opened.report(records.looks.renew(_lookbook(records, id), _end(records, until)))


@command("revoke", _LOOKBOOK, of=lookbooks_command)
def revoke_command(opened: Opened, id: str) -> None:
    """Let the link of one work no more.

    sellmode lookbooks revoke 019a3c55-1f2e
    """
    records = opened.records
    opened.report(records.looks.revoke(_lookbook(records, id)))


@command(
    "use",
    _LOOKBOOK,
    click.option("--customer", metavar="CUSTOMER", help="For whom the copy is.  [default: a My Look]"),
    click.option("--corporate", is_flag=True, help="It is one of the head office's looks."),
    of=lookbooks_command,
)
def use_command(opened: Opened, id: str, customer: str | None, *, corporate: bool) -> None:
    """Copy one for a customer, or as a My Look. What changes in the one does not change the other.

    sellmode lookbooks use 019a3c55-1f2e --customer ann@example.com
    """
    records = opened.records
    whom = resolve.customer(records, customer) if customer else None
    kind = CORPORATE_LOOK if corporate else LOOKBOOK
    named = resolve.record(records, kind.name, id)
    opened.report(records.looks.use(named, whom, "corporate_look" if corporate else "lookbook"))


def _lookbook(records: RecordStore, id: str) -> str:
    return resolve.record(records, LOOKBOOK.name, id)


def _end(records: RecordStore, until: str | None) -> dt.datetime | None:
    zone = records.zone()
    return read_when(until, zone).instant(zone) if until else None

"""``sellmode lookbooks``: those of every kind, and sharing one, its link, and a copy of one."""

from __future__ import annotations

import datetime as dt

import click

from sellmode_contract.kinds.lookbook import CORPORATE_LOOK, LOOKBOOK, Lookbook
from sellmode_contract.kinds.sent_lookbook import WAYS, Way
from sellmode_contract.text import visible
from sellmode_tui.commands.kinds.group import group_of
from sellmode_tui.commands.kit import resolve
from sellmode_tui.commands.kit.base import Opened, Parameter, command
from sellmode_tui.commands.kit.exit_codes import Exit, Failure
from sellmode_tui.commands.kit.output import say
from sellmode_tui.commands.kit.when import read_when
from sellmode_tui.records import RecordStore
from sellmode_tui.records.looks import page_text
from sellmode_tui.records.looks.details import LookDetails

lookbooks_command = group_of(LOOKBOOK)

_LOOKBOOK: Parameter = click.argument("id", metavar="LOOKBOOK")
_UNTIL: Parameter = click.option("--until", metavar="WHEN", help="When its link expires.  [default: in 90 days]")


@command(
    "share",
    _LOOKBOOK,
    click.option("--how", type=click.Choice(list(WAYS)), default="link", show_default=True, help="How it was sent."),
    _UNTIL,
    of=lookbooks_command,
)
def share_command(opened: Opened, id: str, how: Way, until: str | None) -> None:
    """Share a lookbook: it gets a link, which works once the server has it.

    What has changed of its products since they were put there (price, stock, no longer sold) is pointed out.

    sellmode lookbooks share 019a3c55-1f2e --how sms --until 'in 4 weeks'
    """
    records, id = opened.records, _lookbook(opened.records, id)
    changed = {each.item.sku: (each.name, each.changed) for each in _details(records, id).changed}
    for name, what in changed.values():
        say(f"{visible(name)}: {what}.")
    if changed:
        records.looks.check("lookbook", id)
    written = records.looks.share(id, how, _end(records, until))
    link = _link(opened, id)
    opened.report(written, link=link, changed={sku: what for sku, (_, what) in changed.items()})
    if not opened.as_json:
        click.echo(link)


@command("link", _LOOKBOOK, of=lookbooks_command)
def link_command(opened: Opened, id: str) -> None:
    """Print a shared lookbook's link.

    sellmode lookbooks link 019a3c55-1f2e
    """
    details = _details(opened.records, _lookbook(opened.records, id))
    link, state = _link(opened, details.look.id), details.line.link
    opened.print_one({"link": link, "state": state, "expires_at": details.line.expires_at}, [link])
    if state == "unsent":
        say("Not sent yet: it works once the server has it.")
    elif state not in ("shared", "opened"):
        say(f"Nobody can open it: {state}.")


@command(
    "preview",
    _LOOKBOOK,
    click.option("--html", is_flag=True, help="As a single HTML page, without pictures."),
    click.option("--corporate", is_flag=True, help="A corporate look."),
    of=lookbooks_command,
    json=False,
)
def preview_command(opened: Opened, id: str, *, html: bool, corporate: bool) -> None:
    """Print a lookbook as its customer sees it.

    sellmode lookbooks preview 019a3c55-1f2e --html > look.html
    """
    kind = CORPORATE_LOOK if corporate else LOOKBOOK
    details = _details(opened.records, resolve.record(opened.records, kind.name, id), kind.name)
    token = getattr(details.look, "token", "")
    link = page_text.link_of(opened.records.retailer(), opened.workspace.session.server, token) if token else ""
    click.echo((page_text.as_html if html else page_text.as_text)(details, link), nl=False)


@command("renew", _LOOKBOOK, _UNTIL, of=lookbooks_command)
def renew_command(opened: Opened, id: str, until: str | None) -> None:
    """Change when a lookbook's link expires; an expired or revoked link works again.

    sellmode lookbooks renew 019a3c55-1f2e
    """
    records = opened.records
    opened.report(records.looks.renew(_lookbook(records, id), _end(records, until)))


@command("revoke", _LOOKBOOK, of=lookbooks_command)
def revoke_command(opened: Opened, id: str) -> None:
    """Revoke a lookbook's link: it stops working.

    sellmode lookbooks revoke 019a3c55-1f2e
    """
    records = opened.records
    opened.report(records.looks.revoke(_lookbook(records, id)))


@command(
    "use",
    _LOOKBOOK,
    click.option("--customer", metavar="CUSTOMER", help="The customer the copy is for.  [default: none; a My Look]"),
    click.option("--corporate", is_flag=True, help="A corporate look."),
    of=lookbooks_command,
)
def use_command(opened: Opened, id: str, customer: str | None, *, corporate: bool) -> None:
    """Copy a lookbook for a customer, or as a My Look. Later edits of one do not change the other.

    sellmode lookbooks use 019a3c55-1f2e --customer ann@example.com
    """
    records = opened.records
    whom = resolve.customer(records, customer) if customer else None
    kind = CORPORATE_LOOK if corporate else LOOKBOOK
    named = resolve.record(records, kind.name, id)
    opened.report(records.looks.use(named, whom, "corporate_look" if corporate else "lookbook"))


def _lookbook(records: RecordStore, id: str) -> str:
    return resolve.record(records, LOOKBOOK.name, id)


def _details(records: RecordStore, id: str, kind: str = LOOKBOOK.name) -> LookDetails:
    details = records.looks.get(kind, id)
    if details is None:
        raise resolve.unknown(LOOKBOOK.called, id)
    return details


def _link(opened: Opened, id: str) -> str:
    look = _details(opened.records, id).look
    if not isinstance(look, Lookbook) or not look.token:
        raise Failure("It is not shared and has no link.", Exit.AGAINST_RULES)
    return page_text.link_of(opened.records.retailer(), opened.workspace.session.server, look.token)


def _end(records: RecordStore, until: str | None) -> dt.datetime | None:
    zone = records.zone()
    return read_when(until, zone).instant(zone) if until else None

"""``sellmode storefronts``: those of every kind, and the link of one."""

from __future__ import annotations

import click

from sellmode_contract.kinds.storefront import STOREFRONT, Storefront
from sellmode_tui.commands.kinds.group import group_of
from sellmode_tui.commands.kit import resolve
from sellmode_tui.commands.kit.base import Opened, command
from sellmode_tui.commands.kit.exit_codes import Exit, Failure
from sellmode_tui.records.looks import page_text

storefronts_command = group_of(STOREFRONT)


@command("link", click.argument("id", metavar="STOREFRONT"), of=storefronts_command)
def link_command(opened: Opened, id: str) -> None:
    """Print the link of one. It works once the server has the page, until its end or until it is removed.

    sellmode storefronts link 019a3c55-1f2e
    """
    shown = opened.records.shown(STOREFRONT.name, resolve.record(opened.records, STOREFRONT.name, id))
    page = shown.record if shown else None
    if not isinstance(page, Storefront) or not page.token:
        raise Failure("It has no link.", Exit.AGAINST_RULES)
    link = page_text.link_of(opened.records.retailer(), opened.workspace.session.server, page.token)
    opened.print_one({"link": link, "expires_at": page.expires_at, "unsent": bool(shown and shown.unsent)}, [link])

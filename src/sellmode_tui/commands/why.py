"""``sellmode why``: who may see a record, and by which rule."""

from __future__ import annotations

from collections.abc import Iterator

import click

from sellmode_contract.audiences import EVERYBODY
from sellmode_contract.kinds import KINDS
from sellmode_contract.kinds.customer import card_id
from sellmode_contract.kinds.retailer import Retailer
from sellmode_contract.text import visible
from sellmode_tui.commands.kit import resolve
from sellmode_tui.commands.kit.base import Opened, command
from sellmode_tui.commands.sales import show
from sellmode_tui.records import WhySeen

_MODES = {"associate": "Associate Mode", "team": "Team Mode"}


@click.group("why")
def why_command() -> None:
    """Explain who can see a record, and why."""


@command("customer", click.argument("customer", metavar="CUSTOMER"), of=why_command)
def customer_command(opened: Opened, customer: str) -> None:
    """Explain why you see CUSTOMER: an id or its beginning, a customer number or an e-mail address.

    For a colleague's customer, a manager in Associate Mode sees why they see the card, and who can see the customer.

    sellmode why customer ann@example.com
    """
    id = resolve.known_customer(opened.records, customer)
    if opened.records.why("customer", id) is None:
        explain(opened, "customer_card", card_id(id))
    else:
        explain(opened, "customer", id)


@command("task", click.argument("task_id", metavar="TASK"), of=why_command)
def task_command(opened: Opened, task_id: str) -> None:
    """Explain why you see TASK: an id or its beginning.

    sellmode why task 019a3c55-1f2e
    """
    explain(opened, *resolve.task(opened.records, task_id))


@command("sale", click.argument("sale", metavar="SALE"), of=why_command)
def sale_command(opened: Opened, sale: str) -> None:
    """Explain who is credited for an online SALE, and why: its number, or an id or its beginning.

    sellmode why sale 1042
    """
    show(opened, resolve.sale(opened.records, sale))


@command(
    "record",
    click.argument("kind", type=click.Choice(list(KINDS)), metavar="KIND"),
    click.argument("id", metavar="ID"),
    of=why_command,
)
def record_command(opened: Opened, kind: str, id: str) -> None:
    """Explain why you see a record of any KIND, by its id or the beginning of that.

    sellmode why record note 019a3c55-1f2e
    """
    explain(opened, kind, resolve.record(opened.records, kind, id))


def explain(opened: Opened, kind: str, id: str) -> None:
    """Print the rule by which a record is seen."""
    seen = opened.records.why(kind, id)
    if seen is None:  # left between the two readings
        raise resolve.unknown(KINDS[kind].called, id)
    opened.print_one(seen, _lines(seen, opened.records.retailer()))


def _lines(seen: WhySeen, retailer: Retailer | None) -> Iterator[str]:
    store = next((store.name for store in (retailer.stores if retailer else ()) if store.id == seen.store), seen.store)
    reads = ", and you may view profiles as in Team Mode" if (seen.mode, seen.column) == ("associate", "team") else ""
    yield f"{visible(seen.name)} is visible to {visible(_audience(seen.audience, seen.person_name, store or ''))}."
    yield f"Mode:   {_MODES[seen.mode]}{reads}"
    yield f"Rule:   {seen.rule}"
    if seen.kind in ("customer", "customer_card"):
        yield f"Owner:  {visible(seen.owner_name) or 'nobody'}"
    yield f"Store:  {visible(store or 'none')}"


def _audience(audience: str, person: str, store: str) -> str:
    """An audience in words, with the names of the one person and the store that it may name."""
    kind, _, rest = audience.partition(":")
    match kind:
        case "person":
            return person or rest
        case "lead":
            return f"the managers of {store}"
        case "store":
            return f"everyone in {store}"
    return "everyone at the retailer" if audience == EVERYBODY else audience

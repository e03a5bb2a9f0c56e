"""``sellmode why``: who may see a record, and by which rule."""

from __future__ import annotations

import click

from sellmode_contract.kinds.retailer import Retailer
from sellmode_contract.text import visible
from sellmode_tui.commands.entering import Choice, account_options, opened
from sellmode_tui.commands.outcome import Exit, Failure
from sellmode_tui.commands.output import json_option, print_json
from sellmode_tui.commands.which import not_found, resolve, task
from sellmode_tui.visibility import WhySeen, WhyTask

_MODES = {"associate": "Associate Mode", "team": "Team Mode"}


@click.group("why")
def why_command() -> None:
    """Explain who may see something, and by which rule."""


@why_command.command("customer")
@click.argument("customer", metavar="CUSTOMER")
@json_option
@account_options
def customer_command(choice: Choice, customer: str, *, as_json: bool) -> None:
    """Explain why you see CUSTOMER: an id or its beginning, a customer number or an e-mail address.

    \b
      sellmode why customer ann@example.com
    """  # noqa: D301  # click's mark for lines to be kept
    with opened(choice) as workspace:
        seen = workspace.door.why(resolve(workspace.door, customer))
        retailer = workspace.door.retailer()
    if seen is None:  # left between the two readings
        raise not_found(customer)
    if as_json:
        print_json(seen)
        return
    stores = _store_names(retailer)
    click.echo(f"{visible(seen.name)} is seen by {visible(_audience(seen, stores))}.")
    click.echo(f"Mode:   {_MODES[seen.mode]}{_as_team(seen)}")
    click.echo(f"Rule:   {seen.rule}")
    click.echo(f"Owner:  {visible(seen.owner_name) or 'nobody'}")
    click.echo(f"Store:  {visible(stores.get(seen.store or '', seen.store or 'none'))}")


@why_command.command("task")
@click.argument("task_id", metavar="TASK")
@json_option
@account_options
def task_command(choice: Choice, task_id: str, *, as_json: bool) -> None:
    """Explain why you see TASK: an id or its beginning.

    \b
      sellmode why task 019a3c55-1f2e
    """  # noqa: D301  # click's mark for lines to be kept
    with opened(choice) as workspace:
        seen = workspace.door.why_task(*task(workspace.door, task_id))
        retailer = workspace.door.retailer()
    if seen is None:  # left between the two readings
        raise Failure(f"No task {visible(task_id)} is known to you.", Exit.NOTHING)
    if as_json:
        print_json(seen)
        return
    stores = _store_names(retailer)
    store = stores.get(seen.store, seen.store)
    click.echo(f"{visible(seen.title)} is seen by {visible(_whom(seen.audience, seen.person_name, store))}.")
    click.echo(f"Mode:   {_MODES[seen.mode]}{_as_team(seen)}")
    click.echo(f"Rule:   {seen.rule}")
    click.echo(f"Store:  {visible(store)}")


def _as_team(seen: WhySeen | WhyTask) -> str:
    return ", and you may read profiles as in Team Mode" if seen.mode == "associate" and seen.column == "team" else ""


def _audience(seen: WhySeen, stores: dict[str, str]) -> str:
    return _whom(seen.audience, seen.owner_name, stores.get(seen.store or "", seen.store or ""))


def _whom(audience: str, person: str, store: str) -> str:
    """An audience in words, with the names of the one person and the store that it may name."""
    kind, _, rest = audience.partition(":")
    match kind:
        case "person":
            return person or rest
        case "lead":
            return f"the managers of {store}"
        case "store":
            return f"everybody of {store}"
    return audience


def _store_names(retailer: Retailer | None) -> dict[str, str]:
    return {store.id: store.name for store in retailer.stores} if retailer else {}

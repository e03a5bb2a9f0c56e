"""The operator's commands on corporate tasks."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path
from typing import Any

import click
import msgspec

from sellmode_backend.accounts.signing_in import utc_now
from sellmode_backend.briefs.files import briefs_in
from sellmode_backend.cli import database_option, json_option, print_answer, say
from sellmode_backend.rules import stored_rules
from sellmode_backend.rules.stored_rules import RulesRefused
from sellmode_backend.store import records
from sellmode_backend.store.database import Database
from sellmode_contract import text
from sellmode_contract.kinds.corporate_brief import CorporateBrief
from sellmode_contract.kinds.corporate_task import CorporateTask


@click.group("corporate")
def corporate_command() -> None:
    """What the head office asks of its people. Each gets a task of it."""


@corporate_command.command("add")
@database_option()
@click.argument("file", type=click.Path(dir_okay=False, allow_dash=True, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only show what would be added.")
def add_command(database: Database, file: Path, dry_run: bool) -> None:
    """Add the corporate tasks of FILE (TOML; - for standard input). The same file again adds nothing twice.

    People get them within a minute while the backend runs.
    """
    now = utc_now()
    with database.transaction() as connection:
        briefs = briefs_in(file, connection)
        known = {brief.id for brief in records.read_many(connection, "corporate_brief", [brief.id for brief in briefs])}
        new = {brief.id: brief for brief in briefs if brief.id not in known}
        if not dry_run:
            records.write(connection, [msgspec.structs.replace(brief, created_at=now) for brief in new.values()])
    for brief in briefs:
        state = "new" if brief.id in new else "already exists"
        say(f"{brief.id}  {text.visible(brief.title)}: {state}")
    if dry_run:
        say("Nothing was changed.")


@corporate_command.command("list")
@database_option()
@json_option
def list_command(database: Database, as_json: bool) -> None:
    """List corporate tasks, with how many people have done each."""
    with database.snapshot() as connection:
        briefs = [item for item in records.each(connection, "corporate_brief") if isinstance(item, CorporateBrief)]
        states = Counter(
            (item.brief, item.state)
            for item in records.each(connection, "corporate_task")
            if isinstance(item, CorporateTask)
        )
        retailer = stored_rules.retailer_of(connection)
    names = {entry.id: entry.name for entry in retailer.stores}
    found: list[dict[str, Any]] = [
        {
            **msgspec.structs.asdict(brief),
            "store_names": [names.get(id, id) for id in brief.stores],
            **{state: states[brief.id, state] for state in ("open", "done", "dismissed", "expired")},
        }
        for brief in sorted(briefs, key=lambda brief: (brief.created_at or _NEVER, brief.id))
    ]
    rows = (
        [
            row["id"], row["title"], ", ".join(row["store_names"]) or "all", row["due"], row["expires"],
            f"{row['open']:,}", f"{row['done']:,}", "withdrawn" if row["withdrawn"] else "",
        ]
        for row in found
    )  # fmt: skip
    print_answer(found, [["id", "title", "stores", "due", "expires", "open", "done", "state"], *rows], as_json=as_json)


_NEVER = dt.datetime.min.replace(tzinfo=dt.UTC)


@corporate_command.command("withdraw")
@database_option()
@click.argument("id", metavar="ID")
def withdraw_command(database: Database, id: str) -> None:
    """Take a corporate task back, by the id that `list` shows. Open tasks of it expire, done ones stay."""
    with database.transaction() as connection:
        brief = records.read(connection, "corporate_brief", id, lock=True)
        if not isinstance(brief, CorporateBrief):
            raise RulesRefused(f"There is no corporate task {text.visible(id)!r}; `tasks corporate list` has them.")
        records.write(connection, [msgspec.structs.replace(brief, withdrawn=True)])
    say(f"{text.visible(brief.title)} is withdrawn.")

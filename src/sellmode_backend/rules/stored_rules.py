"""Reading, writing and limiting rules for the operator: in files, with stores by name."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sellmode_backend.store import records, settings
from sellmode_backend.store.schema import record
from sellmode_contract import text
from sellmode_contract.audiences import EVERYBODY, store_audience
from sellmode_contract.kinds.retailer import Retailer, StoreEntry
from sellmode_contract.kinds.task_rule import TaskRule, task_rule_id
from sellmode_contract.rules.checking import MAX_RULES
from sellmode_contract.rules.defaults import default_rules
from sellmode_contract.rules.files import read_rules, write_rules
from sellmode_contract.table_files import MAX_FILE, TableFileError

STANDARD_INPUT = Path("-")
RULES_ARE_OFF = "Its first rules are there, switched off: `rules list` has them, `rules enable` switches them on."


class RulesRefused(Exception):
    """A command on rules or tasks is refused, with the reason. Nothing was changed."""


class TooManyRules(RulesRefused):
    """A store, or the retailer, would have more rules than it may."""


class Written(NamedTuple):
    """What writing a rule came to."""

    rule: TaskRule
    became: str
    """``new``, ``changed`` or ``as it was``."""


def retailer_of(connection: Connection) -> Retailer:
    """The retailer. Raises SettingError."""
    found = settings.retailer(connection)
    if found is None:
        raise settings.SettingError("the database has no retailer yet")
    return found


def rules_of(connection: Connection) -> list[TaskRule]:
    """All rules: those of the retailer first, then each store's, by slug."""
    found = [rule for rule in records.each(connection, "task_rule") if isinstance(rule, TaskRule)]
    return sorted(found, key=lambda rule: (rule.store or "", rule.slug))


def rule_named(connection: Connection, slug: str, store: StoreEntry | None, *, lock: bool = False) -> TaskRule:
    """The retailer's rule of a slug, or a store's; ``lock`` as in ``records.read_many``. Raises RulesRefused."""
    found = records.read(connection, "task_rule", task_rule_id(store.id if store else None, slug), lock=lock)
    if isinstance(found, TaskRule):
        return found
    whose = f"Store {text.visible(store.name)} has" if store else "The retailer has"
    raise RulesRefused(f"{whose} no rule {text.visible(slug)!r}; `rules list` has them all.")


def text_of(path: Path) -> str:
    """A file's text, or that of standard input. Raises RulesRefused."""
    try:
        content = sys.stdin.buffer.read(4 * MAX_FILE) if path == STANDARD_INPUT else path.read_bytes()
        return content.decode()
    except OSError as error:
        raise RulesRefused(f"{text.visible(str(path))} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise RulesRefused(f"{text.visible(str(path))}: line {line}: it is not UTF-8.") from None


def rules_in(path: Path, connection: Connection, store: StoreEntry | None) -> list[TaskRule]:
    """The rules of a file; those that name no store become those of ``store``. Raises RulesRefused, SettingError."""
    try:
        found = read_rules(text_of(path), retailer_of(connection).custom_fields)
    except TableFileError as error:
        raise RulesRefused(f"{text.visible(str(path))}: {error}.") from None
    placed = []
    for rule in found:
        where = settings.store_named(connection, rule.store) if rule.store is not None else store
        id = where.id if where else None
        placed.append(msgspec.structs.replace(rule, store=id, id=task_rule_id(id, rule.slug)))
    if len({rule.id for rule in placed}) < len(placed):
        raise RulesRefused(f"{text.visible(str(path))}: two rules are one store's and of one slug.")
    return placed


def as_file(rules: Iterable[TaskRule], stores: Sequence[StoreEntry]) -> str:
    """Rules as a file, with their stores' names where these are clear."""
    clear = settings.clear_names(stores)
    return write_rules(
        msgspec.structs.replace(rule, store=clear.get(rule.store, rule.store) if rule.store else None) for rule in rules
    )


def write(connection: Connection, rules: Iterable[TaskRule], *, dry_run: bool = False) -> list[Written]:
    """Store rules, new ones and those that are there already; or only tell of it. Raises RulesRefused."""
    told: list[Written] = []
    for rule in rules:
        before = records.read(connection, "task_rule", rule.id, lock=True)
        if isinstance(before, TaskRule) and before.trigger != rule.trigger:
            raise RulesRefused(
                f"The rule {rule.slug} has the trigger {before.trigger}, which the keys of its tasks depend on:"
                f" give one with the trigger {rule.trigger} another slug."
            )
        told.append(Written(rule, "new" if before is None else "as it was" if before == rule else "changed"))
    check_room(connection, [rule for rule, became in told if became == "new"])
    if not dry_run:
        records.write(connection, [rule for rule, became in told if became != "as it was"])
    return told


def check_room(connection: Connection, new: Iterable[TaskRule], removed: Iterable[str] = ()) -> None:
    """Raises TooManyRules if the retailer or a store would have more than ``MAX_RULES`` with new ones.

    ``removed`` are ids of those that go at the same time.
    """
    room: dict[str | None, int] = {}
    gone = set(removed)
    for rule in new:
        if rule.store not in room:
            audience = store_audience(rule.store) if rule.store else EVERYBODY
            query = sa.select(record.c.id).where(record.c.kind == "task_rule", record.c.team == audience)
            room[rule.store] = MAX_RULES - len(set(connection.scalars(query)) - gone)
        room[rule.store] -= 1
        if room[rule.store] < 0:
            raise TooManyRules(
                f"{'A store' if rule.store else 'The retailer'} has {MAX_RULES} rules at most:"
                f" there is no room for {rule.slug}. Remove one that is not needed."
            )


def begin_with(connection: Connection) -> list[Written]:
    """Write the rules that a retailer begins with where there are none of their slugs: switched off.

    Nobody is sent to customers before somebody has looked at what a rule does.
    """
    known = {rule.id for rule in rules_of(connection)}
    rules = default_rules(retailer_of(connection).custom_fields)
    return write(connection, [msgspec.structs.replace(rule, enabled=False) for rule in rules if rule.id not in known])

"""The retailer's settings, its stores, and what a change of mode would do."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, get_args

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from sellmode_backend.store import accounts, records, setting_values
from sellmode_backend.store.database import upsert
from sellmode_backend.store.schema import record, setting, store
from sellmode_backend.store.setting_values import Key
from sellmode_contract import audiences, own_fields, text, visibility
from sellmode_contract.ids import source_id
from sellmode_contract.kinds.retailer import Mode, Retailer, StoreEntry
from sellmode_contract.store_hours import OpeningHours
from sellmode_contract.store_time import zone_named
from sellmode_contract.visibility import Account

RETAILER_ID = source_id("retailer", "sellmode", "retailer")
"""One database is one retailer, whose record has this id."""


class SettingError(ValueError):
    """A setting cannot be had so; says which and why."""


def initialise(connection: Connection, name: str, mode: str, time_zone: str, currency: str) -> None:
    """Make an empty, migrated database a retailer's. Raises SettingError if it has one or a value is not known."""
    if retailer(connection) is not None:
        raise SettingError("the database has a retailer already")
    if not (len(currency) == 3 and currency.isascii() and currency.isalpha() and currency.isupper()):
        raise SettingError(f"no ISO 4217 code of a currency: {currency!r}")
    setting_values.write_first(connection, Key.EPOCH, _new_epoch())
    _write(
        connection,
        Retailer(
            id=RETAILER_ID, name=name, mode=_known_mode(mode), currency=currency, time_zone=_known_zone(time_zone)
        ),
    )


def retailer(connection: Connection, *, lock: bool = False) -> Retailer | None:
    """The retailer's settings; None before ``initialise``. With ``lock`` nobody else changes them meanwhile."""
    found = records.read(connection, "retailer", RETAILER_ID, lock=lock)
    return found if isinstance(found, Retailer) else None


class _ModeOnly(msgspec.Struct):
    mode: str = ""


DOCUMENT = sa.select(record.c.doc).where(record.c.kind == "retailer", record.c.id == RETAILER_ID).scalar_subquery()
"""The retailer's record, as part of a query."""
EPOCH = sa.select(setting.c.value).where(setting.c.key == Key.EPOCH).scalar_subquery()
"""Likewise the epoch."""
_decode_mode = msgspec.json.Decoder(_ModeOnly).decode


def mode(connection: Connection) -> str:
    """The retailer's mode, quicker than ``retailer``; empty, which shows nothing to anybody, before ``initialise``."""
    return mode_in(connection.scalar(sa.select(DOCUMENT)))


def mode_in(document: str | None) -> str:
    """The mode that stands in the retailer's document."""
    return _decode_mode(document).mode if document else ""


def set_mode(connection: Connection, mode: str) -> None:
    """Switch the retailer's mode. No other record is written: both of a record's tags are always there."""
    change(connection, mode=_known_mode(mode))


def change(connection: Connection, /, **fields: Any) -> None:
    """Change fields of the Retailer record other than the stores. Raises SettingError for a value that is not known."""
    if "stores" in fields:
        raise SettingError("stores are changed by write_stores")
    if "mode" in fields:
        _known_mode(fields["mode"])
    if "time_zone" in fields:
        _known_zone(fields["time_zone"])
    try:
        own_fields.check(fields.get("custom_fields", ()))
    except ValueError as error:
        raise SettingError(f"custom_fields: {error}") from None
    _write(connection, msgspec.structs.replace(_initialised(connection, lock=True), **fields))


def write_stores(connection: Connection, stores: Iterable[StoreEntry]) -> None:
    """Add stores, or change those with the same id; the terminals are told. Raises SettingError for an unknown zone."""
    rows = [{"id": entry.id, "name": entry.name, "time_zone": _known_zone(entry.time_zone)} for entry in stores]
    if not rows:
        return
    before = _initialised(connection, lock=True)
    statement = upsert(connection, store)
    new = statement.excluded
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[store.c.id], set_={"name": new.name, "time_zone": new.time_zone}
        ),
        rows,
    )
    entries = connection.execute(sa.select(store.c.id, store.c.name, store.c.time_zone))
    hours = {entry.id: entry.hours for entry in before.stores}
    in_order = sorted(
        (StoreEntry(id=id, name=name, time_zone=zone, hours=hours.get(id)) for id, name, zone in entries), key=_by_name
    )
    _write(connection, msgspec.structs.replace(before, stores=tuple(in_order)))


def set_hours(connection: Connection, hours: Mapping[str, OpeningHours | None]) -> None:
    """Change the opening hours of stores, by id; None: it is always open. Those that are not named keep theirs."""
    before = _initialised(connection, lock=True)
    after = tuple(
        msgspec.structs.replace(entry, hours=hours[entry.id]) if entry.id in hours else entry for entry in before.stores
    )
    _write(connection, msgspec.structs.replace(before, stores=after))


def stores(connection: Connection) -> tuple[StoreEntry, ...]:
    """All stores, by name."""
    return _initialised(connection).stores


def store_named(connection: Connection, wanted: str) -> StoreEntry:
    """The store of a name or id, as an operator writes it. Raises SettingError, which names those that there are."""
    entries = [
        StoreEntry(id=id, name=name, time_zone=zone)
        for id, name, zone in connection.execute(sa.select(store.c.id, store.c.name, store.c.time_zone))
    ]
    found = [entry for entry in entries if wanted == entry.id or wanted.casefold() == entry.name.casefold()]
    if len(found) == 1:
        return found[0]
    known = ", ".join(sorted(text.visible(entry.name) for entry in entries))
    known = known or "there are none yet; an import makes them, also one of staff.csv alone"
    raise SettingError(
        f"{'several stores are' if found else 'no store is'} called {text.visible(wanted)!r}. Stores: {known}"
    )


def clear_names(stores: Sequence[StoreEntry]) -> dict[str, str]:
    """What ``store_named`` knows each store by: its name, or its id where another one is called so."""
    names = [entry.name.casefold() for entry in stores]
    return {entry.id: entry.name if names.count(entry.name.casefold()) == 1 else entry.id for entry in stores}


def epoch(connection: Connection) -> str:
    """Which life of the database this is; another one than a terminal remembers makes it start anew."""
    return known_epoch(connection.scalar(sa.select(EPOCH)))


def known_epoch(value: str | None) -> str:
    """The epoch as it was found. Raises SettingError if there is none."""
    if value is None:
        raise SettingError("the database has no retailer yet")
    return value


def renew_epoch(connection: Connection) -> None:
    """Begin a new life: after a backup was restored, so that terminals which have seen more start anew."""
    epoch(connection)
    setting_values.write(connection, Key.EPOCH, _new_epoch())


def _new_epoch() -> str:
    return f"ep_{secrets.token_urlsafe(12)}"


def _initialised(connection: Connection, *, lock: bool = False) -> Retailer:
    found = records.read(connection, "retailer", RETAILER_ID, lock=lock)
    if not isinstance(found, Retailer):
        raise SettingError("the database has no retailer yet")
    return found


def _write(connection: Connection, settings: Retailer) -> None:
    records.write(connection, [settings])


def _by_name(entry: StoreEntry) -> tuple[str, str]:
    return entry.name.casefold(), entry.id


def _known_mode(mode: str) -> Mode:
    for known in get_args(Mode):
        if mode == known:
            return mode  # type: ignore[return-value]  # it is one of the literals
    raise SettingError(f"no such mode: {mode!r} (there are {' and '.join(get_args(Mode))})")


def _known_zone(name: str) -> str:
    if zone_named(name) is None:
        raise SettingError(f"no IANA time zone: {name!r}")
    return name


# ------------------------------------------------------------------ what a change of mode would do


class Preview(NamedTuple):
    """How many records an account would see, or see no more, in another mode."""

    account: Account
    gains: int
    loses: int


def mode_preview(connection: Connection, mode: str) -> list[Preview]:
    """What switching to ``mode`` would give to and take from each account, by user name. Nothing is changed."""
    _known_mode(mode)
    now = _initialised(connection).mode
    pairs = connection.execute(
        sa.select(record.c.team, record.c.own, sa.func.count()).where(record.c.feed != "").group_by("team", "own")
    )
    seen = _Seen([(audiences.Tags(team, own), count) for team, own, count in pairs])
    return [
        Preview(account, *seen.gains_and_loses(account, now, mode))
        for account in sorted(accounts.each(connection), key=lambda account: account.user_name)
    ]


class _Seen:
    """Counts records by both tags, to tell what accounts see of them."""

    def __init__(self, counts: Iterable[tuple[audiences.Tags, int]]) -> None:
        self._by_team: dict[str | None, dict[str | None, int]] = {}
        self._by_own: dict[str | None, int] = {}
        for tags, count in counts:
            self._by_team.setdefault(tags.team, {})[tags.own] = count
            self._by_own[tags.own] = self._by_own.get(tags.own, 0) + count

    def gains_and_loses(self, account: Account, before: str, after: str) -> tuple[int, int]:
        """What an account sees only after, and only before, a change of mode."""
        old, new = visibility.column(before, account), visibility.column(after, account)
        if old == new:
            return 0, 0
        mine = visibility.audiences(account)
        by_team = [self._by_team[audience] for audience in mine if audience in self._by_team]
        team = sum(sum(owns.values()) for owns in by_team)
        own = sum(self._by_own.get(audience, 0) for audience in mine)
        both = sum(count for owns in by_team for audience, count in owns.items() if audience in mine)
        return (team - both, own - both) if new == "team" else (own - both, team - both)

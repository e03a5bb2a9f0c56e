"""The retailer's settings, its stores, and what a change of mode would give to and take from whom."""

from __future__ import annotations

import msgspec
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings

from sellmode_backend.store import feeds, records, schema, settings
from sellmode_backend.store.database import Database
from sellmode_backend.store.settings import SettingError
from sellmode_contract.kinds.retailer import CustomField, StoreEntry
from sellmode_contract.visibility import Account
from tests.support.accounts import add_accounts
from tests.support.worlds import World, sees, worlds

PARIS = StoreEntry(id="S2", name="paris", time_zone="Europe/Paris")
LYON = StoreEntry(id="S1", name="Lyon", time_zone="Europe/Paris")


def test_a_new_database_is_a_retailers(database: Database) -> None:
    with database.snapshot() as connection:
        retailer = settings.retailer(connection)
        assert retailer is not None
        assert (retailer.name, retailer.mode, retailer.time_zone, retailer.currency) == (
            *("Maison", "associate", "Europe/Paris"),
            "USD",
        )
        assert settings.mode(connection) == "associate"
        assert settings.epoch(connection)
        (put,) = feeds.page(connection, "own/all", 0, 500).puts
    assert (put.kind, put.id) == ("retailer", settings.RETAILER_ID)


def test_before_a_retailer_there_is_no_mode(database: Database) -> None:
    with database.transaction() as connection:
        for table in (schema.record, schema.setting):
            connection.execute(sa.delete(table))
        assert settings.retailer(connection) is None
        assert settings.mode(connection) == ""
        for ask in (settings.epoch, settings.stores, settings.renew_epoch):
            with pytest.raises(SettingError, match="no retailer yet"):
                ask(connection)


def test_one_database_is_one_retailer(database: Database) -> None:
    with database.transaction() as connection, pytest.raises(SettingError, match="has a retailer already"):
        settings.initialise(connection, "Other", "team", "UTC", "EUR")


@pytest.mark.parametrize(
    ("mode", "zone", "currency", "message"),
    [
        ("solo", "UTC", "USD", "no such mode: 'solo' .there are associate and team"),
        ("team", "Paris", "USD", "no IANA time zone: 'Paris'"),
        ("team", "../../etc/passwd", "USD", "no IANA time zone"),
        ("team", "", "USD", "no IANA time zone"),
        ("team", "UTC", "usd", "no ISO 4217 code of a currency: 'usd'"),
        ("team", "UTC", "DOLLAR", "no ISO 4217 code"),
    ],
)
def test_a_setting_that_is_not_known_is_refused(
    database: Database, mode: str, zone: str, currency: str, message: str
) -> None:
    with database.transaction() as connection:
        connection.execute(sa.delete(schema.record))
        connection.execute(sa.delete(schema.setting))
        with pytest.raises(SettingError, match=message):
            settings.initialise(connection, "Maison", mode, zone, currency)


def test_the_mode_is_switched_without_touching_another_record(database: Database) -> None:
    with database.transaction() as connection:
        settings.write_stores(connection, [LYON])
        before = feeds.head(connection, "retailer")
        settings.set_mode(connection, "team")
        settings.set_mode(connection, "team")
        assert settings.mode(connection) == "team"
        assert feeds.head(connection, "retailer") == before + 1
        with pytest.raises(SettingError, match="no such mode"):
            settings.set_mode(connection, "Team")


def test_other_settings_are_changed_one_by_one(database: Database) -> None:
    field = CustomField(name="ring", label="Ring", type="number")
    with database.transaction() as connection:
        settings.change(connection, idle_lock_minutes=2, custom_fields=(field,))
        retailer = settings.retailer(connection)
        assert retailer is not None
        assert (retailer.idle_lock_minutes, retailer.custom_fields, retailer.name) == (2, (field,), "Maison")
        with pytest.raises(SettingError, match="write_stores"):
            settings.change(connection, stores=())
        with pytest.raises(SettingError, match="no IANA time zone"):
            settings.change(connection, time_zone="Mars/Base")
        odd = CustomField(name="Skin Type", label="Skin type", type="text")
        with pytest.raises(SettingError, match="custom_fields: 'Skin Type' cannot be the name of a field"):
            settings.change(connection, custom_fields=(field, odd))


def test_stores_are_added_and_changed_by_id(database: Database) -> None:
    with database.transaction() as connection:
        settings.write_stores(connection, [PARIS, LYON])
        settings.write_stores(connection, [])
        moved = msgspec.structs.replace(LYON, time_zone="UTC")
        settings.write_stores(connection, [moved])
        assert settings.stores(connection) == (moved, PARIS)
        assert set(connection.scalars(sa.select(schema.store.c.id))) == {"S1", "S2"}
        with pytest.raises(SettingError, match="no IANA time zone: 'Mars'"):
            settings.write_stores(connection, [StoreEntry(id="S3", name="X", time_zone="Mars")])


def test_the_epoch_is_new_when_asked_for(database: Database) -> None:
    with database.transaction() as connection:
        before = settings.epoch(connection)
        settings.renew_epoch(connection)
        assert settings.epoch(connection) != before


# ------------------------------------------------------------------ what a change of mode would do


def _difference(world: World, account: Account, after: str) -> tuple[int, int]:
    """Gains and losses counted one by one with the plain rules."""
    other = World(after, world.stores, world.accounts, world.records)
    before_and_after = [(sees(world, account, item), sees(other, account, item)) for item in world.with_cards]
    return before_and_after.count((False, True)), before_and_after.count((True, False))


@hypothesis_settings(
    # The database is made once and cleared by each example.
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    max_examples=40,
)
@given(world=worlds().filter(lambda world: world.mode in ("associate", "team")))
def test_a_preview_counts_what_each_account_gains_and_loses(database: Database, world: World) -> None:
    with database.transaction() as connection:
        for table in (
            schema.record,
            schema.record_key,
            schema.feed,
            schema.gone,
            schema.customer_key,
            schema.account_store,
            schema.account,
        ):
            connection.execute(sa.delete(table))
        connection.execute(sa.delete(schema.store))
        records.write(connection, world.records)
        settings.write_stores(connection, [StoreEntry(id=id, name=id, time_zone="UTC") for id in world.stores])
        add_accounts(connection, world.accounts)
    with database.snapshot() as connection:
        for mode in ("associate", "team"):
            preview = settings.mode_preview(connection, mode)
            assert [line.account for line in preview] == sorted(world.accounts, key=lambda account: account.user_name)
            for line in preview:
                assert (line.gains, line.loses) == _difference(world, line.account, mode)


def test_a_preview_of_an_unknown_mode_is_refused(database: Database) -> None:
    with database.snapshot() as connection, pytest.raises(SettingError, match="no such mode"):
        settings.mode_preview(connection, "solo")

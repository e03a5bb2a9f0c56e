"""Events for tests: as Shopify sends them, of what its exports have."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import sqlalchemy as sa

from sellmode_backend.store import settings
from sellmode_backend.store.database import Database, open_database
from sellmode_backend.store.webhook_tables import webhook_event
from sellmode_backend.webhooks import inbox
from sellmode_backend.webhooks.inbox import Event
from sellmode_backend.webhooks.working import Worker
from tests.support.backend import copy_tables

JSON = dict[str, Any]
NOW = dt.datetime(2026, 11, 22, 9, tzinfo=dt.UTC)


def open_retailer(url: str) -> Database:
    """A database with a retailer without anything."""
    if url.startswith("sqlite:") and not Path(url.removeprefix("sqlite:///")).exists():
        copy_tables(url)
    opened = open_database(url)
    with opened.transaction() as connection:
        settings.initialise(connection, "Maison", "team", "UTC", "USD")
    return opened


def put(database: Database, *events: tuple[str, JSON], source: str = "shopify", now: dt.datetime = NOW) -> None:
    """Events that came, each with an id of its own; to be worked off."""
    with database.transaction() as connection:
        for place, (topic, body) in enumerate(events):
            made = msgspec.json.encode(body)
            at = now + dt.timedelta(microseconds=place)
            inbox.put(connection, Event(source, f"{topic}-{place}-{now.timestamp()}", topic, at, made))


def work(database: Database, now: dt.datetime = NOW) -> int:
    """Work off all that waits; how many events."""
    worker, done = Worker(database), 0
    while some := worker.work(now + dt.timedelta(seconds=1)):
        done += some
    return done


def problems(database: Database) -> list[str]:
    """What is to be said of events."""
    event = webhook_event.c
    with database.snapshot() as connection:
        found = connection.scalars(sa.select(event.problem).where(event.problem != "").order_by(event.at))
        return [*found]


def order(id: int = 1, **more: Any) -> JSON:
    """An order of two items for 30.00."""
    return {
        "id": id,
        "name": f"#{id}",
        "email": "anna@example.com",
        "currency": "USD",
        "total_price": "30.00",
        "created_at": "2026-11-20T10:00:00Z",
        "updated_at": "2026-11-20T10:00:00Z",
        "source_name": "web",
        "line_items": [
            {"name": "Scarf", "quantity": 1, "price": "20.00", "sku": "SC-1"},
            {"name": "Socks", "quantity": 2, "price": "5.00", "sku": "SO-1"},
        ],
        **more,
    }


def refund(id: int, amount: str, order: int = 1, **more: Any) -> JSON:
    """A refund that has gone through."""
    paid = {"kind": "refund", "status": "success", "amount": amount}
    return {"id": id, "order_id": order, "created_at": "2026-11-21T10:00:00Z", "transactions": [paid], **more}


def customer(id: int = 7, **more: Any) -> JSON:
    """A customer."""
    return {
        "id": id,
        "email": "anna@example.com",
        "first_name": "Anna",
        "last_name": "Muster",
        "updated_at": "2026-11-20T10:00:00Z",
        **more,
    }


# ------------------------------------------------------------------ of an export


def of_customers(path: Path) -> Iterator[tuple[str, JSON]]:
    """The customers of an export."""
    for row in _rows(path):
        consent = {True: "subscribed", False: "not_subscribed"}
        yield (
            "customers/update",
            {
                "id": int(row["Customer ID"].removeprefix("'")),
                "first_name": row["First Name"],
                "last_name": row["Last Name"],
                "email": row["Email"],
                "phone": row["Phone"].removeprefix("'"),
                "tags": row["Tags"],
                "note": row["Note"],
                "email_marketing_consent": {"state": consent[row["Accepts Email Marketing"] == "yes"]},
                "sms_marketing_consent": {"state": consent[row["Accepts SMS Marketing"] == "yes"]},
                "updated_at": "2026-11-20T10:00:00Z",
                "default_address": {
                    "company": row["Default Address Company"],
                    "address1": row["Default Address Address1"],
                    "address2": row["Default Address Address2"],
                    "city": row["Default Address City"],
                    "province_code": row["Default Address Province Code"],
                    "country_code": row["Default Address Country Code"],
                    "zip": row["Default Address Zip"].removeprefix("'"),
                    "phone": row["Default Address Phone"].removeprefix("'"),
                },
            },
        )


def of_orders(path: Path, numbers: dict[tuple[str, str], int]) -> Iterator[tuple[str, JSON]]:
    """The orders of an export; ``numbers`` are given to the names of stores and employees."""
    orders: dict[str, list[dict[str, str]]] = {}
    for row in _rows(path):
        orders.setdefault(row["Name"], []).append(row)
    for rows in orders.values():
        yield "orders/create", _of_rows(rows, numbers)


def _of_rows(rows: Sequence[dict[str, str]], numbers: dict[tuple[str, str], int]) -> JSON:
    first = rows[0]
    attributes = [line.partition(":") for line in first["Note Attributes"].splitlines()]
    named = {kind: first[column] for kind, column in (("user", "Employee"), ("location", "Location")) if first[column]}
    amounts = [first["Refunded Amount"]] if float(first["Refunded Amount"] or 0) else []
    return {
        "id": int(first["Id"]),
        "name": first["Name"],
        "email": first["Email"],
        "phone": first["Phone"],
        "currency": first["Currency"],
        "total_price": first["Total"],
        "financial_status": first["Financial Status"],
        "payment_gateway_names": [first["Payment Method"]],
        "created_at": first["Created at"],
        "updated_at": first["Created at"],
        "cancelled_at": first["Cancelled at"] or None,
        "note_attributes": [{"name": name, "value": value.strip()} for name, _, value in attributes],
        "source_name": first["Source"],
        **{f"{kind}_id": numbers.setdefault((kind, name), 1000 + len(numbers)) for kind, name in named.items()},
        "refunds": [refund(int(first["Id"]), amount, int(first["Id"])) for amount in amounts],
        "line_items": [
            {
                "name": row["Lineitem name"],
                "quantity": int(row["Lineitem quantity"]),
                "price": row["Lineitem price"],
                "total_discount": row["Lineitem discount"],
                "sku": row["Lineitem sku"].removeprefix("'"),
            }
            for row in rows
        ],
    }


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)

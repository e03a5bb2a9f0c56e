"""The operator's commands on what customers see."""

from __future__ import annotations

from html import escape

import click
import msgspec

from sellmode_backend.cli import database_option, json_option, print_answer
from sellmode_backend.shopper import brand as brands
from sellmode_backend.shopper.languages import LANGUAGES
from sellmode_backend.shopper.requests import connector
from sellmode_backend.store import settings
from sellmode_backend.store.database import Database
from sellmode_contract import text


@click.command("brand")
@database_option()
@click.option("--colour", metavar="#RRGGBB", help="Of buttons; what stands on it is black or white.")
@click.option("--language", type=click.Choice(LANGUAGES), help="For customers whose own there are no words for.")
@click.option(
    "--host",
    "hosts",
    multiple=True,
    metavar="NAME",
    help="A host of the shop; all of them, each with this option; '' for none.",
)
@click.option(
    "--picture-host",
    "picture_hosts",
    multiple=True,
    metavar="NAME",
    help="A host that pictures are fetched from; '' for none.",
)
@click.option("--product-link", metavar="URL", help="Where the shop has a product, with {sku} in it; '' for nowhere.")
@click.option(
    "--address", metavar="URL", help="Where customers reach their pages; '' for the address that terminals sign in to."
)
@click.option("--logo", metavar="URL", help="A picture on a host of pictures; '' for none.")
@click.option("--imprint", metavar="URL", help="'' for none.")
@click.option("--privacy", metavar="URL", help="'' for none.")
@click.option(
    "--tracking/--no-tracking", default=None, help="Whether it is recorded what customers open, unless they refuse."
)
@json_option
def brand_command(
    *,
    database: Database,
    colour: str | None,
    language: str | None,
    hosts: tuple[str, ...],
    picture_hosts: tuple[str, ...],
    product_link: str | None,
    address: str | None,
    logo: str | None,
    imprint: str | None,
    privacy: str | None,
    tracking: bool | None,
    as_json: bool,
) -> None:
    """Show how the pages look that customers open, and where their links lead; or change it.

    Pages follow at once, also those that were shared before.
    """
    asked = {
        "colour": colour and colour.lower(),
        "language": language,
        "hosts": _named(hosts),
        "picture_hosts": _named(picture_hosts),
        "product_link": product_link,
        "logo": logo,
        "imprint": imprint,
        "privacy": privacy,
        "tracking": tracking,
    }
    changes = {name: value for name, value in asked.items() if value is not None}
    with database.transaction() if changes or address is not None else database.snapshot() as connection:
        now = brands.read(connection)
        if changes:
            now = msgspec.structs.replace(now, **changes)
            brands.write(connection, now)
        if address is not None:
            brands.write_address(connection, address)
        retailer = settings.retailer(connection)
    pages_at = retailer.pages_at if retailer else ""
    rows = [
        ["colour", now.colour],
        ["language", now.language],
        ["hosts of the shop", ", ".join(now.hosts) or "none: no product is linked"],
        ["hosts of pictures", ", ".join(now.picture_hosts) or "none: no pictures are shown"],
        ["product link", now.product_link or "none: no product is linked"],
        ["address of pages", pages_at or "where terminals sign in"],
        ["logo", now.logo or "none: pages have the retailer's name"],
        ["imprint", now.imprint or "none"],
        ["privacy", now.privacy or "none"],
        ["tracking", "unless a customer refuses" if now.tracking else "never"],
    ]
    shown = {field: getattr(now, field) for field in now.__struct_fields__} | {"address": pages_at}
    print_answer(shown, rows, as_json=as_json)


def _named(hosts: tuple[str, ...]) -> tuple[str, ...] | None:
    """Hosts as they are kept; None if the option was not given."""
    return tuple(host.lower() for host in hosts if host) if hosts else None


@click.command("connector")
@database_option()
@click.option(
    "--origin",
    "origins",
    multiple=True,
    metavar="ORIGIN",
    help="A web shop whose pages customers may ask from, such as https://shop.example.com; all of them, each with this"
    " option; '' for none.",
)
@click.option("--days", type=int, help="For how long after they last wrote customers can go on with a talk.")
@json_option
def connector_command(*, database: Database, origins: tuple[str, ...], days: int | None, as_json: bool) -> None:
    """Show the tag that puts the connector on the pages of a web shop, for each store; or change who may have it.

    What it offers is set by `service`, how it looks by `brand`.
    """
    asked = {"origins": tuple(each.lower() for each in origins if each) if origins else None, "days": days}
    changes = {name: value for name, value in asked.items() if value is not None}
    with database.transaction() if changes else database.snapshot() as connection:
        now = connector.read(connection)
        if changes:
            now = msgspec.structs.replace(now, **changes)
            connector.write(connection, now)
        retailer, stores = settings.retailer(connection), settings.stores(connection)
    at = (retailer.pages_at if retailer else "") or "https://HOST"
    tags = {
        entry.name: f'<script src="{at}/connect.js" data-store="{escape(entry.id)}" async></script>' for entry in stores
    }
    rows = [
        ["web shops", ", ".join(now.origins) or "none: customers ask from no shop"],
        ["days", str(now.days)],
        *([text.visible(name), tag] for name, tag in tags.items()),
    ]
    print_answer({"origins": now.origins, "days": now.days, "tags": tags}, rows, as_json=as_json)

"""``sellmode products``: the products that the screens show, their stock, and their customers, as text or JSON."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any, get_args

import click

from sellmode_contract.filters import FilterError
from sellmode_contract.money import priced
from sellmode_contract.product_search import pieces
from sellmode_contract.text import visible
from sellmode_tui.commands.kit import resolve
from sellmode_tui.commands.kit.base import Opened, Parameter, command, limit_option
from sellmode_tui.commands.kit.exit_codes import Exit, Failure
from sellmode_tui.commands.kit.output import day, labelled, minute, plain, sections
from sellmode_tui.records import ProductDetails, ProductQuery, ProductSort, StyleLine, Variant
from sellmode_tui.records.ids import MIN_ID

_PRODUCT: Parameter = click.argument("product", metavar="PRODUCT")


@click.group("products")
def products_command() -> None:
    """List, search and show products, what stores have of them, and their customers."""


@command(
    "list",
    click.argument("filter_words", metavar="[FILTER]...", nargs=-1),
    limit_option,
    click.option("--reverse", is_flag=True, help="Sort the other way round."),
    click.option("--sort", type=click.Choice(get_args(ProductSort)), default="title", show_default=True),
    of=products_command,
)
def list_command(
    opened: Opened, filter_words: tuple[str, ...], sort: ProductSort, limit: int | None, *, reverse: bool
) -> None:
    """List products by style: all that are sold, or those with a variant for which FILTER holds.

    sellmode products list type:shoes 'price<200' 'stock>0'
    sellmode products list boot --sort here --reverse
    """
    query = ProductQuery(" ".join(filter_words), sort, reverse)
    try:
        found = opened.records.products.find(query)
    except FilterError as error:
        raise Failure(f"the filter cannot be read:\n{error.pointed(query.text)}", Exit.USAGE) from None
    opened.print_pages(
        found,
        found.count(),
        limit,
        {
            "PRODUCT": lambda line: line.title,
            "BRAND": lambda line: line.vendor,
            "TYPE": lambda line: line.type,
            "PRICE": _price,
            "HERE": lambda line: _number(line.here),
            "ELSEWHERE": lambda line: _number(line.elsewhere),
            "VARIANTS": lambda line: f"{line.variants:,}",
            "ID": lambda line: line.id[:MIN_ID],
        },
        noun="products",
        right=["PRICE", "HERE", "ELSEWHERE", "VARIANTS"],
        empty="No product is found." if query.text.strip() else "There is no product to see.",
    )


@command("show", _PRODUCT, of=products_command)
def show_command(opened: Opened, product: str) -> None:
    """Show PRODUCT, an id or its beginning, a SKU or a barcode, with its variants and what stores have of it.

    sellmode products show 200000000209
    """
    details = _details(opened, product)
    opened.print_one(_as_object(details), _lines(details, opened.records.zone()))


@command(
    "customers",
    _PRODUCT,
    click.option("--likely", is_flag=True, help="Those who might like it, not those who bought it."),
    of=products_command,
)
def customers_command(opened: Opened, product: str, *, likely: bool) -> None:
    """List the customers you can see who bought PRODUCT or another variant of it, the last one first.

    Who might like it has not bought it, but goods of its type, and wears a size that there is of it.

    sellmode products customers FA00209
    sellmode products customers FA00209 --likely
    """
    id, products = _details(opened, product).product.id, opened.records.products
    zone = opened.records.zone()
    opened.print_list(
        products.likely(id) if likely else products.buyers(id),
        {
            "NAME": lambda each: each.name,
            "SIZE" if likely else "BOUGHT": lambda each: each.what,
            "TIER": lambda each: each.tier,
            "LAST PURCHASE" if likely else "WHEN": lambda each: day(each.at, zone),
            "ID": lambda each: each.id[:MIN_ID],
        },
        empty="Nobody you can see might like it." if likely else "Nobody you can see has bought it.",
    )


@command(
    "add",
    _PRODUCT,
    click.option("--to", "lookbook", metavar="LOOKBOOK", help="A lookbook that is a draft."),
    click.option("--new", "title", metavar="TITLE", help="A new My Look of this title."),
    of=products_command,
)
def add_command(opened: Opened, product: str, lookbook: str | None, title: str | None) -> None:
    """Add PRODUCT to a lookbook, at its end, or begin a new My Look with it.

    sellmode products add FA00209 --new 'For rainy days'
    """
    if (lookbook is None) is (title is None):
        raise Failure("Say to which lookbook: --to LOOKBOOK, or --new TITLE.", Exit.USAGE)
    records, id = opened.records, _details(opened, product).product.id
    if lookbook is not None:
        opened.report(records.products.add_to_lookbook(id, resolve.record(records, "lookbook", lookbook)))
    else:
        opened.report(records.products.start_lookbook(id, title or ""))


def _details(opened: Opened, product: str) -> ProductDetails:
    details = opened.records.products.get(resolve.product(opened.records, product))
    if details is None:  # left between the two readings
        raise resolve.unknown("product", product)
    return details


def _price(line: StyleLine) -> str:
    if line.low is None:
        return ""
    return f"{'' if line.low == line.high else 'from '}{priced(line.low, line.currency)}"


def _number(number: int | None) -> str:
    return "" if number is None else f"{number:,}"


def _as_object(details: ProductDetails) -> dict[str, Any]:
    """The product, its variants with their stock by store, and how old that is."""
    return {
        **plain(details.product),
        "variants": [{**plain(each.product), "available": plain(each.available)} for each in details.variants],
        "stores": [{"id": each.id, "name": each.name, "at": plain(each.at)} for each in details.stores],
    }


def _lines(details: ProductDetails, zone: dt.tzinfo) -> Iterator[str]:
    product = details.product
    yield visible(" ".join(filter(None, (product.title, product.variant))))
    former = product.compare_at if product.compare_at and product.compare_at > (product.price or 0) else None
    yield from labelled(
        ("Price", "" if product.price is None else priced(product.price, product.currency)),
        ("Former", "" if former is None else priced(former, product.currency)),
        ("Brand", product.vendor),
        ("Type", product.type),
        ("Category", product.category),
        ("Tags", ", ".join(product.tags)),
        ("SKU", product.sku),
        ("Barcode", product.barcode),
        ("", "" if product.active else "no longer sold"),
    )
    own = [store.id for store in details.stores if store.own]
    shown = next(each for each in details.variants if each.product.id == product.id)
    yield from sections(
        (
            ("Stock", _stock(details, shown, zone)),
            ("Variants", (_variant(each, own) for each in details.variants if len(details.variants) > 1)),
            ("Description", map(visible, product.description.splitlines())),
        )
    )


def _stock(details: ProductDetails, shown: Variant, zone: dt.tzinfo) -> Iterator[str]:
    stores = details.stores if shown.available is not None else ()
    width = max((len(store.name) for store in stores), default=0)
    for store in stores:
        age = f"as of {minute(store.at, zone)}" if store.at else "of unknown age"
        yield visible(f"{store.name:{width}}  {(shown.available or {}).get(store.id, 0):>5,}  {age}")


def _variant(each: Variant, own: Sequence[str]) -> str:
    product = each.product
    here, elsewhere = pieces(each.available or {}, own)
    price = "" if product.price is None else priced(product.price, product.currency)
    stock = "" if each.available is None else f"{here:,} here, {elsewhere:,} elsewhere"
    gone = "" if product.active else "no longer sold"
    return visible("  ".join(filter(None, (product.variant or product.sku, product.sku, price, stock, gone))))

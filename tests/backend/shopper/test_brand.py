"""The retailer's settings of its customers' pages: what they may be, and the operator's command."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from sellmode_backend.cli import commands
from sellmode_backend.shopper.brand import Brand, _luminance, check, is_allowed
from sellmode_backend.store import settings
from sellmode_backend.store.settings import SettingError
from tests.support.backend import retailer_database

HOSTS = ("shop.example", "127.0.0.1:8080")


@pytest.mark.parametrize(
    "link",
    [
        "http://shop.example/a",
        "https://shop.example.evil/a",
        "https://evil.example/shop.example",
        "https://shop.example@evil.example/",
        "https://evil.example#@shop.example",
        "https://shop.example:8443/",
        "https://shop.example\\@evil.example",
        "//shop.example/",
        "javascript:alert(1)//shop.example",
        "https://shop.example/\r\nSet-Cookie: a",
        "https://[::1/",
        "https://shop.example/" + "x" * 500,
        "ftp://127.0.0.1:8080/",
        "",
    ],
)
def test_links_to_anywhere_else_are_none(link: str) -> None:
    assert not is_allowed(link, HOSTS)


def test_there_is_no_such_port() -> None:
    assert not is_allowed("https://shop.example:99999/", ("shop.example:99999",))


def test_links_to_the_shop() -> None:
    assert is_allowed("https://SHOP.example/a?b=c", HOSTS)
    assert is_allowed("http://127.0.0.1:8080/a", HOSTS)


@given(st.text(max_size=50))
def test_no_sku_leads_elsewhere(sku: str) -> None:
    brand = Brand(hosts=HOSTS, product_link="https://shop.example/p/{sku}")
    link = brand.link_to(sku)
    assert not link or link.startswith("https://shop.example/p/")


@given(st.integers(0, 0xFFFFFF))
def test_what_stands_on_the_colour_can_be_read(number: int) -> None:
    brand = Brand(colour=f"#{number:06x}")
    lights = sorted((_luminance(brand.colour), _luminance(brand.on_colour)))
    assert (lights[1] + 0.05) / (lights[0] + 0.05) >= 4.5


@pytest.mark.parametrize(
    ("brand", "says"),
    [
        (Brand(colour="red"), "#rrggbb"),
        (Brand(language="tlh"), "no pages in 'tlh'"),
        (Brand(hosts=("https://shop.example",)), "a host is a name"),
        (Brand(imprint="javascript:alert(1)"), "imprint has to begin with https"),
        (Brand(product_link="https://shop.example/{sku}"), "one of the shop's hosts"),
        (Brand(hosts=HOSTS, product_link="https://shop.example/"), "needs {sku}"),
        (Brand(hosts=HOSTS, product_link="https://shop.example/#{sku}"), "without #"),
    ],
)
def test_what_makes_no_sense_is_refused(brand: Brand, says: str) -> None:
    with pytest.raises(SettingError) as refused:
        check(brand)
    assert says in str(refused.value)


def test_the_command_changes_what_it_is_given_and_shows_it_all(sqlite_url: str) -> None:
    with retailer_database(sqlite_url):
        pass
    run = CliRunner().invoke
    links = ["--host", "Shop.example", "--product-link", "https://shop.example/{sku}"]
    assert run(commands, ["brand", "--database", sqlite_url, *links]).exit_code == 0
    answer = run(commands, ["brand", "--database", sqlite_url, "--colour", "#ABCDEF", "--no-tracking", "--json"])
    shown = json.loads(answer.stdout)
    assert (shown["colour"], shown["hosts"], shown["tracking"]) == ("#abcdef", ["shop.example"], False)
    plain = run(commands, ["brand", "--database", sqlite_url])
    assert "https://shop.example/{sku}" in plain.stdout
    assert "never" in plain.stdout
    none = run(commands, ["brand", "--database", sqlite_url, "--host", "", "--product-link", "", "--json"])
    assert json.loads(none.stdout)["hosts"] == []


def test_the_connectors_tag_is_printed_for_the_shops_that_may_have_it(sqlite_url: str) -> None:
    def run(*arguments: str) -> Result:
        return CliRunner().invoke(commands, ["connector", "--database", sqlite_url, *arguments])

    with retailer_database(sqlite_url):
        assert "none: customers ask from no shop" in run().output
        shown = json.loads(run("--origin", "https://Shop.example", "--days", "7", "--json").stdout)
        assert (shown["origins"], shown["days"]) == (["https://shop.example"], 7)
        assert shown["tags"]["Alpha"] == '<script src="https://HOST/connect.js" data-store="Alpha" async></script>'
        for wrong in (["--origin", "http://shop.example"], ["--origin", "https://shop.example/"], ["--days", "0"]):
            assert isinstance(run(*wrong).exception, SettingError), wrong
        assert json.loads(run("--origin", "", "--json").stdout)["origins"] == []


def test_customers_may_reach_their_pages_elsewhere_than_terminals_sign_in(prepared_url: str) -> None:
    def run(*arguments: str) -> Result:
        return CliRunner().invoke(commands, ["brand", "--database", prepared_url, *arguments])

    with retailer_database(prepared_url) as database:
        assert "where terminals sign in" in run().output
        told = run("--address", "https://look.example.com/", "--json")
        assert json.loads(told.stdout)["address"] == "https://look.example.com"
        with database.snapshot() as connection:
            retailer = settings.retailer(connection)
        assert retailer is not None
        assert retailer.pages_at == "https://look.example.com"
        for wrong in ("http://look.example.com", "look.example.com", "https://look.example.com/?a=b", "javascript:1"):
            refused = run("--address", wrong)
            assert isinstance(refused.exception, SettingError), wrong
            assert "address of pages" in str(refused.exception)
        assert json.loads(run("--address", "", "--json").stdout)["address"] == ""

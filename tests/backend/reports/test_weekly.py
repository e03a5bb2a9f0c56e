"""Weekly summaries: whose figures stand in whose, what stands out, and the forms they have."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from sellmode_backend.cli import commands
from sellmode_backend.reports import weekly
from sellmode_backend.store import records, settings
from sellmode_contract.kinds.retailer import StoreEntry
from sellmode_contract.kinds.target import Target, target_id
from tests.backend.people import add_person
from tests.backend.results.sales_shop import SalesShop, sales_shop

WEEK = "2026-W46"
IN_WEEK = dt.datetime(2026, 11, 11, 12, tzinfo=dt.UTC)
HOSTILE = "<script>alert(1)</script>\x1b[2J"


@pytest.fixture
def shop(sqlite_url: str) -> Iterator[SalesShop]:
    with sales_shop(sqlite_url) as made:
        ada, ben = made.ada.id, made.ben.id
        week, year = dt.timedelta(days=7), dt.timedelta(days=364)
        for total, who, at in (
            (10_000, ada, IN_WEEK),
            (2_000, ben, IN_WEEK),
            (8_000, ada, IN_WEEK - week),
            (9_999, ada, IN_WEEK - year),
            (77_777, ada, IN_WEEK + week),
        ):
            made.sell(made.order(None, total, channel="store", sold_by=who, placed_at=at))
        made.sell(made.order(None, 500, channel="store", store="Beta", placed_at=IN_WEEK))
        made.sell(made.order(None, 900, channel="store", placed_at=IN_WEEK, currency="USD"))
        yield made


def report(shop: SalesShop, *options: str) -> Result:
    return CliRunner().invoke(commands, ["report", "weekly", "--week", WEEK, *options, "--database", shop.url])


def told(shop: SalesShop, *options: str) -> dict[str, dict[str, dict[str, Any]]]:
    """The figures in units of the currency by user name, subject and KPI."""
    done = report(shop, "--format", "json", *options)
    assert done.exit_code == 0, done.output
    return {
        each["user_name"]: {
            section["of"]: {figure["kpi"]: figure for figure in section["figures"]} for section in each["sections"]
        }
        for each in json.loads(done.stdout)
    }


def sales(figures: dict[str, dict[str, Any]], of: str) -> tuple[float, float, float]:
    figure = figures[of]["individual_sales" if "individual_sales" in figures[of] else "store_sales"]
    return figure["value"], figure["before"], figure["year_before"]


def test_in_associate_mode_each_has_their_own_and_who_leads_has_the_store_and_its_people(shop: SalesShop) -> None:
    found = told(shop)
    assert {name: [*figures] for name, figures in found.items()} == {
        "ada": ["Person ada"],
        "ben": ["Person ben"],
        "cleo": ["Person cleo"],
        "mia": ["Alpha", "Person ada", "Person ben", "Person mia"],
    }
    assert sales(found["ada"], "Person ada") == (100.0, 80.0, 99.99)
    assert sales(found["mia"], "Person ben") == (20.0, 0.0, 0.0)
    assert sales(found["mia"], "Alpha") == (120.0, 80.0, 99.99)
    assert found["mia"]["Alpha"]["atv"]["value"] == 60.0
    assert found["mia"]["Alpha"]["csat"]["value"] is None
    assert "request_conversion" not in found["mia"]["Alpha"], "of which nothing comes in yet"


def test_in_team_mode_everybody_has_the_store_and_only_who_leads_has_its_people(shop: SalesShop) -> None:
    shop.set_mode("team")
    found = told(shop)
    assert [*found["ada"]] == ["Alpha"]
    assert [*found["cleo"]] == ["Beta"]
    assert [*found["mia"]] == ["Alpha", "Person ada", "Person ben", "Person mia"]


def test_who_leads_several_stores_has_them_side_by_side(shop: SalesShop) -> None:
    add_person(shop.database, "rex", "Alpha", "Beta", role="regional")
    found = told(shop, "--person", "REX")
    assert [*found] == ["rex"]
    assert {of: sales(found["rex"], of)[0] for of in found["rex"]} == {"All stores": 125.0, "Alpha": 120.0, "Beta": 5.0}
    assert [*told(shop, "--store", "beta")] == ["cleo", "rex"]


def test_as_text_with_what_stands_out(shop: SalesShop) -> None:
    done = report(shop, "--person", "ada")
    lines = done.stdout.splitlines()
    assert lines[0].endswith(f": week {WEEK}, 2026-11-09..2026-11-15")
    assert lines[1:6] == [
        "For Person ada", "", "Person ada",
        "Better: Individual sales: EUR 100.00, 25 % more than the week before",
        "Better: Average transaction value: EUR 100.00, 25 % more than the week before",
    ]  # fmt: skip
    (row,) = (line for line in lines if line.startswith("Individual sales"))
    assert row.split()[2:] == ["EUR", "100.00", "EUR", "80.00", "EUR", "99.99"]
    assert "Not in it" not in done.stdout
    assert "Not in it: 1 sale in other currencies." in report(shop, "--person", "mia").stdout


class _Page(HTMLParser):
    """What a page is made of."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts += data


def test_as_a_page_that_stands_alone_and_takes_no_name_for_more(shop: SalesShop, tmp_path: Path) -> None:
    with shop.database.transaction() as connection:
        settings.write_stores(connection, [StoreEntry(id="Alpha", name=HOSTILE, time_zone="UTC")])
    done = report(shop, "--format", "html", "--folder", str(tmp_path / "out"))
    assert done.stderr == f"4 summaries in {tmp_path / 'out'}.\n"
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        f"{WEEK}-{name}.html" for name in ("ada", "ben", "cleo", "mia")
    ]
    path = tmp_path / "out" / f"{WEEK}-mia.html"
    assert path.stat().st_mode & 0o777 == 0o600
    written = path.read_text()
    page = _Page(written)
    assert "\x1b" not in written
    assert "<script>alert(1)</script>" in page.texts, "as text"
    tags = {tag for tag, _ in page.tags}
    assert not tags & {"script", "img", "link", "iframe", "a"}
    assert not any("src" in attributes or "href" in attributes for _, attributes in page.tags)
    assert page.tags[0] == ("html", {"lang": "en"})
    assert all(attributes.get("scope") in ("row", "col") for tag, attributes in page.tags if tag == "th")
    assert sum(tag == "caption" for tag, _ in page.tags) == sum(tag == "table" for tag, _ in page.tags) == 4
    again = report(shop, "--format", "html", "--folder", str(tmp_path / "out"))
    assert (again.exit_code, again.stderr) == (1, f"Error: {tmp_path / 'out' / f'{WEEK}-ada.html'} already exists.\n")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--week", "2026-47"), "a week is written like 2026-W47."),
        (("--week", "2026-W54"), "there is no week 2026-W54."),
        (("--week", "2199-W01"), "2199-W01 has not begun."),
        (("--week", "0001-W01"), "the year has to be after 1971."),
        (("--person", "zoe"), "There is nobody called zoe."),
        (("--store", "Gamma"), "There is no store Gamma."),
        (("--store", "Beta", "--person", "ada"), "None of these people may see figures."),
        (("--format", "html"), "These are 4 pages: name one --person, or a --folder."),
    ],
)
def test_what_is_asked_wrongly_is_said(shop: SalesShop, options: tuple[str, ...], said: str) -> None:
    done = report(shop, *options)
    assert done.exit_code != 0
    assert done.stderr.endswith(f"{said}\n")


def test_a_week_that_is_under_way_goes_up_to_today() -> None:
    period = weekly.read_week("2026-w47", dt.date(2026, 11, 18))
    assert (period.text, period.before().text) == ("2026-11-16..2026-11-18", "2026-11-09..2026-11-11")
    assert weekly.week_of(dt.date(2027, 1, 3)) == "2026-W53"


def test_it_says_how_far_the_month_is_to_its_targets_to_those_who_see_the_figures(shop: SalesShop) -> None:
    wanted = [("store_sales", None, 40_000), ("individual_sales", shop.ada.id, 10_000), ("atv", None, 5_000)]
    with shop.database.transaction() as connection:
        records.write(
            connection,
            [
                Target(
                    id=target_id("Alpha", person, kpi, "2026-11"),
                    store="Alpha", person=person, kpi=kpi, month="2026-11", value=value, currency="EUR",
                )
                for kpi, person, value in wanted
            ],
        )  # fmt: skip
    mine = report(shop, "--person", "ada").stdout
    assert "2026-11 so far: Individual sales EUR 180.00, 180 % of the target (EUR 100.00)" in mine
    assert "Store sales" not in mine
    assert "so far" not in report(shop, "--person", "ben").stdout
    (mia,) = json.loads(report(shop, "--person", "mia", "--format", "json").stdout)
    assert [(each["kpi"], each["target"], each["met"]) for each in mia["sections"][0]["targets"]] == [
        ("store_sales", 400.0, False),
        ("atv", 50.0, True),
    ]
    assert "2026-11 so far: Store sales EUR 200.00, 50 % of the target" in report(
        shop, "--person", "mia", "--format", "html", "--store", "Alpha"
    ).stdout.replace("&nbsp;", " ")

"""What stands on a profile, and that whatever comes from outside is made visible there."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from rich.cells import cell_len

from sellmode_contract.ids import source_id
from sellmode_contract.kinds.consent import Consent
from sellmode_contract.kinds.contact import Contact
from sellmode_contract.kinds.customer import Address, Customer, Figures
from sellmode_contract.kinds.date import ImportantDate
from sellmode_contract.kinds.history import HistoryEntry
from sellmode_contract.kinds.note import Note
from sellmode_contract.kinds.order import Order, OrderLine
from sellmode_contract.kinds.staff import Staff
from sellmode_contract.records import Record
from sellmode_contract.text import visible
from sellmode_tui.cache.store import Cache
from sellmode_tui.records import RecordStore
from sellmode_tui.screens.customers.profile_page import profile_page
from sellmode_tui.screens.kit.words import Words
from tests.support.hostile import HOSTILE
from tests.tui.screens import counter

NOW = counter.NOW
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
ID = source_id("customer", "page", "1")


def page_of(tmp_path: Path, *written: Record, width: int = 78, ascii_only: bool = False) -> list[str]:
    """The lines of the profile of the customer among some records, by way of a real cache."""
    world = counter.demo("associate")
    anna = counter.account_of(world, "anna")
    cache = Cache.open(tmp_path / "cache.db", counter.KEY)
    try:
        staff = [record for record in counter.records_of(world) if isinstance(record, Staff)]
        counter.fill(cache, anna, "team", [world.retailer, *staff, *written])
        profile = RecordStore(cache, lambda: NOW).customers.profile(ID)
    finally:
        cache.close()
    assert profile is not None
    lines = [line.plain for line in profile_page(profile, Words(NOW, AMSTERDAM, ascii_only), width).lines]
    assert [line for line in lines if cell_len(line) > width] == []
    assert [line for line in lines if visible(line) != line] == []
    return lines


def customer(**fields: object) -> Customer:
    anna = counter.account_of(counter.demo("associate"), "anna")
    given = {"id": ID, "store": anna.stores[0], "owner": anna.id, "given_name": "Ann", "family_name": "Lee", **fields}
    return Customer(**given)  # type: ignore[arg-type]  # each test knows what it gives


def anna_id() -> str:
    return counter.account_of(counter.demo("associate"), "anna").id


def under(lines: list[str], heading: str) -> list[str]:
    """The lines of a section."""
    start = next(place for place, line in enumerate(lines) if line.startswith(heading)) + 1
    end = next((place for place in range(start, len(lines)) if lines[place][:1].strip()), len(lines))
    return [line.rstrip() for line in lines[start:end] if line.strip()]


def test_everything_a_customer_may_have(tmp_path: Path) -> None:
    bought = dt.datetime(2026, 11, 19, 23, 30, tzinfo=dt.UTC)  # the 20th in Amsterdam
    lines = page_of(
        tmp_path,
        customer(
            number="AV-1",
            email="ann@example.com",
            phone="020 7946 0000",
            tier="gold",
            tags=("vip", "tall"),
            sizes={"shoe": "41"},
            preferences=("wide fit",),
            preferred_channel="sms",
            sources={"email": "shopify"},
            custom={"pet": [{"name": "Rex", "species": "dog", "birthday": "2020-05-03"}, {"name": "Tom"}], "odd": 3},
            address=Address(lines=("Dam 1",), postcode="1012", city="Amsterdam", country="NL"),
            figures=Figures(
                orders=2,
                units=5,
                spend=123450,
                last_purchase=bought,
                first_purchase=bought - dt.timedelta(days=10),
                categories=(("Shoes", 100000),),
                other_spend={"JPY": 5000},
            ),
        ),
        Consent(
            id=source_id("consent", "p", "1"),
            customer=ID,
            channel="email",
            state="subscribed",
            actor=anna_id(),
            changed_at=bought,
            evidence="signed",
        ),
        Consent(id=source_id("consent", "p", "2"), customer=ID, channel="sms", state="unsubscribed"),
        ImportantDate(id=source_id("date", "p", "1"), customer=ID, label="birthday", month=11, day=25),
        ImportantDate(id=source_id("date", "p", "2"), customer=ID, label="anniversary", month=2, day=29, year=2020),
        Order(
            id=source_id("order", "p", "1"),
            customer=ID,
            number="T1",
            placed_at=bought,
            currency="EUR",
            total=10000,
            refunded=500,
            channel="store",
            store=customer().store,
            sold_by=anna_id(),
            lines=(
                OrderLine(title="Silk dress", amount=12000, quantity=2, price=6000),
                OrderLine(title="Belt", amount=-2500, quantity=-1, kind="return"),
                OrderLine(title="", amount=500, kind="rounding"),
            ),
        ),
        Order(
            id=source_id("order", "p", "2"),
            customer=ID,
            number="W2",
            placed_at=bought - dt.timedelta(days=9),
            currency="JPY",
            total=5000,
            channel="online",
            cancelled_at=bought,
        ),
        Note(
            id=source_id("note", "p", "1"),
            customer=ID,
            author=anna_id(),
            written_at=bought,
            text="one\ntwo",
            private=True,
        ),
        Contact(
            id=source_id("contact", "p", "1"),
            customer=ID,
            author=anna_id(),
            at=bought,
            channel="call",
            inbound=True,
            summary="asked for shoes",
        ),
        HistoryEntry(id=source_id("history", "p", "1"), customer=ID, at=bought, event="assigned", subject=anna_id()),
    )
    assert lines[0].split() == ["Ann", "Lee", "gold", "·", "AV-1", "·", "EUR", "1,234.50"]
    assert lines[1] == "Prefers SMS. E-mail yes · SMS no · Phone not asked"
    assert lines[2] == "Bought 20 Nov 2026, 2 days ago · no contact noted"
    assert lines[3] == "Owner Anna Kowalska · Amsterdam Damrak"
    assert under(lines, "Contact") == [
        "  E-mail           ann@example.com  from shopify",
        "  Phone            020 7946 0000",
        "  Address          Dam 1, 1012 Amsterdam, NL",
    ]
    assert under(lines, "Consent") == [
        "  E-mail           yes  20 Nov 2026, by Anna Kowalska, signed",
        "  SMS              no",
        "  Phone            not asked",
    ]
    assert under(lines, "Important dates") == [
        "  Anniversary      29 Feb 2020  in 3 months",
        "  Birthday         25 Nov  in 3 days",
    ]
    assert under(lines, "More about") == [
        "  Pets             Rex, species dog, birthday 3 May 2020",
        "                   Tom",
        "  odd              3",
    ]
    assert under(lines, "Figures") == [
        "  Lifetime spend   EUR 1,234.50 + JPY 5,000",
        "  Orders           2",
        "  Average order    EUR 617.25           Items an order   2.5",
        "  First purchase   10 Nov 2026          Last purchase    20 Nov 2026",
        "  Buys every       10 days              Since then       2 days",
        "  Buys most        Shoes EUR 1,000.00",
    ]
    assert [" ".join(line.split()) for line in under(lines, "Purchases (2)")] == [
        "20 Nov 2026 · T1 · Amsterdam Damrak · Anna Kowalska EUR 100.00",
        "2 x Silk dress 120.00",
        "returned: Belt -25.00",
        "tax, shipping, rounding 5.00",
        "refunded -5.00",
        "11 Nov 2026 · W2 · online JPY 5,000",
        "cancelled 20 Nov 2026",
    ]
    timeline = "\n".join(under(lines, "Timeline"))
    for said in (
        "Private note  one",
        "two  Anna Kowalska",
        "Call  from the customer, asked for shoes",
        "Bought  3 items",
        "Assigned to  Anna Kowalska",
        "Consent  E-mail yes",
    ):
        assert said in timeline


def test_what_is_not_there_came_from_nowhere(tmp_path: Path) -> None:
    sources = {"email": "shopify", "phone": "till"}
    contact = under(page_of(tmp_path, customer(email="anna@example.com", sources=sources)), "Contact")
    assert contact[:2] == ["  E-mail           anna@example.com  from shopify", "  Phone            -"]


def test_a_customer_of_whom_nothing_is_known(tmp_path: Path) -> None:
    lines = page_of(tmp_path, customer(owner=None))
    assert "Nothing bought yet · no contact noted" in lines
    assert "Owner nobody · Amsterdam Damrak" in lines
    assert under(lines, "Timeline") == ["  Nothing has happened yet."]


@pytest.mark.parametrize("width", [48, 120])
def test_hostile_text_in_every_place(width: int, tmp_path: Path) -> None:
    for number in range(0, len(HOSTILE), 60):
        texts = [text[:300] for text in HOSTILE[number : number + 60]]
        everything = " ".join(texts)
        folder = tmp_path / str(number)
        folder.mkdir()
        page_of(
            folder,
            customer(
                given_name=texts[0],
                family_name=texts[-1],
                tier=texts[1],
                number=texts[2],
                email=texts[3],
                phone=texts[4],
                tags=tuple(texts),
                sizes=dict.fromkeys(texts, texts[5]),
                preferences=tuple(texts),
                custom={**dict.fromkeys(texts, texts[6]), "pet": [dict.fromkeys(texts, texts[7])]},
                sources={"email": everything},
                address=Address(lines=tuple(texts), city=texts[8]),
                language=texts[9],
            ),
            *(
                Note(id=source_id("note", "h", str(place)), customer=ID, written_at=NOW, text=text)
                for place, text in enumerate(texts)
            ),
            *(
                Order(
                    id=source_id("order", "h", str(place)),
                    customer=ID,
                    number=text,
                    placed_at=NOW,
                    currency=text[:3],
                    total=1,
                    channel="store",
                    store=text,
                    lines=(OrderLine(title=text, amount=1, quantity=1),),
                )
                for place, text in enumerate(texts)
            ),
            ImportantDate(
                id=source_id("date", "h", "1"), customer=ID, label=everything, month=13, day=99, about=everything
            ),
            width=width,
        )


def test_ascii_draws_nothing_else_of_its_own(tmp_path: Path) -> None:
    lines = page_of(tmp_path, customer(tier="gold", number="1" * 60), ascii_only=True)
    assert all(line.isascii() for line in lines)


class TestWords:
    words = Words(NOW, AMSTERDAM)

    @pytest.mark.parametrize(
        ("days", "said"),
        [
            (0, "today"),
            (1, "yesterday"),
            (-1, "tomorrow"),
            (5, "5 days ago"),
            (30, "4 weeks ago"),
            (-30, "in 4 weeks"),
            (200, "7 months ago"),
            (800, "2 years ago"),
        ],
    )
    def test_how_long_ago(self, days: int, said: str) -> None:
        assert self.words.ago(self.words.today - dt.timedelta(days=days)) == said

    @pytest.mark.parametrize(
        ("hours", "said"),
        [(0, "14:02"), (15, "yesterday 23:02"), (60, "20 Nov 02:02"), (24 * 400, "18 Oct 2025 15:02")],
    )
    def test_times(self, hours: int, said: str) -> None:
        assert self.words.time(NOW - dt.timedelta(hours=hours)) == said

    def test_the_day_is_the_stores(self) -> None:
        late = dt.datetime(2026, 11, 22, 23, 30, tzinfo=dt.UTC)
        assert Words(late, AMSTERDAM).day(late) == "23 Nov 2026"
        assert Words(late).day(late) == "22 Nov 2026"

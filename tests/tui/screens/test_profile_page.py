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
from sellmode_contract.kinds.manual_task import ManualTask
from sellmode_contract.kinds.note import Note
from sellmode_contract.kinds.order import Order, OrderLine
from sellmode_contract.records import Record
from sellmode_contract.text import visible
from sellmode_tui.cache.store import Cache
from sellmode_tui.records import RecordStore
from sellmode_tui.records.customers.profile import TimelineEntry
from sellmode_tui.screens.customers.details_page import details_page
from sellmode_tui.screens.customers.profile_page import profile_page
from sellmode_tui.screens.customers.profile_words import happened
from sellmode_tui.screens.customers.timeline import Event, event_page
from sellmode_tui.screens.kit.words import Words
from sellmode_tui.terminal.ascii import in_ascii
from tests.support.hostile import HOSTILE
from tests.tui.screens import counter

NOW = counter.NOW
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
ID = source_id("customer", "page", "1")


def pages_of(tmp_path: Path, *written: Record, width: int = 78) -> tuple[list[str], list[str], dict[str, list[str]]]:
    """Profile, details and timeline of the customer among some records, by way of a real cache."""
    world = counter.demo("associate")
    anna = counter.account_of(world, "anna")
    cache = Cache.open(tmp_path / "cache.db", counter.KEY)
    try:
        counter.fill(cache, anna, "team", [world.retailer, *counter.staff_of(world), *written])
        profile = RecordStore(cache, lambda: NOW).customers.profile(ID)
    finally:
        cache.close()
    assert profile is not None
    words = Words(NOW, AMSTERDAM)
    pages = [make(profile, words, width).text_lines for make in (profile_page, details_page)]
    events = {entry.record.id: event_page(Event(entry, profile), words, width).text_lines for entry in profile.timeline}
    for lines in (*pages, *events.values()):
        assert [line for line in lines if cell_len(line) > width] == []
        assert [line for line in lines if visible(line) != line] == []
    return pages[0], pages[1], events


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
    lines, details, events = pages_of(
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
            lines=(
                OrderLine(title="50 euro", amount=4000, quantity=1, kind="gift_card"),
                OrderLine(title="Tip", amount=1000, kind="tip"),
            ),
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
        ManualTask(
            id=source_id("manual_task", "p", "1"),
            customer=ID,
            store=customer().store or "",
            title="Call about the coat",
            creator=anna_id(),
            created_at=bought,
            due="2026-11-21",
            due_at=dt.datetime(2026, 11, 21, 23, tzinfo=dt.UTC),
        ),
        ManualTask(
            id=source_id("manual_task", "p", "2"),
            customer=ID,
            store=customer().store or "",
            title="Show the scarves",
            creator=anna_id(),
            created_at=bought,
            state="done",
            done_at=bought,
            done_by=anna_id(),
        ),
    )
    assert lines[0].split() == ["Ann", "Lee", "gold", "·", "AV-1"]
    assert lines[1] == "Spend EUR 1,234.50 · Last purchase 20 Nov 2026, 2 days ago · No contact yet"
    assert [line.split(" ─")[0] for line in lines if "──" in line] == [
        "To do (1)",
        "Notes and contacts (2)",
        "Sizes and preferences",
        "Purchases (2)",
        "Details",
    ]
    assert under(lines, "To do (1)") == ["  ! yesterday      Call about the coat  Anna Kowalska"]
    assert under(lines, "Notes and contacts") == [
        "  20 Nov 2026      Private note, Anna Kowalska",
        "  one",
        "  two",
        "  20 Nov 2026      Call, Anna Kowalska",
        "  from the customer, asked for shoes",
    ]
    preferences = [
        "  Sizes            shoe 41",
        "  Preferences      wide fit",
        "  Tags             vip, tall",
        "  Pets             Rex, species dog, birthday 3 May 2020",
        "                   Tom",
        "  odd              3",
    ]
    assert under(lines, "Sizes and preferences") == under(details, "Sizes, preferences, tags") == preferences
    order = [
        "20 Nov 2026 · T1 · Amsterdam Damrak · Anna Kowalska EUR 100.00",
        "2 x Silk dress EUR 120.00",
        "returned: Belt EUR -25.00",
        "tax, shipping, rounding EUR 5.00",
        "refunded EUR -5.00",
    ]
    assert [" ".join(line.split()) for line in under(lines, "Purchases (2)")] == [
        *order,
        "11 Nov 2026 · W2 · online JPY 5,000",
        "gift card: 50 euro JPY 4,000",
        "tip JPY 1,000",
        "cancelled 20 Nov 2026",
    ]
    assert under(lines, "Details") == [
        "  Contact          ann@example.com · 020 7946 0000 · prefers SMS",
        "  Consent          E-mail yes · SMS no · Phone not asked",
        "  Birthday         25 Nov  in 3 days",
        "  Anniversary      29 Feb 2020  in 3 months",
        "  Owner            Anna Kowalska  Amsterdam Damrak",
    ]
    assert under(details, "Contact") == [
        "  E-mail           ann@example.com  from shopify",
        "  Phone            020 7946 0000",
        "  Address          Dam 1, 1012 Amsterdam, NL",
        "  Prefers          SMS",
        "  Owner            Anna Kowalska  Amsterdam Damrak",
    ]
    assert under(details, "Consent") == [
        "  E-mail           yes  20 Nov 2026, by Anna Kowalska, signed",
        "  SMS              no",
        "  Phone            not asked",
    ]
    assert under(details, "Important dates") == [
        "  Anniversary      29 Feb 2020  in 3 months",
        "  Birthday         25 Nov  in 3 days",
    ]
    assert under(details, "Figures") == [
        "  Lifetime spend   EUR 1,234.50 + JPY 5,000",
        "  Orders           2",
        "  Average order    EUR 617.25           Items per order  2.5",
        "  First purchase   10 Nov 2026          Last purchase    20 Nov 2026",
        "  Purchases every  10 days              Last one ago     2 days",
        "  Top categories   Shoes EUR 1,000.00",
    ]
    happened = [" ".join(" ".join(text).split()) for text in events.values()]
    for said in (
        "Private note 20 Nov 00:30 Anna Kowalska one two",
        "Call 20 Nov 00:30 Anna Kowalska from the customer, asked for shoes",
        f"Bought 20 Nov 00:30 Anna Kowalska {' '.join(order)}",
        "Assigned to 20 Nov 00:30 Anna Kowalska",
        "Consent 20 Nov 00:30 Anna Kowalska E-mail yes",
        "Task done 20 Nov 00:30 Anna Kowalska Show the scarves",
    ):
        assert said in happened


def test_a_profile_shows_the_last_of_many_and_says_how_many_more_there_are(tmp_path: Path) -> None:
    lines, _, _ = pages_of(
        tmp_path,
        customer(),
        *(
            Note(
                id=source_id("note", "many", str(number)),
                customer=ID,
                written_at=NOW - dt.timedelta(days=number),
                text="\n".join(f"note {number} line {line}" for line in range(number + 1)),
            )
            for number in range(5)
        ),
    )
    assert under(lines, "Notes and contacts (5)") == [
        "  22 Nov 2026      Note",
        "  note 0 line 0",
        "  21 Nov 2026      Note",
        "  note 1 line 0",
        "  note 1 line 1",
        "  20 Nov 2026      Note",
        "  note 2 line 0",
        "  note 2 line 1",
        "  note 2 line 2",
        "  2 more: h",
    ]


def test_what_is_not_there_came_from_nowhere(tmp_path: Path) -> None:
    sources = {"email": "shopify", "phone": "till"}
    _, details, _ = pages_of(tmp_path, customer(email="anna@example.com", sources=sources))
    contact = under(details, "Contact")
    assert contact[:2] == ["  E-mail           anna@example.com  from shopify", "  Phone            -"]


def test_a_customer_of_whom_nothing_is_known(tmp_path: Path) -> None:
    lines, _, events = pages_of(tmp_path, customer(owner=None))
    assert lines[1] == "Spend EUR 0.00 · No purchases yet · No contact yet"
    assert under(lines, "To do") == ["  No open tasks."]
    assert under(lines, "Purchases") == ["  No purchases yet."]
    assert under(lines, "Details") == [
        "  Contact          -",
        "  Consent          E-mail not asked · SMS not asked · Phone not asked",
        "  Owner            nobody  Amsterdam Damrak",
    ]
    assert events == {}


@pytest.mark.parametrize("width", [48, 120])
def test_hostile_text_in_every_place(width: int, tmp_path: Path) -> None:
    for number in range(0, len(HOSTILE), 60):
        texts = [text[:300] for text in HOSTILE[number : number + 60]]
        everything = " ".join(texts)
        folder = tmp_path / str(number)
        folder.mkdir()
        pages_of(
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
    lines, details, _ = pages_of(tmp_path, customer(tier="gold", number="1" * 60))
    assert all(in_ascii(line, letters=True).isascii() for line in (*lines, *details))


def test_gift_cards_and_tips_are_told_in_plain_words() -> None:
    def told(*lines: OrderLine) -> str:
        order = Order(
            id="o", customer=ID, number="1", placed_at=NOW, currency="EUR", total=5500, channel="store", lines=lines
        )
        return happened(TimelineEntry(NOW, "order", order, ""))[1]

    card, tip = (
        OrderLine(title="Fifty", amount=5000, quantity=1, kind="gift_card"),
        OrderLine(title="Tip", amount=500, kind="tip"),
    )
    assert told(card, tip) == "EUR 55.00: gift card (Fifty), tip"
    assert told(OrderLine(title="Soap", amount=0, quantity=2), tip) == "2 items, EUR 55.00: Soap, tip"
    assert told() == "0 items, EUR 55.00"


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

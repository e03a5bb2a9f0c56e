"""Random shops that sell, return, cancel, merge, switch and count, against a plain recount of all of it (``results``).

What is told goes the ways that it has: orders and measures as imports write them, contacts and customers as terminals
send them, touches as pages note them, merges and rules by the operator's commands.
"""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

import msgspec
import sqlalchemy as sa

from proofs.results import Proof, Trial
from proofs.sales_recount import CURRENCY, Dealing, Recount, Rules, Sale, Touch
from proofs.workplace import workplace
from sellmode_backend.accounts import directory
from sellmode_backend.customers import merging
from sellmode_backend.results import rebuilding, rules
from sellmode_backend.shopper import touches
from sellmode_backend.shopper.touches import Shared
from sellmode_backend.store import measures, records, settings
from sellmode_backend.store.measures import ToldMeasure
from sellmode_backend.store.orders import OrderEntry, Refund
from sellmode_backend.store.schema import record
from sellmode_contract.kinds.consent import Channel, Consent, ConsentState
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.lookbook import Lookbook, LookbookResult, ProductResult, Reply
from sellmode_contract.kinds.manual_task import ManualTask
from sellmode_contract.kinds.order import LineKind, OrderLine
from sellmode_contract.kinds.retailer import StoreEntry
from sellmode_contract.kinds.sent_lookbook import SentLookbook
from sellmode_contract.mutations import Create, Remove, consent_id
from sellmode_contract.visibility import Account
from tests.backend.results.sales_shop import SalesShop, sales_shop
from tests.backend.sync.pushing import Writer, belongings

ZONES: Final = {"Alpha": "Pacific/Auckland", "Beta": "America/Los_Angeles"}
EVENTS: Final = 60
"""Of a history."""
_LOOKED_AT: Final = 12
"""After so many events all is compared."""
_MEASURES: Final = ("footfall", "sessions", "csat_points", "feedback")


class _History:
    """A shop, and the same in plain words."""

    def __init__(self, shop: SalesShop, mode: str, chance: random.Random) -> None:
        self.shop, self.chance = shop, chance
        self.people = [shop.ada, shop.ben, shop.cleo]
        self.recount = Recount({store: ZoneInfo(zone) for store, zone in ZONES.items()}, mode)
        self.entries: dict[str, OrderEntry] = {}
        self.customers: list[Customer] = []
        self.contacts: dict[str, Account] = {}
        self.tasks: list[ManualTask] = []
        self.looks: list[LookbookResult] = []
        self.counted: Counter[str] = Counter()
        with shop.database.transaction() as connection:
            entries = [StoreEntry(id=store, name=store, time_zone=zone) for store, zone in ZONES.items()]
            settings.write_stores(connection, entries)
        for who in (shop.ada, shop.ben, shop.cleo, None):
            self.customers.append(shop.add(who, store=who.stores[0] if who else "Beta"))

    @property
    def now(self) -> dt.datetime:
        return self.shop.clock()

    def happen(self) -> None:
        """Something happens, a while after what was before."""
        self.shop.clock.forward(seconds=self.chance.randint(61, 60 * 60 * 60))
        kinds = [self._order] * 5 + [self._change] * 5 + [self._click] * 5 + [self._contact] * 4 + [self._count] * 3
        kinds += [self._task] * 2 + [self._look, self._send, self._take_back, self._add, self._add, self._merge]
        kinds += [self._switch, self._new_rules, self._leave, self._pass_on, self._consent, self._forget]
        chosen = self.chance.choice(kinds)
        chosen()
        self.counted[chosen.__name__.strip("_")] += 1

    # ------------------------------------------------------------------ sales

    def _order(self) -> None:
        number, chance = len(self.entries) + 1, self.chance
        lines, total = self._lines()
        online = chance.random() < 0.7
        refunded = chance.choice([0, 0, 0, chance.randint(0, max(total, 0))])
        entry = OrderEntry(
            id=f"o{number}", number=f"#{number}", total=total, lines=lines, refunded=refunded,
            currency=chance.choice([CURRENCY] * 9 + ["USD"]), channel="online" if online else "store",
            customer=self._somebody(), store=chance.choice(["Alpha", "Beta", None]),
            sold_by=chance.choice([None, *(each.id for each in self.people)]),
            placed_at=self.now - dt.timedelta(seconds=chance.randint(0, 48 * 3600)),
            click=self._clicked() if online and chance.random() < 0.3 else "",
        )  # fmt: skip
        self._tell(entry)

    def _lines(self) -> tuple[tuple[OrderLine, ...], int]:
        made, chance = [], self.chance
        for _ in range(chance.randint(1, 3)):
            kind: LineKind = chance.choice(["sale", "sale", "sale", "sale", "return", "gift_card", "tip"])
            amount = chance.randint(1, 20_000) * (-1 if kind == "return" else 1)
            pieces = chance.randint(1, 4) * (-1 if kind == "return" else 1)
            made.append(OrderLine(title=kind, kind=kind, quantity=pieces, amount=amount))
        return tuple(made), sum(line.amount for line in made) + chance.randint(0, 500)

    def _change(self) -> None:
        if not self.entries:
            return
        chance, old = self.chance, self.chance.choice([*self.entries.values()])
        changes: dict[str, Any] = {}
        match chance.randint(0, 6):
            case 0 | 1:
                more = chance.randint(-old.refunded, max(old.total, 0))
                changes = {"refunded": max(old.refunded + more, 0), "refunds": ()}
            case 2 if old.total > 0:
                more = chance.randint(1, old.total)
                known = (*old.refunds, Refund(at=self.now - dt.timedelta(hours=chance.randint(0, 5)), amount=more))
                changes = {"refunded": old.refunded + more, "refunds": known}
            case 3:
                changes = {"cancelled_at": self.now if old.cancelled_at is None else None}
            case 4:
                changes = {"customer": self._somebody()}
            case 5:
                lines, total = self._lines()
                changes = {"lines": lines, "total": total}
            case _:
                changes = {"channel": "store" if old.channel == "online" else "online"}
        self._tell(msgspec.structs.replace(old, **changes))

    def _tell(self, entry: OrderEntry) -> None:
        self.shop.sell(entry)
        self.recount.sell(
            Sale(
                id=entry.id, customer=entry.customer, placed=entry.placed_at, channel=entry.channel,
                store=entry.store or "", seller=entry.sold_by, currency=entry.currency, total=entry.total,
                refunded=entry.refunded, refunds=tuple((each.at, each.amount) for each in entry.refunds),
                cancelled=entry.cancelled_at is not None, click=entry.click,
                lines=tuple((line.kind, line.quantity, line.amount) for line in entry.lines),
            ),
            self.now,
        )  # fmt: skip
        self.shop.clock.forward(seconds=self.chance.randint(0, 100_000))
        self.shop.sell(entry)  # what comes again changes nothing
        (self.entries[entry.id],) = self.shop.entries(entry.id)

    def _somebody(self) -> str | None:
        return self.chance.choice([None, *(each.id for each in self.customers)])

    def _clicked(self) -> str:
        return self.chance.choice([each.id for each in self.recount.touches.values() if each.what == "click"] or [""])

    # ------------------------------------------------------------------ touches

    def _click(self) -> None:
        chance, who = self.chance, self.chance.choice(self.people)
        what: Literal["open", "click", "liked", "refused", "reply"] = chance.choice(
            ["open", "click", "click", "liked", "refused", "reply"]
        )
        of_store = chance.random() < 0.2
        shared = Shared(
            "pick_list" if of_store else "lookbook", f"look-{chance.random()}", who.stores[0],
            None if of_store else who.id, None if chance.random() < 0.2 else chance.choice(self.customers).id,
        )  # fmt: skip
        with self.shop.database.transaction() as connection:
            id = touches.note(connection, shared, what, self.now, sku="1")
        # A page is what it is only now: sales of before are not judged again for it.
        made = Touch(id, shared.customer, self.now, what, shared.kind, shared.store, shared.person)
        self.recount.touches[id] = made

    def _send(self) -> None:
        customer, who = self.chance.choice(self.customers), self.chance.choice(self.people)
        sent = SentLookbook(
            id=f"s{self.chance.random()}", customer=customer.id, author=who.id, store=who.stores[0], at=self.now
        )
        self.shop.write(sent)
        made = Touch(sent.id, customer.id, self.now, "shared", "lookbook", sent.store, who.id)
        self.recount.touches[sent.id] = made
        self._deal(sent.id, customer.id, who, self.now, "out")

    def _contact(self) -> None:
        chance, who = self.chance, self.chance.choice(self.people)
        channel = chance.choice(["call", "visit", "email", "sms", "chat"])
        inbound = chance.random() < 0.5
        customer = chance.choice(self.customers)
        id = self._push(who, "contact", {"channel": channel, "customer": customer.id, "inbound": inbound})
        if not id:
            return
        at = self.shop.stored("contact", id).at
        self.contacts[id] = who
        what = channel if channel in ("call", "visit", "chat") else "reply" if inbound else "message"
        self.recount.touch(Touch(id, customer.id, at, what, channel, who.stores[0], who.id))
        self._work(id, who, at, channel, "contacts_received" if inbound else "contacts_made")
        self._deal(id, customer.id, who, at, "in" if inbound else "out")

    def _take_back(self) -> None:
        if not self.contacts:
            return
        id = self.chance.choice([*self.contacts])
        (result,) = self._writer(self.contacts[id]).do(Remove(kind="contact", id=id))
        if result.st == "applied":
            del self.contacts[id]
            self.recount.untouch(id)
            del self.recount.works[id], self.recount.dealings[id]

    def _add(self) -> None:
        who = self.chance.choice(self.people)
        if id := self._push(who, "customer", {"given_name": "Bo"}):
            self.customers.append(self.shop.stored("customer", id))
            self._work(id, who, self.now, "", "contacts_added")
            self._deal(id, id, who, self.now, "added")
            self._consent()

    def _consent(self) -> None:
        chance, customer = self.chance, self.chance.choice(self.customers[-3:]).id
        channel: Channel = chance.choice(["email", "sms"])
        state: ConsentState = chance.choice(["subscribed", "subscribed", "one_to_one", "unsubscribed"])
        known = (each.id for each in belongings(self.shop.database, customer, "consent") if each.channel == channel)
        id = next(known, consent_id(customer, channel))  # a merge may have brought another one's
        self.shop.write(Consent(id=id, customer=customer, channel=channel, state=state))
        self.recount.consents[customer, channel] = state

    def _push(self, who: Account, kind: str, doc: dict[str, Any]) -> str:
        """Send something that was written a while ago; gives its id if it was done."""
        id = f"{self.chance.getrandbits(48):012x}"
        made = Create(kind=kind, id=f"0192f3c8-0000-7000-8000-{id}", doc=doc)
        age = self.chance.choice([0, self.chance.randint(0, 72 * 3_600_000)]) if kind == "contact" else 0
        (result,) = self._writer(who).do(made, age_ms=age)
        return made.id if result.st == "applied" else ""

    def _writer(self, who: Account) -> Writer:
        return Writer(self.shop.database, who, self.shop.clock)

    # ------------------------------------------------------------------ work and what is counted

    def _work(self, id: str, who: Account | str, at: dt.datetime | str, channel: str, *names: str) -> None:
        person, store = (who, "Alpha") if isinstance(who, str) else (who.id, who.stores[0])
        day = at if isinstance(at, str) else self.recount.day(at, store)
        self.recount.works[id] = [(store, each, day, channel, name) for name in names for each in (None, person)]

    def _deal(self, id: str, customer: str, who: Account, at: dt.datetime, what: str) -> None:
        store = who.stores[0]
        self.recount.dealings[id] = Dealing(customer, store, who.id, self.recount.day(at, store), what)

    def _task(self) -> None:
        chance = self.chance
        if self.tasks and chance.random() < 0.6:
            old = self.tasks.pop(chance.randrange(len(self.tasks)))
            task = msgspec.structs.replace(
                old, state=chance.choice(["open", "done", "dismissed", "expired"]), done_at=self.now,
                done_by=chance.choice([None, self.shop.ada.id, self.shop.ben.id]),
                claimed_by=chance.choice([None, self.shop.ben.id]),
                snoozed_to=chance.choice([old.snoozed_to, f"{self.now + dt.timedelta(days=3):%Y-%m-%d}"]),
            )  # fmt: skip
        else:
            due = self.now + dt.timedelta(days=chance.randint(-3, 9))
            task = ManualTask(
                id=f"t{chance.random()}", store="Alpha", creator=self.shop.ada.id, due_at=due,
                due=chance.choice(["", f"{due:%Y-%m-%d}", f"{due:%Y-%m-%dT%H:%M}"]),
                assignee=chance.choice([None, self.shop.ben.id]),
            )  # fmt: skip
        self.shop.write(task)
        self.tasks.append(task)
        day = (task.snoozed_to or task.due)[:10]
        in_time = task.state == "done" and task.done_at and task.due_at and task.done_at <= task.due_at
        names = [f"tasks_{task.state}"] + ["tasks_on_time"] * bool(in_time)
        who = task.done_by or task.claimed_by or task.assignee or task.creator
        self._work(task.id, who, day, "manual", *(names if day else ()))

    def _look(self) -> None:
        chance, who = self.chance, self.chance.choice(self.people)
        look = Lookbook(id=f"l{chance.random()}", store=who.stores[0], author=who.id, shared_at=self.now)
        opened, clicks, replies = chance.randint(0, 2), chance.randint(0, 1), chance.randint(0, 1)
        result = LookbookResult(
            id=f"r{look.id}", store=look.store, author=who.id, lookbook=look.id, opened=opened,
            first_opened_at=self.now if opened + clicks + replies else None,
            products=(ProductResult(sku="1", clicks=clicks),),
            replies=(Reply(at=self.now, text="Yes"),) * replies,
        )  # fmt: skip
        self.shop.write(look, result)
        self._work(look.id, who, self.now, "", "looks_shared")
        names = {"looks_opened": opened, "looks_clicked": clicks, "looks_answered": replies}
        self._work(result.id, who, self.now, "", *(name for name, did in names.items() if did))

    def _count(self) -> None:
        chance = self.chance
        told = []
        for _ in range(chance.randint(1, 4)):
            who, measure = chance.choice(self.people), chance.choice(_MEASURES)
            person = who.id if measure == "csat_points" and chance.random() < 0.6 else ""
            channel = chance.choice(["site", "sms"]) if measure == "feedback" else ""
            day = f"{self.now - dt.timedelta(days=chance.randint(1, 4)):%Y-%m-%d}"
            told.append(ToldMeasure(who.stores[0], person, day, channel, measure, chance.randint(0, 9)))
        with self.shop.database.transaction() as connection:
            measures.write(connection, told)
        for item in told:
            self.recount.told[item.store, item.person, item.day, item.channel, item.measure] = item.value

    # ------------------------------------------------------------------ what the operator does

    def _merge(self) -> None:
        if len(self.customers) < 3:
            return
        kept, gone = self.chance.sample(self.customers, 2)
        merging.merge(self.shop.database, kept.id, gone.id, now=self.now)
        self.customers.remove(gone)
        self.recount.merge(kept.id, gone.id)
        for id, entry in self.entries.items():
            if entry.customer == gone.id:
                self.entries[id] = msgspec.structs.replace(entry, customer=kept.id)

    def _switch(self) -> None:
        self.recount.mode = self.chance.choice(["associate", "team"])
        self.shop.set_mode(self.recount.mode)

    def _new_rules(self) -> None:
        chance = self.chance
        method: Literal["last_touch", "highest_engagement", "split"] = chance.choice(
            ["last_touch", "highest_engagement", "split", "split"]
        )
        days, windows = chance.randint(0, 30), {chance.choice(["call", "lookbook", "sms"]): chance.randint(0, 60)}
        with self.shop.database.transaction() as connection:
            made = rules.begin_version(connection, rules.Change(method, days, windows, {}), self.now)[-1]
        self.recount.rules = Rules(made.method, made.days, tuple(made.windows.items()))

    def _leave(self) -> None:
        if len(self.people) == 3 and self.chance.random() < 0.2:
            with self.shop.database.transaction() as connection:
                directory.disable(connection, self.shop.ben, now=self.now)
            self.people.remove(self.shop.ben)
            self.contacts = {id: who for id, who in self.contacts.items() if who is not self.shop.ben}

    def _pass_on(self) -> None:
        customer = self.shop.stored("customer", self.chance.choice(self.customers).id)
        there = [each for each in self.people if each.stores == (customer.store,)]
        self.shop.give(customer, self.chance.choice([None, *there]), store=customer.store)

    def _forget(self) -> None:
        if self.chance.random() < 0.1:
            self.shop.clock.forward(days=self.chance.randint(30, 200))
        with self.shop.database.transaction() as connection:
            touches.forget_old(connection, self.now)

    # ------------------------------------------------------------------ what has to be so

    def faults(self) -> list[str]:
        """What is not as it should be."""
        found, wanted = self._facts(), self.recount.facts()
        wrong = [
            f"{place} is {found.get(place, 0)} and should be {wanted.get(place, 0)}"
            for place in sorted(found.keys() | wanted.keys(), key=repr)
            if found.get(place, 0) != wanted.get(place, 0)
        ]
        notices = {
            (notice.order_id, notice.store, notice.person): notice.amount
            for notice in self.shop.notices()
            if notice.credited
        }
        if notices != self.recount.notices():
            wrong.append(f"people are told of {notices} and should be of {self.recount.notices()}")
        sold = sum(value for (_, who, _, channel, name), value in found.items()
                   if (who, channel, name) == (None, "online", "net_sales"))  # fmt: skip
        earned = sum(value for (_, who, _, _, name), value in found.items() if (who, name) == (None, "credited_sales"))
        nobodys = sum(
            sale.steps()[-1][1]
            for sale in self.recount.sales.values()
            if sale.channel == "online" and sale.counts and not self.recount.earned(sale.id)
        )
        if earned + nobodys != sold:
            wrong.append(f"credits of {earned} and sales of nobody of {nobodys} are not the {sold} that were sold")
        with self.shop.database.snapshot() as connection:
            if differing := rebuilding.compare(connection).total:
                wrong.append(f"{differing} months differ from what all comes to when it is added up anew")
        return wrong

    def _facts(self) -> dict[tuple[str, str | None, str, str, str], int]:
        return {
            (fact.store, fact.person, f"{fact.month}-{day}", channel, name): value
            for fact in self.shop.facts()
            for day, channels in fact.days.items()
            for channel, names in channels.items()
            for name, value in names.items()
        }

    def comes_back(self) -> list[str]:
        """Whether facts that were lost are, to the byte, what they were."""
        with self.shop.database.transaction() as connection:
            before = _documents(connection)
            records.write(connection, (), removed=[("fact", id) for kind, id, _ in before if kind == "fact"])
            gone = len(_documents(connection))
            rebuilding.rebuild(connection)
            if gone or _documents(connection) != before:
                return ["facts that are added up anew are not the same bytes"]
        return []


def _documents(connection: sa.Connection) -> list[tuple[str, str, str]]:
    query = sa.select(record.c.kind, record.c.id, record.c.doc).where(record.c.kind.in_(("fact", "fact_card")))
    return sorted(tuple(row) for row in connection.execute(query))


def trial(seed: int, events: int = EVENTS) -> Trial:
    """A shop to which much happens."""
    chance = random.Random(seed)
    mode = chance.choice(["associate", "team"])
    with workplace() as folder, sales_shop(f"sqlite:///{folder / 'shop.db'}", mode) as shop:
        history = _History(shop, mode, chance)
        for number in range(1, events + 1):
            history.happen()
            if (number % _LOOKED_AT == 0 or number == events) and (wrong := history.faults()):
                return Trial(number, tuple(f"after {number} events: {each}" for each in wrong[:5]), history.counted)
        return Trial(events, tuple(history.comes_back()), history.counted)


PROOF: Final = Proof(
    name="results",
    claim="credits come to the sales, to the cent; facts are what a plain recount of all that happened comes to",
    cases="events of random shops",
    trial=trial,
)

"""Somebody asks for what they may not see: they learn nothing, however cleverly they ask.

Two retailers are made that are the same but for one fact about customers whom the asker does not see. The asker, an
associate or a manager in either mode, knows what the fact may be, and asks all that a terminal can ask, over the
backend's own HTTP application: pulls, changes of every sort with ids that can be worked out, previews of rules, other
people's names. Both retailers have to answer with the same bytes, after the same statements of the database. Between
questions both do what a server does by itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import random
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from starlette.applications import Starlette

from proofs.results import Proof, Trial
from proofs.sim.backend import Files, Server, server
from proofs.workplace import workplace
from sellmode_backend.accounts import devices, directory, sessions
from sellmode_backend.accounts.passwords import Passwords
from sellmode_backend.server import ServerSettings, create_app
from sellmode_backend.store import duplicates, records
from sellmode_backend.store.database import Database, open_database
from sellmode_contract import wire
from sellmode_contract.ids import new_id, source_id
from sellmode_contract.kinds.consent import Consent
from sellmode_contract.kinds.contact import Contact
from sellmode_contract.kinds.customer import Address, Customer, Figures
from sellmode_contract.kinds.date import ImportantDate
from sellmode_contract.kinds.lookbook import Lookbook
from sellmode_contract.kinds.manual_task import ManualTask
from sellmode_contract.kinds.note import Note
from sellmode_contract.kinds.request import Request
from sellmode_contract.kinds.rule_task import RuleTask
from sellmode_contract.kinds.staff import Staff
from sellmode_contract.kinds.storefront import Storefront
from sellmode_contract.kinds.task_rule import TaskRule, task_rule_id
from sellmode_contract.kinds.wish import Wish
from sellmode_contract.mutations import (
    Accept,
    Assign,
    Claim,
    Create,
    Discard,
    Dismiss,
    Edit,
    Finish,
    Merge,
    Operation,
    Park,
    Queued,
    Release,
    Remove,
    Renew,
    Reopen,
    Revoke,
    SetConsent,
    Share,
    Withdraw,
    consent_id,
    encode,
)
from sellmode_contract.records import Record
from sellmode_contract.roles import Role
from tests.support.backend import retailer_database
from tests.support.statements import statements

NOW = dt.datetime(2026, 11, 22, 9, tzinfo=dt.UTC)
TOKEN_OF = "the asker's device"  # noqa: S105 # a device's name
QUESTIONS = 25
"""Of each seed."""
ON_POSTGRESQL = 4
"""Of so many seeds one is on PostgreSQL."""
_ROLES: tuple[Role, Role] = ("associate", "manager")


# ------------------------------------------------------------------ the fact


class Fact(NamedTuple):
    """What differs, in two values; everything else of a hidden customer and of another store is the same."""

    name: str
    values: tuple[Any, Any]

    def customer(self, which: int, owner: str, store: str) -> Customer:
        """The hidden customer."""
        id = source_id("customer", "shopify", self.values[which] if self.name == "number" else "1001")
        fields: dict[str, Any] = {
            "number": "1001", "email": "zoe@example.com", "phone": "0790000001", "phone_e164": "+41790000001",
            "address": Address(city="Basel"), "tags": ("vip",), "figures": Figures(spend=100_00, orders=1, units=1),
        }  # fmt: skip
        if self.name in fields:
            fields[self.name] = self.values[which]
        if self.name == "phone":
            fields["phone_e164"] = f"+41{self.values[which][1:]}"
        return Customer(id=id, store=store, owner=owner, given_name="Zoë", created_at=NOW, **fields)

    def belongings(self, which: int, customer: Customer, owner: str, store: str) -> list[Record]:
        """What the hidden customer has, and a rule and somebody of another store."""
        value = self.values[which]
        day = value if self.name == "birthday" else 5
        return [
            Note(
                id=source_id("note", "x", "1"), customer=customer.id, author=owner, written_at=NOW,
                text=value if self.name == "note" else "a note",
            ),
            Contact(id=source_id("contact", "x", "1"), customer=customer.id, author=owner, at=NOW, channel="call"),
            ImportantDate(
                id=source_id("date", "shopify", "1001"), customer=customer.id, label="birthday", month=12, day=day
            ),
            Consent(
                id=consent_id(customer.id, "email"), customer=customer.id, channel="email",
                state=value if self.name == "consent" else "one_to_one",
            ),
            ManualTask(
                id=source_id("manual_task", "x", "1"), store=store, creator=owner, title="Call", customer=customer.id,
                state=value if self.name == "task" else "open",
            ),
            RuleTask(
                id=source_id("rule_task", "x", "1"), store=store, title="Call", customer=customer.id, rule="welcome",
                claimed_by=value if self.name == "claim" else None,
            ),
            Wish(
                id=source_id("wish", "x", "1"), customer=customer.id, sku="S-1", wished_at=NOW,
                title=value if self.name == "wish" else "Coat",
            ),
            Lookbook(
                id=source_id("lookbook", "x", "1"), store=store, author=owner, customer=customer.id, title="For you",
                state=value if self.name == "lookbook" else "draft",
            ),
            Storefront(
                id=source_id("storefront", "x", "1"), store=store, owner=owner, token="A" * 26,
                title=value if self.name == "storefront" else "Picks",
            ),
            Request(id=source_id("request", "x", "1"), store=store, wanted=owner, reserved=True),
            TaskRule(
                id=task_rule_id("Beta", slug := value if self.name == "rule" else "thanks"), store="Beta", slug=slug,
                name="x", trigger="new_customer", title="x",
            ),
            Staff(
                id=source_id("staff", "shopify", name := value if self.name == "staff" else "zoe"), store="Beta",
                user_name=name, name="x", role="associate",
            ),
        ]  # fmt: skip


FACTS = (
    Fact("number", ("1001", "2002")),
    Fact("email", ("zoe@example.com", "yve@example.com")),
    Fact("phone", ("0790000001", "0790000002")),
    Fact("address", (Address(city="Basel"), Address(city="Genf"))),
    Fact("tags", (("vip",), ("new",))),
    Fact("figures", (Figures(spend=100_00, orders=1, units=1), Figures(spend=900_00, orders=9, units=9))),
    Fact("note", ("a note", "a word")),
    Fact("birthday", (5, 6)),
    Fact("wish", ("Coat", "Scarf")),
    Fact("lookbook", ("draft", "archived")),
    Fact("storefront", ("Picks", "Gifts")),
    Fact("consent", ("subscribed", "unsubscribed")),
    Fact("task", ("open", "done")),
    Fact("claim", ("somebody", "anybody")),
    Fact("rule", ("thanks", "regards")),
    Fact("staff", ("zoe", "yve")),
)
_NUMBERED = ("note", "contact", "manual_task", "rule_task", "request", "wish", "lookbook", "storefront")
"""Kinds of which the hidden customer has the first."""
ON_CARDS = ("number",)
"""What a manager in Associate Mode has on cards: whom there is."""
ON_PAIRS = ("email", "phone")
"""What makes pairs, which managers are told of: they find out by adding a customer, and may."""


# ------------------------------------------------------------------ two retailers


class Retailers:
    """Both, and who asks."""

    def __init__(self, engine: Files | Server, chance: random.Random) -> None:
        self.mode = chance.choice(["associate", "team"])
        self.role: Role = chance.choice(_ROLES)
        self.fact = chance.choice([each for each in FACTS if not (self.role == "manager" and each.name in ON_CARDS)])
        self.may_add = not (self.role == "manager" and self.mode == "associate" and self.fact.name in ON_PAIRS)
        # In Team Mode only another store's customers are hidden.
        self.store = "Alpha" if self.mode == "associate" else "Beta"
        self.clock = NOW
        self._engine, base = engine, engine.blank()
        self._make(base)
        self._urls = [base, engine.copy(base), engine.copy(base)]
        self.databases = [self._one(url, which) for which, url in enumerate(self._urls[1:])]
        options = ServerSettings(passwords=Passwords(memory_kib=8, passes=1))
        self.apps = [create_app(database, settings=options, clock=lambda: self.clock) for database in self.databases]

    def _make(self, url: str) -> None:
        with retailer_database(url, self.mode) as database:
            with database.transaction() as connection:
                self.me, self.ben = (
                    directory.new_account(user_name=name, role=role, stores=[store])
                    for name, role, store in (("me", self.role, "Alpha"), ("ben", _ROLES[0], self.store))
                )
                for account in (self.me, self.ben):
                    directory.add(connection, account, NOW)
                    devices.key(connection, account.id, "a device", "", NOW)
                self.token, _ = sessions.start(connection, self.me.id, TOKEN_OF, NOW)
                mine = [
                    Customer(id=source_id("customer", "shopify", f"mine {number}"), store="Alpha", owner=self.me.id,
                             given_name=f"Mine {number}", email=f"mine{number}@example.com", created_at=NOW)
                    for number in range(3)
                ]  # fmt: skip
                task = ManualTask(
                    id=source_id("manual_task", "x", "mine"), store="Alpha", creator=self.me.id, assignee=self.me.id
                )
                records.write(connection, [*mine, task], now=NOW)
            self.task = task.id
            self.mine = [one.id for one in mine]

    def _one(self, url: str, which: int) -> Database:
        database = open_database(url)
        with database.transaction() as connection:
            customer = self.fact.customer(which, self.ben.id, self.store)
            hidden = [customer, *self.fact.belongings(which, customer, self.ben.id, self.store)]
            records.write(connection, hidden, now=NOW)
            # Cards say it by now, as they would have from the beginning.
            duplicates.watch(connection, {customer.id: (None, customer)}, now=NOW)
        return database

    def close(self) -> None:
        """Close both, and forget them."""
        for database in self.databases:
            database.close()
        for url in self._urls:
            self._engine.forget(url)


# ------------------------------------------------------------------ asking


class Answer(NamedTuple):
    """What came, and the work that it took."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes
    statements: tuple[str, ...]


async def _called(app: Starlette, path: str, body: bytes, token: str) -> tuple[int, Any, bytes]:
    headers = [
        (b"sync-protocol", b"1"), (b"sync-request", b"n"), (b"authorization", f"Bearer {token}".encode()),
    ]  # fmt: skip
    scope = {
        "type": "http", "http_version": "1.1", "method": "POST", "path": path, "raw_path": path.encode(),
        "query_string": b"", "headers": headers, "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 2),
        "scheme": "http", "root_path": "",
    }  # fmt: skip
    asked, sent = asyncio.Event(), list[Any]()

    async def receive() -> Any:
        if not asked.is_set():
            asked.set()
            return {"type": "http.request", "body": body, "more_body": False}
        return await asyncio.Future[Any]()  # nobody hangs up

    async def send(message: Any) -> None:
        sent.append(message)

    await app(scope, receive, send)
    return sent[0]["status"], sent[0]["headers"], b"".join(each.get("body", b"") for each in sent[1:])


def _asked(app: Starlette, database: Database, path: str, body: bytes, token: str) -> Answer:
    with statements(database) as made:
        status, headers, answer = asyncio.run(_called(app, path, body, token))
    # However many values a list has.
    work = tuple(re.sub(r"\(\?(, \?)*\)", "(?)", statement) for statement in made)
    return Answer(status, tuple(headers), answer, work)


class Asker:
    """Somebody who knows both values, and what could be asked."""

    def __init__(self, retailers: Retailers, chance: random.Random) -> None:
        self.of, self.chance = retailers, chance
        self.cursor: str | None = None
        self.epoch: str | None = None
        self._seq = 0
        self._added: list[str] = []

    def question(self) -> tuple[str, str, bytes]:
        """What is asked next: its name, the path and the body."""
        sorts: list[tuple[str, Callable[[], tuple[str, Any]]]] = [
            ("pull", self._pull), ("push", self._push), ("push", self._push), ("push", self._push),
            ("preview", self._preview), ("preview", self._preview), ("salvage", self._salvage),
            ("sign in", self._sign_in), ("activate", self._activate), ("sign out", self._sign_out),
        ]  # fmt: skip
        name, ask = self.chance.choice(sorts)
        path, body = ask()
        return name, path, msgspec.json.encode(body)

    def heard(self, answer: Answer) -> None:
        """Go on from an answer."""
        for line in answer.body.split(b"\n") if answer.status == 200 else ():
            with contextlib.suppress(msgspec.MsgspecError):
                match msgspec.json.decode(line, type=wire.Line):
                    case wire.Checkpoint(cur=cursor):
                        self.cursor = cursor
                    case wire.Head(epoch=epoch):
                        self.epoch = epoch

    def _value(self) -> Any:
        return self.chance.choice(self.of.fact.values)

    def _uuid7(self) -> str:
        return new_id(self.chance.getrandbits(41), self.chance.randbytes(10))

    # -------------------------------------------------------------- sync

    def _request(self, mutations: Sequence[Queued] = ()) -> tuple[str, Any]:
        cursor = self.chance.choice([self.cursor, self.cursor, None])
        raws = tuple(msgspec.Raw(msgspec.json.encode(mutation)) for mutation in mutations)
        return wire.SYNC_PATH, wire.SyncRequest(device=TOKEN_OF, cursor=cursor, epoch=self.epoch, cid="cl", m=raws)

    def _pull(self) -> tuple[str, Any]:
        return self._request()

    def _push(self) -> tuple[str, Any]:
        made = []
        for _ in range(self.chance.randint(1, 3)):
            self._seq += 1
            body = msgspec.Raw(encode(self._operation()))
            made.append(Queued(mid=self._uuid7(), seq=self._seq, age_ms=0, do=body))
        return self._request(made)

    def _ids(self) -> Mapping[str, str]:
        """Ids that can be worked out, of what is there and of what is not."""
        number = self.chance.choice(["1001", "2002", "3003"])
        which = self.chance.choice(["1", "2"])
        return {
            "customer": source_id("customer", "shopify", number),
            "date": source_id("date", "shopify", number),
            "card": source_id("customer_card", "sellmode", source_id("customer", "shopify", number)),
        } | {kind: source_id(kind, "x", which) for kind in _NUMBERED}

    def _operation(self) -> Operation:
        ids, chance = self._ids(), self.chance
        customer, mine = ids["customer"], chance.choice([*self.of.mine, *self._added])
        pair = duplicates.pair_id(customer, mine)
        about: list[Operation] = [
            Create(kind="note", id=self._uuid7(), doc={"customer": customer, "text": "x"}),
            Create(kind="contact", id=self._uuid7(), doc={"customer": customer, "channel": "call"}),
            Create(kind="date", id=self._uuid7(), doc={"customer": customer, "label": "x", "month": 1, "day": 1}),
            Create(kind="manual_task", id=self._uuid7(), doc={"title": "x"}),
            Create(kind="wish", id=self._uuid7(), doc={"customer": customer, "sku": "S-1"}),
            Edit(kind="wish", id=ids["wish"], set={"note": "x"}),
            Remove(kind="wish", id=ids["wish"]),
            Create(kind="lookbook", id=self._uuid7(), doc={"customer": customer, "title": "x"}),
            Share(id=ids["lookbook"], token="B" * 26),
            Renew(id=ids["lookbook"]),
            Revoke(id=ids["lookbook"]),
            Create(kind="storefront", id=self._uuid7(), doc={"title": "x", "token": "C" * 26}),
            Edit(kind="storefront", id=ids["storefront"], set={"title": "y"}),
            Remove(kind="storefront", id=ids["storefront"]),
            SetConsent(id=consent_id(customer, "email"), customer=customer, channel="email", state="unsubscribed",
                       was="one_to_one"),
            Create(kind="customer", id=customer, doc={"given_name": "x"}),
            Create(kind="date", id=ids["date"], doc={"customer": mine, "label": "x", "month": 1, "day": 1}),
            self._rule_of_a_store(),
            self._claim_for_somebody(),
            Edit(kind="customer", id=customer, set={"language": "fr"}),
            Remove(kind="customer", id=customer),
            Assign(id=customer, to=self.of.me.id, was=chance.choice([None, self.of.me.id])),
            Park(id=self._uuid7(), customer=customer, operation={"op": "edit", "kind": "customer", "id": customer}),
            Edit(kind="note", id=ids["note"], set={"text": "y"}),
            Remove(kind="contact", id=ids["contact"]),
            Edit(kind="date", id=ids["date"], set={"day": 3}),
            *(change for kind in ("manual_task", "rule_task") for change in (
                Finish(kind=kind, id=ids[kind]), Reopen(kind=kind, id=ids[kind]), Claim(kind=kind, id=ids[kind]),
                Edit(kind=kind, id=ids[kind], set={"snoozed_to": "2026-12-24"}),
            )),
            Claim(kind="request", id=ids["request"]),
            Release(kind="request", id=ids["request"]),
            Accept(id=source_id("parked_edit", "sellmode", self._uuid7())),
            Discard(id=source_id("parked_edit", "sellmode", self._uuid7())),
            Withdraw(id=source_id("task_card", "sellmode", ids["manual_task"])),
            Dismiss(id=pair),
            Merge(id=pair, keep=mine),
        ]  # fmt: skip
        if self.of.may_add and chance.random() < 0.5:
            return self._of_my_own(mine)
        return chance.choice(about)

    def _rule_of_a_store(self) -> Operation:
        slug, named = self.chance.choice(["thanks", "regards"]), self.chance.choice(["Alpha", "Beta"])
        doc = {"slug": slug, "store": named, "name": "x", "trigger": "new_customer", "title": "x"}
        return Create(kind="task_rule", id=task_rule_id(self.chance.choice(["Alpha", "Beta"]), slug), doc=doc)

    def _claim_for_somebody(self) -> Operation:
        """What undoing a hand-over looks like, with a claim of somebody who may not be there."""
        other = source_id("staff", "shopify", self.chance.choice(["zoe", "yve"]))
        to, seen = self.chance.choice([(None, self.of.me.id), (self.of.me.id, None)])
        return Edit(
            kind="manual_task", id=self.of.task, guard=True, set={"assignee": to, "claimed_by": other},
            was={"assignee": seen, "claimed_by": None},
        )  # fmt: skip

    def _of_my_own(self, mine: str) -> Operation:
        """A change of what the asker has, with the hidden values."""
        email, phone = chance_of(self.chance, "email"), chance_of(self.chance, "phone")
        added = self._uuid7()
        of_my_own: list[Operation] = [
            Create(kind="customer", id=added, doc={"given_name": "A", "email": email, "phone": phone}),
            Edit(kind="customer", id=mine, set={"email": email}),
            Edit(kind="customer", id=mine, set={"phone": phone}),
            *(Remove(kind="customer", id=id) for id in self._added[:1]),
        ]
        made = self.chance.choice(of_my_own)
        if isinstance(made, Create):
            self._added.append(added)
        return made

    # -------------------------------------------------------------- the rest

    def _preview(self) -> tuple[str, Any]:
        chance = self.chance
        of_facts = {
            "number": "customer_number:1001", "email": chance_of(chance, "email"), "phone": chance_of(chance, "phone"),
            "address": "city:Basel", "tags": "tag:vip", "figures": f"spend>{chance.choice([50, 200, 800])}",
            "consent": "consent.email:unsubscribed", "wish": "wish:coat",
        }  # fmt: skip
        mine = of_facts.get(self.of.fact.name, "")
        rule: dict[str, Any] = {
            "slug": chance.choice(["ask", "welcome"]), "name": "Ask", "title": "Ask",
            "audience": chance.choice([mine, mine, chance.choice(list(of_facts.values())), ""]),
            "daily_cap": chance.choice([None, None, 1]), "consent": chance.choice(["", "email"]),
        }  # fmt: skip
        birthday: dict[str, Any] = {"trigger": "date", "dates": ["birthday"]}
        rule |= chance.choice([birthday, {"trigger": "new_customer"}, {"trigger": "new_customer"}])
        day = "" if rule["trigger"] == "new_customer" else f"2026-12-0{chance.randint(4, 7)}"
        store = chance.choice(["Alpha", "Alpha", "Alpha", "Beta"])
        return wire.PREVIEW_PATH, wire.PreviewRequest(store=store, rule=rule, day=day)

    def _salvage(self) -> tuple[str, Any]:
        name = self.chance.choice(["ben", "nobody"])
        return wire.SALVAGE_PATH, wire.Salvage(
            user_name=name, device="a device", cid="cl", mutations=(), proof=bytes(32)
        )

    def _sign_in(self) -> tuple[str, Any]:
        name = self.chance.choice(["ben", "nobody"])
        return wire.SIGN_IN_PATH, wire.SignIn(user_name=name, password="x" * 12, device="a device")  # a guess

    def _activate(self) -> tuple[str, Any]:
        asked = wire.Activate(user_name="ben", code="0", password="seven quiet lamps by 3 doors", device="d")  # noqa: S106 # a guess
        return wire.ACTIVATE_PATH, asked

    def _sign_out(self) -> tuple[str, Any]:
        return wire.SIGN_OUT_PATH, {}


def chance_of(chance: random.Random, name: str) -> str:
    """One of the values of a fact, or another one."""
    values = next(each.values for each in FACTS if each.name == name)
    return str(chance.choice([*values, f"other{values[0]}"]))


# ------------------------------------------------------------------ the proof


def trial(seed: int) -> Trial:
    """An asker's questions."""
    chance = random.Random(seed)  # to be repeated
    failures: list[str] = []
    details: Counter[str] = Counter()
    on_postgresql = seed % ON_POSTGRESQL == 0
    with (
        workplace() as folder,
        contextlib.closing(Retailers(server() if on_postgresql else Files(folder), chance)) as retailers,
    ):
        asker = Asker(retailers, chance)
        for number in range(QUESTIONS):
            name, path, body = asker.question()
            # Signed out with another's token: one's own is needed.
            token = "of-nobody" if path == wire.SIGN_OUT_PATH else retailers.token  # no secret
            one, other = (
                _asked(app, database, path, body, token)
                for app, database in zip(retailers.apps, retailers.databases, strict=True)
            )
            details[name] += 1
            if one != other:
                where = next(field for field in Answer._fields if getattr(one, field) != getattr(other, field))
                said = f"{retailers.role} in {retailers.mode} mode, {retailers.fact.name}: {name} {number}: {where}"
                failures.append(f"{said} {body.decode()[:400]}")
                break
            asker.heard(one)
            _by_themselves(retailers, chance)
    n = details.total()
    details["on PostgreSQL"] = n if on_postgresql else 0
    return Trial(n, tuple(failures), details)


def _by_themselves(retailers: Retailers, chance: random.Random) -> None:
    """What servers do between questions."""
    retailers.clock += dt.timedelta(seconds=chance.choice([1, 60, 3600]))
    for database in retailers.databases:
        while duplicates.catch_up(database, retailers.clock):
            pass


PROOF = Proof("asker", "what may not be read may not be inferred", "questions", trial)

"""The demo's retailer as a pure function of a seed and a day, so that it is as fresh on any day and the same twice."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sellmode_backend.demo import pools, work
from sellmode_contract.ids import source_id
from sellmode_contract.kinds.consent import Consent, ConsentState
from sellmode_contract.kinds.contact import Contact
from sellmode_contract.kinds.customer import Address, Customer, CustomValue
from sellmode_contract.kinds.date import ImportantDate
from sellmode_contract.kinds.note import Note
from sellmode_contract.kinds.order import Order, OrderLine
from sellmode_contract.kinds.product import Product
from sellmode_contract.kinds.retailer import CustomField, Mode, Retailer, StoreEntry
from sellmode_contract.records import Record
from sellmode_contract.roles import ROLE_CAPABILITIES, Role, Work
from sellmode_contract.search import fold
from sellmode_contract.visibility import Account

CUSTOMERS = 2000
DAYS = 430
"""How far back the orders go."""
CURRENCY = "EUR"
SOURCE = "demo"

CUSTOM_FIELDS = (
    CustomField(
        name="pet",
        label="Pets",
        type="group",
        fields=(
            CustomField(name="name", label="Name", type="text"),
            CustomField(name="species", label="Species", type="choice", choices=pools.SPECIES),
            CustomField(name="birthday", label="Birthday", type="date"),
        ),
    ),
    CustomField(name="skin_type", label="Skin type", type="choice", choices=pools.SKIN_TYPES),
    CustomField(name="member_since", label="Member since", type="date"),
    CustomField(name="household", label="People at home", type="number"),
)

STORES = (
    StoreEntry(id=source_id("store", SOURCE, "damrak"), name="Amsterdam Damrak", time_zone="Europe/Amsterdam"),
    StoreEntry(id=source_id("store", SOURCE, "grafton"), name="Dublin Grafton", time_zone="Europe/Dublin"),
)

STAFF: tuple[tuple[int, str, str, Role, Work], ...] = (
    (0, "mira", "Mira Vermeulen", "manager", "omnichannel"),
    (0, "jonas", "Jonas de Wit", "manager", "ecommerce"),
    (0, "anna", "Anna Kowalska", "associate", "omnichannel"),
    (0, "teun", "Teun Bakker", "associate", "omnichannel"),
    (0, "leyla", "Leyla Şahin", "associate", "omnichannel"),
    (0, "kofi", "Kofi Mensah", "associate", "ecommerce"),
    (0, "sunniva", "Sunniva Ødegård", "associate", "omnichannel"),
    (1, "orla", "Órla Ní Bhriain", "manager", "omnichannel"),
    (1, "cormac", "Cormac Walsh", "manager", "ecommerce"),
    (1, "priya", "Priya Nair", "associate", "omnichannel"),
    (1, "dara", "Dara O'Sullivan", "associate", "omnichannel"),
    (1, "hugo", "Hugo Lefèvre", "associate", "ecommerce"),
    (1, "mei", "Mei Tanaka", "associate", "omnichannel"),
)
"""Store, user name, name, role, kind of work."""

OFFICE: tuple[tuple[str, str], ...] = (("hanne", "Hanne Visser"),)
"""The head office's people, who lead all stores: user name, name."""

ANNA = "anna"
"""Who is signed in unless somebody else is asked for."""


@dataclass(frozen=True)
class World:
    """Everything of the demo retailer."""

    retailer: Retailer
    accounts: tuple[Account, ...]
    """Those who work in a store."""
    office: tuple[Account, ...]
    """The head office's."""
    records: tuple[Record, ...]
    """Products, then customers, then what belongs to them; not the orders."""
    orders: tuple[Order, ...]
    work: tuple[Record, ...]
    """Rules that make tasks, corporate tasks, and tasks that people made. They follow the customers."""


@dataclass(frozen=True)
class _Shopper:
    """How a customer buys."""

    customer: Customer
    store: int
    orders: int
    online: float
    """Share of orders placed online."""
    departments: tuple[str, ...]


def world(seed: int, today: dt.date, mode: Mode) -> World:
    """The retailer as it stands on a day. Nothing in it has happened later than the start of that day."""
    chance = random.Random(f"{seed}")  # not a secret
    retailer = Retailer(
        id=source_id("retailer", SOURCE, "retailer"),
        name="Alder & Vale",
        mode=mode,
        currency=CURRENCY,
        time_zone=STORES[0].time_zone,
        stores=STORES,
        custom_fields=CUSTOM_FIELDS,
    )
    accounts = tuple(
        Account(
            id=source_id("staff", SOURCE, user_name),
            user_name=user_name,
            name=name,
            role=role,
            stores=(STORES[store].id,),
            work=work,
            capabilities=frozenset(ROLE_CAPABILITIES[role]),
        )
        for store, user_name, name, role, work in STAFF
    )
    office = tuple(
        Account(
            id=source_id("staff", SOURCE, user_name),
            user_name=user_name,
            name=name,
            role="head_office",
            stores=tuple(store.id for store in STORES),
            capabilities=frozenset(ROLE_CAPABILITIES["head_office"]),
        )
        for user_name, name in OFFICE
    )
    products = _products(chance)
    shoppers = [_shopper(chance, number, accounts, today) for number in range(1, CUSTOMERS + 1)]
    orders = [order for shopper in shoppers for order in _orders(chance, shopper, products, accounts, today)]
    belongings = [record for shopper in shoppers for record in _belongings(chance, shopper, accounts, today)]
    customers = [shopper.customer for shopper in shoppers]
    orders.sort(key=lambda order: order.placed_at)
    todo = (
        *work.rules(CUSTOM_FIELDS),
        *work.briefs(office[0], products, today),
        *work.manual_tasks(random.Random(f"{seed} work"), accounts, customers, STORES, today),
    )
    return World(retailer, accounts, office, (*products, *customers, *belongings), tuple(orders), todo)


# ------------------------------------------------------------------ goods


def _products(chance: random.Random) -> list[Product]:
    """Some 400 variants: every word of every kind of goods from two houses, in all its sizes or shades."""
    products: list[Product] = []
    for goods in pools.GOODS:
        for words in goods.words:
            for house in chance.sample(pools.HOUSES, 2):
                price = chance.randrange(goods.low, goods.high) * 100 - chance.choice((0, 5, 10, 50))
                for variant in goods.variants:
                    number = len(products) + 1
                    products.append(
                        Product(
                            id=source_id("product", SOURCE, str(number)),
                            sku=f"{goods.department[:2].upper()}{number:05d}",
                            title=f"{house} {words}",
                            variant=variant,
                            vendor=house,
                            type=goods.type,
                            tags=(goods.department,),
                            price=price,
                            currency=CURRENCY,
                            barcode=f"20{number:010d}",
                            active=chance.random() < 0.97,
                        )
                    )
    return products


_GOODS_BY_TYPE = {goods.type: goods for goods in pools.GOODS}

# ------------------------------------------------------------------ people


def _shopper(chance: random.Random, number: int, accounts: tuple[Account, ...], today: dt.date) -> _Shopper:
    language = chance.choices(pools.LANGUAGES, [language.weight for language in pools.LANGUAGES])[0]
    given, family = chance.choice(language.given), chance.choice(language.family)
    if chance.random() < 0.02:
        family = f"{family}-{chance.choice(language.family)}"
    store = 0 if chance.random() < 0.55 else 1
    orders = min(60, int(chance.paretovariate(0.9)) + chance.choice((0, 0, 1, 2)))
    if chance.random() < 0.06:
        orders = 0
    associates = [account for account in accounts if account.stores == (STORES[store].id,)]
    owner = chance.choice(associates).id if chance.random() < 0.93 else None
    phone = _phone(chance, store)
    joined = today - dt.timedelta(days=chance.randrange(20, 2400))
    tags = tuple(sorted({chance.choice(pools.TAGS) for _ in range(chance.choice((0, 0, 1, 1, 2)))}))
    tier = "gold" if orders >= 14 else "silver" if orders >= 6 else "bronze" if orders >= 2 else ""
    if orders >= 20:
        tags = (*tags, "vip")
    customer = Customer(
        id=source_id("customer", SOURCE, str(number)),
        store=STORES[store].id,
        owner=owner,
        number=f"AV-{number:05d}",
        given_name=given,
        family_name=family,
        email=_email(chance, language, given, family, number),
        phone=phone,
        phone_e164=phone.replace(" ", ""),
        address=_address(chance, store),
        language=language.code,
        tier=tier,
        tags=tags,
        sizes=_sizes(chance),
        preferences=tuple(chance.sample(pools.PREFERENCES, chance.choice((0, 0, 1, 1, 2)))),
        preferred_channel=chance.choice((None, None, "email", "sms", "phone")),
        custom=_custom(chance, today, joined),
        sources={"email": "web shop", "phone": "till"} if chance.random() < 0.5 else {},
        created_at=dt.datetime.combine(joined, dt.time(11), dt.UTC),
    )
    departments = tuple(chance.sample(("fashion", "beauty", "pets"), chance.choice((1, 2, 2, 3))))
    if "pet" in customer.custom and "pets" not in departments:
        departments = (*departments, "pets")
    return _Shopper(customer, store, orders, chance.choice((0.0, 0.1, 0.3, 0.5, 0.9)), departments)


def _email(chance: random.Random, language: pools.Language, given: str, family: str, number: int) -> str:
    """An address in a reserved domain; about one customer in eight gave none."""
    if chance.random() < 0.12:
        return ""
    name = (
        f"{fold(given)}.{fold(family)}".replace(" ", "") if language.ascii else chance.choice(("shop", "post", "hello"))
    )
    return f"{name}{number}@{chance.choice(('example.com', 'example.org', 'example.net'))}"


def _phone(chance: random.Random, store: int) -> str:
    """A number from the ranges that regulators keep for fiction; about one customer in six gave none."""
    if chance.random() < 0.16:
        return ""
    if chance.random() < 0.2:
        return f"+44 7700 900{chance.randrange(1000):03d}"
    if store:
        return f"+353 20 91{chance.randrange(10):d} {chance.randrange(10000):04d}"
    return f"+33 6 39 98 {chance.randrange(100):02d} {chance.randrange(100):02d}"


def _address(chance: random.Random, store: int) -> Address | None:
    if chance.random() < 0.3:
        return None
    town, country = (("Amsterdam", "NL"), ("Dublin", "IE"))[store]
    postcode = (
        f"{chance.randrange(1011, 1099)} AB"
        if store == 0
        else f"D0{chance.randrange(1, 9)} X{chance.randrange(100, 999)}"
    )
    return Address(
        lines=(f"{chance.choice(pools.STREETS)} {chance.randrange(1, 240)}",),
        city=town,
        postcode=postcode,
        country=country,
    )


def _sizes(chance: random.Random) -> dict[str, str]:
    sizes = {}
    if chance.random() < 0.5:
        sizes["top"] = chance.choice(("XS", "S", "M", "L", "XL"))
    if chance.random() < 0.4:
        sizes["shoe"] = str(chance.randrange(36, 46))
    if chance.random() < 0.2:
        sizes["ring"] = str(chance.randrange(48, 62))
    return sizes


def _custom(chance: random.Random, today: dt.date, joined: dt.date) -> dict[str, CustomValue]:
    custom: dict[str, CustomValue] = {"member_since": joined.isoformat()}
    if chance.random() < 0.35:
        custom["pet"] = [
            {
                "name": chance.choice(pools.PET_NAMES),
                "species": chance.choices(pools.SPECIES, (10, 12, 3, 2, 2))[0],
                "birthday": (today - dt.timedelta(days=chance.randrange(60, 5000))).isoformat(),
            }
            for _ in range(chance.choice((1, 1, 1, 2)))
        ]
    if chance.random() < 0.4:
        custom["skin_type"] = chance.choice(pools.SKIN_TYPES)
    if chance.random() < 0.3:
        custom["household"] = chance.randrange(1, 6)
    return custom


# ------------------------------------------------------------------ orders


def _orders(
    chance: random.Random, shopper: _Shopper, products: list[Product], accounts: tuple[Account, ...], today: dt.date
) -> list[Order]:
    orders = []
    for number in range(shopper.orders):
        day = today - dt.timedelta(days=1 + int(chance.random() ** 1.15 * DAYS))
        order = _order(chance, shopper, _basket(chance, shopper, products), accounts, day=day, number=number)
        orders.append(order)
        if order.channel == "store" and chance.random() < 0.05 and day + dt.timedelta(days=8) < today:
            orders.append(_return(order, chance.randrange(2, 8)))
    return orders


def _basket(chance: random.Random, shopper: _Shopper, products: list[Product]) -> list[tuple[Product, int]]:
    """What is bought at once: products of the departments that the customer goes to, mostly one of each."""
    wanted = [product for product in products if product.tags[0] in shopper.departments]
    weights = [_GOODS_BY_TYPE[product.type].weight for product in wanted]
    chosen = chance.choices(wanted, weights, k=chance.choice((1, 1, 2, 2, 3, 4)))
    return [(product, chance.choice((1, 1, 1, 1, 2))) for product in dict.fromkeys(chosen)]


def _order(
    chance: random.Random,
    shopper: _Shopper,
    basket: list[tuple[Product, int]],
    accounts: tuple[Account, ...],
    *,
    day: dt.date,
    number: int,
) -> Order:
    online = chance.random() < shopper.online
    store = STORES[shopper.store if chance.random() < 0.96 else 1 - shopper.store]
    local = dt.datetime.combine(day, dt.time(chance.randrange(10, 20), chance.randrange(60)), ZoneInfo(store.time_zone))
    lines = []
    for product, quantity in basket:
        price = product.price or 0
        discount = price * quantity // 5 if chance.random() < 0.12 else 0
        lines.append(
            OrderLine(
                title=f"{product.title} {product.variant}",
                amount=price * quantity - discount,
                quantity=quantity,
                sku=product.sku,
                product=product.id,
                type=product.type,
                price=price,
            )
        )
    shipping = 595 if online and sum(line.amount for line in lines) < 7500 else 0
    if shipping:
        lines.append(OrderLine(title="Shipping", amount=shipping, kind="rounding"))
    sellers = [account.id for account in accounts if account.stores == (store.id,)]
    key = f"{shopper.customer.number}/{number}"
    cancelled = online and chance.random() < 0.02
    refunded = lines[0].amount if online and not cancelled and chance.random() < 0.07 else 0
    return Order(
        id=source_id("order", SOURCE, key),
        customer=shopper.customer.id,
        number=f"{'W' if online else 'T'}{abs(_number(key)):06d}",
        placed_at=local.astimezone(dt.UTC),
        currency=CURRENCY,
        total=sum(line.amount for line in lines),
        refunded=refunded,
        channel="online" if online else "store",
        store=store.id,
        sold_by=None if online else shopper.customer.owner if chance.random() < 0.6 else chance.choice(sellers),
        cancelled_at=local.astimezone(dt.UTC) + dt.timedelta(hours=3) if cancelled else None,
        lines=tuple(lines),
    )


def _number(key: str) -> int:
    """A six-digit number that depends on the key alone."""
    return random.Random(key).randrange(1_000_000)  # not a secret


def _return(order: Order, days: int) -> Order:
    """The first line of an order brought back to the till."""
    line = order.lines[0]
    back = OrderLine(
        title=line.title,
        amount=-line.amount,
        quantity=-line.quantity,
        sku=line.sku,
        product=line.product,
        type=line.type,
        price=line.price,
        kind="return",
    )
    return Order(
        id=source_id("order", SOURCE, f"{order.id}/return"),
        customer=order.customer,
        number=f"R{order.number[1:]}",
        placed_at=order.placed_at + dt.timedelta(days=days),
        currency=order.currency,
        total=back.amount,
        channel="store",
        store=order.store,
        sold_by=order.sold_by,
        lines=(back,),
    )


# ------------------------------------------------------------------ what belongs to a customer


def _belongings(
    chance: random.Random, shopper: _Shopper, accounts: tuple[Account, ...], today: dt.date
) -> list[Record]:
    customer = shopper.customer
    return [
        *_consents(chance, customer),
        *_dates(chance, customer, today),
        *_notes(chance, shopper, accounts, today),
        *_contacts(chance, shopper, accounts, today),
    ]


def _consents(chance: random.Random, customer: Customer) -> list[Record]:
    states: tuple[ConsentState, ...] = ("subscribed", "one_to_one", "unsubscribed")
    addresses = {"email": customer.email, "sms": customer.phone_e164, "phone": customer.phone_e164}
    consents: list[Record] = []
    for channel in ("email", "sms", "phone"):
        if addresses[channel]:
            state = chance.choices(states, (5, 4, 1))[0]
            consents.append(
                Consent(
                    id=source_id("consent", SOURCE, f"{customer.id}/{channel}"),
                    customer=customer.id,
                    channel=channel,
                    state=state,
                    changed_at=customer.created_at,
                    actor="customer" if state == "unsubscribed" else customer.owner or "web shop",
                    evidence="signed on the till" if state == "subscribed" else "",
                )
            )
    return consents


def _dates(chance: random.Random, customer: Customer, today: dt.date) -> list[Record]:
    """The customer's own birthday; their pets' are fields, which have a rule of their own."""
    dates: list[Record] = []
    if chance.random() < 0.6:
        born = today - dt.timedelta(days=chance.randrange(18 * 365, 82 * 365))
        dates.append(
            ImportantDate(
                id=source_id("date", SOURCE, f"{customer.id}/birthday"),
                customer=customer.id,
                label="birthday",
                month=born.month,
                day=born.day,
                year=born.year if chance.random() < 0.6 else None,
            )
        )
    return dates


def _moment(chance: random.Random, store: int, today: dt.date, days: int) -> dt.datetime:
    """An instant within the store's opening hours, one to ``days`` days ago."""
    day = today - dt.timedelta(days=chance.randrange(1, days))
    local = dt.datetime.combine(
        day, dt.time(chance.randrange(10, 19), chance.randrange(60)), ZoneInfo(STORES[store].time_zone)
    )
    return local.astimezone(dt.UTC)


def _notes(chance: random.Random, shopper: _Shopper, accounts: tuple[Account, ...], today: dt.date) -> list[Record]:
    notes: list[Record] = []
    for number in range(chance.choice((0, 0, 0, 1, 1, 2)) if shopper.orders else 0):
        author = (
            shopper.customer.owner or chance.choice([a for a in accounts if a.stores == (shopper.customer.store,)]).id
        )
        notes.append(
            Note(
                id=source_id("note", SOURCE, f"{shopper.customer.id}/{number}"),
                customer=shopper.customer.id,
                author=author,
                written_at=_moment(chance, shopper.store, today, 300),
                text=chance.choice(pools.NOTES),
                private=chance.random() < 0.2,
            )
        )
    return notes


def _contacts(chance: random.Random, shopper: _Shopper, accounts: tuple[Account, ...], today: dt.date) -> list[Record]:
    contacts: list[Record] = []
    for number in range(min(shopper.orders, chance.choice((0, 0, 1, 1, 2, 3)))):
        author = (
            shopper.customer.owner or chance.choice([a for a in accounts if a.stores == (shopper.customer.store,)]).id
        )
        contacts.append(
            Contact(
                id=source_id("contact", SOURCE, f"{shopper.customer.id}/{number}"),
                customer=shopper.customer.id,
                author=author,
                at=_moment(chance, shopper.store, today, 240),
                channel=chance.choice(("call", "visit", "email", "sms")),
                inbound=chance.random() < 0.3,
                summary=chance.choice(pools.CALLS),
            )
        )
    return contacts

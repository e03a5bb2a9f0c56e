"""Kinds that the backend alone writes and that belong to no customer, and those whose screens come later."""

from __future__ import annotations

from sellmode_contract.audiences import (
    ALL,
    AUTHOR,
    LEAD,
    NOBODY,
    PERSON,
    STORE,
    Row,
    Rule,
    person_audience,
    store_audience,
)
from sellmode_contract.kinds.kind import Kind
from sellmode_contract.records import (
    Customer,
    Fact,
    Lookbook,
    PersonSetting,
    Product,
    Request,
    Retailer,
    SaleNotice,
    Staff,
)

RETAILER = Kind(record=Retailer, row=Row("retailer", ALL, ALL), columns=("name",))

PRODUCT = Kind(record=Product, row=Row("product", ALL, ALL), columns=("sku", "title"))

STAFF = Kind(record=Staff, row=Row("staff directory (name, role, active)", STORE, STORE))


def _wanted(request: Request, _: Customer | None) -> str | None:
    if request.reserved and request.wanted:
        return person_audience(request.store, request.wanted)
    return store_audience(request.store)


REQUEST = Kind(
    record=Request,
    row=Row("request", STORE, Rule("the store; the person wanted while it is reserved", _wanted)),
)

LOOKBOOK = Kind(record=Lookbook, row=Row("lookbook, My Look, storefront picks", STORE, AUTHOR))

FACT = Kind(
    record=Fact,
    row=Row(
        "facts of the store; of one associate",
        Rule(
            "the store; of one associate: the store's managers",
            lambda fact, customer: (LEAD if fact.person else STORE).audience(fact, customer),
        ),
        Rule(
            "the store's managers; of one associate: that person",
            lambda fact, customer: (PERSON if fact.person else LEAD).audience(fact, customer),
        ),
    ),
)

SALE_NOTICE = Kind(record=SaleNotice, row=Row("sale notice", NOBODY, Rule("the person credited", PERSON.audience)))

PERSON_SETTING = Kind(record=PersonSetting, row=Row("saved filter, settings", PERSON, PERSON))

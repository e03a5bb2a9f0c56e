"""What is done for customers counts each of them once a day; what leaves no record is counted as it happens."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sellmode_backend.customers import merging
from sellmode_backend.shopper import tracking
from sellmode_backend.shopper.requests.asking import Asked, Origin, ask
from sellmode_contract.kinds.consent import Consent
from sellmode_contract.kinds.lookbook import Lookbook
from sellmode_contract.kinds.sent_lookbook import SentLookbook
from sellmode_contract.mutations import Claim, Create, Edit, Operation, Remove, consent_id
from tests.backend.results.sales_shop import SalesShop, sales_shop
from tests.backend.sync.pushing import Writer, uuid7


@pytest.fixture
def shop(prepared_url: str) -> Iterator[SalesShop]:
    with sales_shop(prepared_url) as made:
        yield made


def talk(writer: Writer, customer: str, *, inbound: bool = False) -> str:
    made = Create(kind="contact", id=uuid7(), doc={"customer": customer, "channel": "call", "inbound": inbound})
    writer.done(made)
    return made.id


def people(shop: SalesShop, measure: str) -> dict[str | None, int]:
    """What a measure comes to of each person, and of all stores (None)."""
    found = {person: value for (_, person, _), value in shop.sums(measure, people=True).items()}
    return found | {None: sum(shop.sums(measure).values())}


def test_a_customer_counts_once_a_day_for_each_person_and_once_for_the_store(shop: SalesShop) -> None:
    shop.set_mode("team")
    ada, ben, anna, bo = shop.writer(shop.ada), shop.writer(shop.ben), shop.add(shop.ada), shop.add(shop.ada)
    first, second = talk(ada, anna.id), talk(ada, anna.id)
    talk(ben, anna.id)
    talk(ada, bo.id, inbound=True)
    assert people(shop, "customers_reached") == {shop.ada.id: 1, shop.ben.id: 1, None: 1}
    assert people(shop, "activity") == {shop.ada.id: 2, shop.ben.id: 1, None: 2}
    shop.check()
    ada.done(Remove(kind="contact", id=first))
    assert people(shop, "customers_reached") == {shop.ada.id: 1, shop.ben.id: 1, None: 1}
    ada.done(Remove(kind="contact", id=second))
    assert people(shop, "customers_reached") == {shop.ben.id: 1, None: 1}
    shop.check()


def test_what_is_shared_reaches_and_stays_in_the_lookbooks_store(shop: SalesShop) -> None:
    anna = shop.add(shop.ada)
    shop.write(Lookbook(id="look", store="Alpha", author=shop.ada.id, customer=anna.id))
    sent = SentLookbook(
        id="sent", customer=anna.id, author=shop.ada.id, store="Alpha", lookbook="look", at=shop.clock()
    )
    shop.write(sent)
    assert people(shop, "customers_reached") == {shop.ada.id: 1, None: 1}
    shop.give(anna, shop.cleo, "Beta")
    assert list(shop.sums("customers_reached")) == [("Alpha", None, f"{shop.clock():%Y-%m-%d}")]
    shop.check()


def test_added_customers_and_those_of_them_who_consent(shop: SalesShop) -> None:
    ada, ids = shop.writer(shop.ada), [uuid7(), uuid7()]
    ada.done(*(Create(kind="customer", id=id, doc={"given_name": "Bo"}) for id in ids))
    assert people(shop, "contacts_consented") == {None: 0}
    assert people(shop, "activity") == {shop.ada.id: 2, None: 2}
    known = shop.add(shop.ada)
    for customer in (ids[0], known.id):
        for channel in ("email", "sms"):
            id = consent_id(customer, channel)
            shop.write(Consent(id=id, customer=customer, channel=channel, state="subscribed"))
    assert people(shop, "contacts_consented") == {shop.ada.id: 1, None: 1}
    shop.check()


def test_two_who_are_one_count_once(shop: SalesShop) -> None:
    ada, anna, ann = shop.writer(shop.ada), shop.add(shop.ada), shop.add(shop.ada)
    talk(ada, anna.id)
    talk(ada, ann.id)
    assert people(shop, "customers_reached") == {shop.ada.id: 2, None: 2}
    merging.merge(shop.database, anna.id, ann.id, now=shop.clock())
    assert people(shop, "customers_reached") == {shop.ada.id: 1, None: 1}
    shop.check()


def test_changes_of_picks_are_counted_and_stay_when_the_list_goes(shop: SalesShop) -> None:
    ada, picks = shop.writer(shop.ada), uuid7()

    def edit(title: str, was: str) -> Operation:
        return Edit(kind="pick_list", id=picks, set={"title": title}, was={"title": was})

    ada.done(Create(kind="pick_list", id=picks, doc={"title": "New", "sort": "own"}))
    shop.clock.forward(minutes=1)
    ada.done(edit("Newer", "New"), edit("Newest", "Newer"))
    shop.clock.forward(minutes=1)
    ada.do(edit("Newest", "Newest"))
    assert people(shop, "content_updates") == {shop.ada.id: 2, None: 2}
    ada.done(Remove(kind="pick_list", id=picks))
    assert people(shop, "content_updates") == {shop.ada.id: 2, None: 2}
    shop.check()


@pytest.mark.parametrize("is_refused", [False, True])
def test_a_request_is_a_touch_of_who_has_taken_it_once_it_is_known_who_asked(
    shop: SalesShop, *, is_refused: bool
) -> None:
    anna = shop.add(shop.ben)
    with shop.database.transaction() as connection:
        tracking.choose(connection, anna.id, shop.clock(), agreed=not is_refused)
    shop.clock.forward(hours=1)
    asked, origin = Asked("chat", "Is it warm?"), Origin("Alpha")
    with shop.database.transaction() as connection:
        id = ask(connection, guard="g", token="t", origin=origin, asked=asked, now=shop.clock())
    shop.clock.forward(days=1)
    order = shop.order(anna)
    shop.sell(order)
    assert shop.judgement(order.id) is None
    ben = shop.writer(shop.ben)
    ben.done(Claim(kind="request", id=id), Edit(kind="request", id=id, set={"customer": anna.id}))
    judgement = shop.judgement(order.id)
    assert (judgement is None) == is_refused
    shop.check()
    if judgement is None:
        return
    assert [credit.person for credit in judgement.credits] == [shop.ben.id]
    assert [(item.touch.way, item.touch.what) for item in judgement.considered] == [("request", "request")]

"""Disputes about the credit for a sale: opened by who had a part in it, answered by the store's manager, on record."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest
from click.testing import CliRunner

from sellmode_backend.cli import commands
from sellmode_backend.webhooks import erasing
from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.dispute import Dispute, DisputeCard, dispute_id
from sellmode_contract.kinds.sale import CreditedSale, sale_id
from sellmode_contract.mutations import Create, Edit
from sellmode_contract.visibility import Account, card_key
from tests.backend.results.sales_shop import SalesShop, sales_shop
from tests.backend.sync.pushing import Writer

TOTAL = 10_001


@pytest.fixture
def shop(prepared_url: str) -> Iterator[SalesShop]:
    with sales_shop(prepared_url) as made:
        yield made


class Sold:
    """A sale that Ada earned and Ben had a part in."""

    def __init__(self, shop: SalesShop, *, split: bool = False) -> None:
        self.shop = shop
        anna: Customer = shop.add(shop.ada)
        shop.click(anna, shop.ben, days=3)
        if split:
            shop.click(anna, shop.cleo, store="Beta", days=2)
        shop.click(anna, shop.ada, days=1)
        self.order = shop.order(anna, TOTAL)
        shop.sell(self.order)
        self.day = f"{shop.clock():%Y-%m-%d}"

    def opened(self, writer: Writer, reason: str = "I advised her in the store.") -> Create:
        account = writer.account
        id = dispute_id(self.order.id, account.stores[0], account.id)
        return Create(kind="dispute", id=id, doc={"order_id": self.order.id, "reason": reason})

    def credits(self) -> dict[str | None, int]:
        """What each person's facts say, and the store's (None)."""
        found = {person: amount for (_, person, _), amount in self.shop.sums("credited_sales", people=True).items()}
        of_stores = self.shop.sums("credited_sales").values()
        return {**{person: amount for person, amount in found.items() if amount}, None: sum(of_stores)}


def answer(id: str, outcome: str, words: str = "So it is.", was: str | None = None) -> Edit:
    given = {"outcome": outcome, "answer": words}
    return Edit(kind="dispute", id=id, set=given, was={"outcome": was, "answer": None})


def told(shop: SalesShop) -> dict[str, tuple[bool, int]]:
    return {notice.person: (notice.credited, notice.amount) for notice in shop.notices()}


def test_a_dispute_that_is_upheld_moves_the_credit_and_its_facts_and_undo_moves_them_back(shop: SalesShop) -> None:
    sold, ben, mia = Sold(shop), shop.writer(shop.ben), shop.writer(shop.mia)
    ben.done(opened := sold.opened(ben))
    dispute = shop.stored("dispute", opened.id)
    assert isinstance(dispute, Dispute)
    assert (dispute.number, dispute.author, dispute.outcome) == (sold.order.number, shop.ben.id, "")
    assert sold.credits() == {shop.ada.id: TOTAL, None: TOTAL}

    shop.clock.forward(hours=1)
    mia.done(answer(opened.id, "upheld"))
    dispute = shop.stored("dispute", opened.id)
    assert (dispute.outcome, dispute.answered_by, dispute.answered_at) == ("upheld", shop.mia.id, shop.clock())
    assert sold.credits() == {shop.ben.id: TOTAL, None: TOTAL}
    assert told(shop) == {shop.ada.id: (False, 0), shop.ben.id: (True, TOTAL)}
    sale = shop.stored("sale", sale_id(sold.order.id, "Alpha"))
    assert isinstance(sale, CreditedSale)
    assert [(part.person, part.amount) for part in sale.parts] == [(shop.ben.id, TOTAL)]
    shop.check()

    shop.sell(msgspec.structs.replace(sold.order, refunded=4_000))  # a return is judged again, and keeps it
    assert told(shop)[shop.ben.id] == (True, TOTAL - 4_000)
    shop.check()

    mia.done(Edit(kind="dispute", id=opened.id, set={"outcome": None, "answer": None},
                  was={"outcome": "upheld", "answer": "So it is."}, guard=True))  # fmt: skip
    assert told(shop) == {shop.ada.id: (True, TOTAL - 4_000), shop.ben.id: (False, 0)}
    assert shop.stored("dispute", opened.id).answered_by == ""
    shop.check()


def test_of_several_stores_only_ones_own_is_corrected_and_the_parts_add_up(shop: SalesShop) -> None:
    arguments = ["results", "rules", "--method", "split", "--database", shop.url]
    assert CliRunner().invoke(commands, arguments).exit_code == 0
    sold, ben, mia = Sold(shop, split=True), shop.writer(shop.ben), shop.writer(shop.mia)
    before = sold.credits()
    assert sorted(before.values()) == [3_333, 3_334, 3_334, TOTAL]
    ben.done(opened := sold.opened(ben))
    mia.done(answer(opened.id, "upheld"))
    after = sold.credits()
    assert after == {shop.ben.id: before[shop.ada.id] + before[shop.ben.id], shop.cleo.id: before[shop.cleo.id],
                     None: TOTAL}  # fmt: skip
    shop.check()


def test_a_dispute_that_is_declined_changes_nothing_and_stays_on_record(shop: SalesShop) -> None:
    sold, ben, mia = Sold(shop), shop.writer(shop.ben), shop.writer(shop.mia)
    ben.done(opened := sold.opened(ben))
    mia.done(answer(opened.id, "declined", "The later click decided it."))
    assert sold.credits() == {shop.ada.id: TOTAL, None: TOTAL}
    ben.pull()
    card = ben.shown(*card_key("dispute", opened.id))  # type: ignore[misc]  # it has one
    assert isinstance(card, DisputeCard)
    assert (card.outcome, card.answer, card.answered_by) == ("declined", "The later click decided it.", shop.mia.id)
    shop.check()


def test_erasing_the_customer_erases_what_was_said_and_not_what_was_decided(shop: SalesShop) -> None:
    sold, ben, mia = Sold(shop), shop.writer(shop.ben), shop.writer(shop.mia)
    ben.done(opened := sold.opened(ben))
    mia.done(answer(opened.id, "upheld"))
    with shop.database.transaction() as connection:
        erasing.erase_customer(connection, sold.order.customer or "", shop.clock())
    assert shop.stored("dispute", opened.id) is None
    assert sold.credits() == {shop.ben.id: TOTAL, None: TOTAL}
    shop.check()


def test_who_sees_a_dispute(shop: SalesShop) -> None:
    sold, ben = Sold(shop), shop.writer(shop.ben)
    ben.done(opened := sold.opened(ben))
    card = card_key("dispute", opened.id)
    assert card is not None

    def seen(account: Account) -> tuple[bool, bool]:
        writer = shop.writer(account)
        writer.pull()
        return writer.holds("dispute", opened.id), writer.holds(*card)

    assert [seen(each) for each in (shop.ada, shop.ben, shop.mia, shop.cleo)] == [
        (False, False), (False, True), (True, False), (False, False),
    ]  # fmt: skip


def test_refusals_name_their_rule(shop: SalesShop) -> None:
    sold, ben, mia, cleo = Sold(shop), shop.writer(shop.ben), shop.writer(shop.mia), shop.writer(shop.cleo)
    assert "had a part" in cleo.one(sold.opened(cleo)).detail
    assert "needs a reason" in ben.one(sold.opened(ben, " ")).detail
    other = Create(kind="dispute", id=dispute_id(sold.order.id, "Alpha", shop.ada.id), doc=sold.opened(ben).doc)
    assert ben.one(other).field == "id"
    ben.done(opened := sold.opened(ben))
    assert ben.one(opened).code == "conflict"
    assert ben.one(answer(opened.id, "upheld")).code == "not_found"
    assert "in words" in mia.one(answer(opened.id, "upheld", "")).detail
    mia.done(answer(opened.id, "declined"))
    late = mia.one(answer(opened.id, "upheld"))
    assert ("since" in late.detail, late.winner) == (True, shop.mia.id)
    shop.set_mode("team")
    ada = shop.writer(shop.ada)
    assert "Team Mode" in ada.one(sold.opened(ada)).detail
    assert "Only the store's manager" in ada.one(answer(opened.id, "upheld", was="declined")).detail

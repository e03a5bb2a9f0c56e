"""How far stores are with corporate tasks: counted as they change, for those who lead the stores, and never whose."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from functools import partial
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from sellmode_backend.accounts import directory
from sellmode_backend.briefs import corporate_tasks
from sellmode_backend.store import records
from sellmode_backend.store.brief_cards import card_id
from sellmode_backend.store.migrations import migrate
from sellmode_contract.kinds.corporate_brief import BriefCard, CorporateBrief
from sellmode_contract.kinds.corporate_task import CorporateTask
from sellmode_contract.mutations import Create, Finish, Remove, Reopen
from tests.backend.people import add_person
from tests.backend.rules.rules_shop import RulesShop
from tests.backend.sync.pushing import Writer, at_once, uuid7
from tests.support.older_database import make_older


def announce(shop: RulesShop, **fields: Any) -> str:
    brief = CorporateBrief(id=uuid7(), **{"title": "Count the stock", "created_at": shop.clock(), **fields})
    shop.write(brief)
    return brief.id


def counts(shop: RulesShop) -> dict[tuple[str, str], tuple[int, int, int, int]]:
    """Open, done, dismissed and expired by brief and store, as the cards say."""
    with shop.database.snapshot() as connection:
        cards = [card for card in records.each(connection, "brief_card") if isinstance(card, BriefCard)]
    assert {card.id for card in cards} == {card_id(card.brief, card.store) for card in cards}
    return {(card.brief, card.store): (card.open, card.done, card.dismissed, card.expired) for card in cards}


def counted(shop: RulesShop) -> dict[tuple[str, str], tuple[int, int, int, int]]:
    """The same, from the tasks."""
    with shop.database.snapshot() as connection:
        tasks = [task for task in records.each(connection, "corporate_task") if isinstance(task, CorporateTask)]
    found: dict[tuple[str, str], Counter[str]] = {}
    for task in tasks:
        found.setdefault((task.brief, task.store), Counter())[task.state] += 1
    return {key: (by["open"], by["done"], by["dismissed"], by["expired"]) for key, by in found.items()}


def finish(brief: str, person: str, how: Any = "done") -> Finish:
    reason = "no time" if how == "dismissed" else ""
    return Finish(kind="corporate_task", id=corporate_tasks.task_id(brief, person), how=how, reason=reason)


def test_a_card_counts_what_becomes_of_a_stores_tasks(shop: RulesShop) -> None:
    brief = announce(shop)
    shop.run()
    assert counts(shop) == {(brief, "Alpha"): (3, 0, 0, 0), (brief, "Beta"): (1, 0, 0, 0)}
    ada, ben = shop.writer(shop.ada), shop.writer(shop.ben)
    ada.done(finish(brief, shop.ada.id))
    ben.done(finish(brief, shop.ben.id, "dismissed"))
    assert counts(shop)[brief, "Alpha"] == (1, 1, 1, 0)
    ada.done(Reopen(kind="corporate_task", id=corporate_tasks.task_id(brief, shop.ada.id)))
    assert counts(shop)[brief, "Alpha"] == (2, 0, 1, 0)
    with shop.database.transaction() as connection:
        directory.move(connection, shop.ada, "Beta")
    shop.run()
    assert counts(shop) == {(brief, "Alpha"): (1, 0, 1, 0), (brief, "Beta"): (2, 0, 0, 0)}


def test_what_was_done_stays_counted_when_it_is_taken_back(shop: RulesShop) -> None:
    hana = shop.writer(add_person(shop.database, "hana", "Alpha", "Beta", role="head_office"))
    made = Create(kind="corporate_brief", id=uuid7(), doc={"title": "Count the stock"})
    hana.done(made)
    shop.run()
    shop.writer(shop.ada).done(finish(made.id, shop.ada.id))
    hana.done(Remove(kind="corporate_brief", id=made.id))
    shop.run()
    assert counts(shop) == {(made.id, "Alpha"): (0, 1, 0, 2), (made.id, "Beta"): (0, 0, 0, 1)}


@pytest.mark.parametrize("mode", ["associate", "team"])
def test_who_leads_a_store_sees_how_far_it_is_and_nobody_else(shop: RulesShop, mode: str) -> None:
    shop.set_mode(mode)
    brief = announce(shop)
    shop.run()
    shop.writer(shop.ada).done(finish(brief, shop.ada.id))
    hana = shop.writer(add_person(shop.database, "hana", "Alpha", role="head_office"))
    seen = {
        account.user_name: {store for store in ("Alpha", "Beta") if _holds(shop.writer(account), brief, store)}
        for account in (shop.ada, shop.mia, shop.cleo)
    }
    assert seen == {"ada": set(), "mia": {"Alpha"}, "cleo": set()}
    assert {store for store in ("Alpha", "Beta") if _holds(hana, brief, store)} == {"Alpha"}
    assert hana.shown("brief_card", card_id(brief, "Alpha")) == BriefCard(
        id=card_id(brief, "Alpha"), store="Alpha", brief=brief, open=2, done=1
    )
    # Whose task it is, and so who has done it, is not theirs to see in either mode.
    assert not [kind for kind, _ in hana.terminal.visible() if kind == "corporate_task"]


def _holds(writer: Writer, brief: str, store: str) -> bool:
    writer.pull()
    return writer.holds("brief_card", card_id(brief, store))


def test_people_who_end_theirs_at_once_are_all_counted(shop: RulesShop) -> None:
    people = [add_person(shop.database, f"p{number}", "Alpha") for number in range(6)]
    brief = announce(shop, stores=("Alpha",))
    shop.run()
    writers = [shop.writer(person) for person in people]
    at_once(*(partial(writer.done, finish(brief, writer.account.id)) for writer in writers), shop.run)
    assert counts(shop) == counted(shop) == {(brief, "Alpha"): (3, 6, 0, 0)}


_STEPS = st.lists(
    st.tuples(
        st.sampled_from(["announce", "take back", "finish", "dismiss", "reopen", "disable", "enable", "move", "later"]),
        st.integers(0, 3),
        st.integers(0, 3),
    ),
    max_size=25,
)


@given(steps=_STEPS)
def test_cards_say_what_counting_would(busy_shop: RulesShop, steps: list[tuple[str, int, int]]) -> None:
    shop, briefs = busy_shop, list[str]()
    people = [shop.ada, shop.ben, shop.mia, shop.cleo]
    for what, which, who in steps:
        _step(shop, briefs, what, which, people[who])
        assert counts(shop) == counted(shop)


def _step(shop: RulesShop, briefs: list[str], what: str, which: int, person: Any) -> None:
    brief = briefs[which % len(briefs)] if briefs else ""
    match what:
        case "announce":
            expires = f"{shop.clock() + dt.timedelta(days=which):%Y-%m-%d}"
            briefs.append(announce(shop, stores=("Alpha",) if which == 1 else (), expires=expires if which > 1 else ""))
        case "disable" | "enable" | "move":
            with shop.database.transaction() as connection:
                if what == "move":
                    directory.move(connection, person, ("Alpha", "Beta")[which % 2])
                elif what == "enable":
                    directory.enable(connection, person)
                else:
                    directory.disable(connection, person, now=shop.clock())
        case "later":
            shop.clock.forward(days=1)
        case _ if not brief:
            return
        case "take back":
            _change(shop, "corporate_brief", brief, withdrawn=True)
        case "finish" | "dismiss" | "reopen":
            state = {"finish": "done", "dismiss": "dismissed", "reopen": "open"}[what]
            _change(shop, "corporate_task", corporate_tasks.task_id(brief, person.id), state=state)
    shop.run()


def _change(shop: RulesShop, kind: str, id: str, **fields: Any) -> None:
    with shop.database.snapshot() as connection:
        held = records.read(connection, kind, id)
    if held is not None:
        shop.write(msgspec.structs.replace(held, **fields))


def test_an_older_database_gets_the_cards_of_what_is_there(shop: RulesShop) -> None:
    first, second = announce(shop), announce(shop, stores=("Alpha",))
    shop.run()
    shop.writer(shop.ada).done(finish(first, shop.ada.id))
    hana = shop.writer(add_person(shop.database, "hana", "Alpha", "Beta", role="head_office"))
    with shop.database.transaction() as connection:
        connection.execute(sa.text("DELETE FROM record WHERE kind = 'brief_card'"))
    hana.pull()
    with shop.database.transaction() as connection:
        make_older(connection, "0003")
    migrate(shop.database)
    assert counts(shop) == counted(shop)
    assert len(counts(shop)) == 3
    hana.pull()
    assert hana.shown("brief_card", card_id(first, "Alpha")) == _stored(shop, card_id(first, "Alpha"))
    shop.writer(shop.ben).done(finish(second, shop.ben.id))
    assert counts(shop) == counted(shop)


def _stored(shop: RulesShop, id: str) -> Any:
    with shop.database.snapshot() as connection:
        return records.read(connection, "brief_card", id)

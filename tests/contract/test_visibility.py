"""The mode table against the plain predicate, over random retailers, and the statements the modes are sold with."""

from __future__ import annotations

import importlib
import itertools
import pkgutil

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sellmode_contract import audiences, kinds, visibility
from sellmode_contract.kinds import BY_RECORD, KINDS
from sellmode_contract.kinds.consent import Consent
from sellmode_contract.kinds.customer import Customer, CustomerCard
from sellmode_contract.kinds.kind import Kind
from sellmode_contract.kinds.parked_edit import ParkedEdit
from sellmode_contract.kinds.rule_task import RuleTask
from sellmode_contract.kinds.sent_lookbook import SentLookbook
from sellmode_contract.records import Record
from sellmode_contract.visibility import Account
from tests.support.worlds import NOON, Move, World, moves, sees, worlds


def _visible(world: World, account: Account, record: Record) -> bool:
    return visibility.visible(world.mode, account, visibility.tags(record, world.customer_of(record)))


def _after(world: World, happened: list[Move]) -> World:
    for move in happened:
        world = move(world)
    return world


histories = st.builds(_after, worlds(), st.lists(moves(), max_size=8))


def test_every_kind_that_a_module_declares_is_one_of_the_kinds() -> None:
    names = [each.name for each in pkgutil.iter_modules(kinds.__path__, f"{kinds.__name__}.")]
    modules = [importlib.import_module(name) for name in names]
    declared = {each.name for module in modules for each in vars(module).values() if isinstance(each, Kind)}
    assert declared == set(KINDS)
    assert len(BY_RECORD) == len(KINDS)


@given(histories)
def test_the_table_and_the_plain_rules_agree(world: World) -> None:
    for account, record in itertools.product(world.accounts, world.with_cards):
        assert _visible(world, account, record) == sees(world, account, record), (world.mode, account, record)


@given(histories)
def test_a_record_fits_the_scopes_of_its_tags(world: World) -> None:
    columns: tuple[audiences.Column, ...] = ("team", "own")
    for record, column in itertools.product(world.with_cards, columns):
        tag = visibility.tags(record, world.customer_of(record)).in_column(column)
        if tag is not None:
            assert visibility.fits(record, visibility.scope_name(column, tag)), record


@pytest.mark.parametrize("scope", ["team/store:2", "own/person:1:b", "own/person:2:a", "own/all", "team/all"])
def test_a_customer_fits_no_other_scope(scope: str) -> None:
    assert not visibility.fits(Customer(id="c", store="1", owner="a"), scope)


@given(histories)
def test_both_tags_of_a_record_name_one_feed(world: World) -> None:
    for record in world.with_cards:
        tags = visibility.tags(record, world.customer_of(record))
        assert len({audiences.feed_of(tag) for tag in tags if tag is not None}) <= 1, record


@given(histories)
def test_a_record_is_in_one_scope_of_an_account_or_in_none(world: World) -> None:
    for account, record in itertools.product(world.accounts, world.with_cards):
        tags = visibility.tags(record, world.customer_of(record))
        in_scopes = {f"team/{tags.team}", f"own/{tags.own}"} & visibility.scopes(world.mode, account)
        assert len(in_scopes) == _visible(world, account, record)


@given(histories)
def test_cards_never_carry_what_the_record_itself_would_show(world: World) -> None:
    for customer in world.customers:
        (card,) = visibility.cards(customer)
        assert set(msgspec.structs.asdict(card)) == {
            *("id", "customer", "name", "owner", "tier", "last_contact", "waiting"),
        }


# ------------------------------------------------------------------ fail closed


@given(histories, st.text(max_size=12).filter(lambda mode: mode not in ("associate", "team")))
def test_an_unknown_mode_shows_nothing_to_anybody(world: World, mode: str) -> None:
    for account, record in itertools.product(world.accounts, world.with_cards):
        assert not visibility.visible(mode, account, visibility.tags(record, world.customer_of(record)))
        assert visibility.scopes(mode, account) == frozenset()


@pytest.mark.parametrize(
    "wrong",
    [
        {"active": False},
        {"stores": ()},
        {"stores": ("S1", "S2")},
        {"role": ""},
        {"role": "Manager"},
        {"role": "janitor", "capabilities": frozenset({"read_profiles", "sell", "reassign", "report"})},
    ],
)
@pytest.mark.parametrize("mode", ["associate", "team"])
def test_an_account_that_is_not_right_belongs_nowhere(mode: str, wrong: dict[str, object]) -> None:
    right = Account(id="A1", user_name="a", name="A", role="manager", stores=("S1",))
    assert visibility.scopes(mode, right)
    assert visibility.scopes(mode, msgspec.structs.replace(right, **wrong)) == frozenset()


@given(histories)
def test_who_is_of_no_store_or_disabled_sees_nothing(world: World) -> None:
    for account, record in itertools.product(world.accounts, world.with_cards):
        if not account.active or not account.stores:
            assert not _visible(world, account, record)


def test_a_customer_without_a_store_is_nobodys() -> None:
    lost = Customer(id="c", owner="A1")
    assert visibility.tags(lost) == (None, None)
    (card,) = visibility.cards(lost)
    assert visibility.tags(card, lost) == (None, None)


def test_what_belongs_to_an_unknown_customer_is_nobodys() -> None:
    orphans: list[Record] = [
        SentLookbook(id="x", customer="c", at=NOON),
        Consent(id="x", customer="c", channel="email"),
        ParkedEdit(id="x", customer="c", author="A1", at=NOON, operation={}),
        CustomerCard(id="x", customer="c", name="Ana"),
        RuleTask(id="x", customer="c", store="S1"),
    ]
    assert {visibility.tags(orphan) for orphan in orphans} == {audiences.Tags(None, None)}


# ------------------------------------------------------------------ the modes' statements


def _sellers(world: World) -> list[Account]:
    """Active associates and managers of one store who read nobody else's profiles."""
    return [
        account
        for account in world.accounts
        if account.active
        and account.role in ("associate", "manager")
        and len(account.stores) == 1
        and "read_profiles" not in account.capabilities
    ]


def _in_mode(world: World, mode: str) -> World:
    return World(mode, world.stores, world.accounts, world.records)


def _customers_of(world: World, account: Account) -> set[str]:
    return {customer.id for customer in world.customers if _visible(world, account, customer)}


@given(histories)
def test_associate_mode_an_associate_sees_their_own_customers_only(world: World) -> None:
    world = _in_mode(world, "associate")
    for account in _sellers(world):
        own = {c.id for c in world.customers if c.owner == account.id and c.store in account.stores}
        nobodys = {c.id for c in world.customers if c.owner is None and c.store in account.stores}
        assert _customers_of(world, account) == (own | nobodys if account.role == "manager" else own)


@given(histories)
def test_associate_mode_no_two_associates_see_the_same_customer(world: World) -> None:
    world = _in_mode(world, "associate")
    associates = [account for account in _sellers(world) if account.role == "associate"]
    for one, other in itertools.combinations(associates, 2):
        assert not _customers_of(world, one) & _customers_of(world, other)


@given(histories)
def test_team_mode_everybody_of_a_store_sees_the_same_customers(world: World) -> None:
    world = _in_mode(world, "team")
    for account in _sellers(world):
        assert _customers_of(world, account) == {c.id for c in world.customers if c.store in account.stores}


@given(histories)
def test_associate_mode_one_person_sees_an_open_rule_task_of_an_owned_customer(world: World) -> None:
    world = _in_mode(world, "associate")
    for task in world.records:
        customer = world.customer_of(task)
        if not isinstance(task, RuleTask) or task.done_by is not None or customer is None or customer.owner is None:
            continue
        seen_by = {account.id for account in _sellers(world) if _visible(world, account, task)}
        at_work = {account.id for account in _sellers(world) if customer.store in account.stores}
        assert seen_by == {customer.owner} & at_work


@given(histories)
def test_other_stores_are_out_of_sight_in_both_modes(world: World) -> None:
    for account, mode in itertools.product(_sellers(world), ("associate", "team")):
        for customer in world.customers:
            if customer.store not in account.stores:
                assert not _visible(_in_mode(world, mode), account, customer)


# ------------------------------------------------------------------ why


@given(histories)
def test_why_says_what_is_so(world: World) -> None:
    if world.mode not in ("associate", "team"):
        return
    for account, record in itertools.product(world.accounts, world.with_cards):
        reason = visibility.why(world.mode, account, record, world.customer_of(record))  # type: ignore[arg-type]  # known
        assert reason.visible == sees(world, account, record)
        assert reason.rule


def test_why_has_no_answer_in_an_unknown_mode() -> None:
    account = Account(id="A1", user_name="a", name="A", role="associate", stores=("S1",))
    with pytest.raises(ValueError, match="unknown mode"):
        visibility.why("nonsense", account, Customer(id="c"))  # type: ignore[arg-type]  # that is the point

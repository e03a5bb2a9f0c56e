"""Whose figures an account may see."""

from __future__ import annotations

from typing import NamedTuple

from sellmode_contract import visibility
from sellmode_contract.audiences import lead_audience
from sellmode_contract.visibility import Account
from sellmode_tui.language import tr
from sellmode_tui.records.context import Context


class Subject(NamedTuple):
    """Whose figures are meant."""

    stores: tuple[str, ...]
    """One, or several that are added up."""
    person: str | None = None
    name: str = ""


def subjects(around: Context) -> list[Subject]:
    """Stores and people; what the account is shown first comes first."""
    account = around.account
    if account is None or not account.stores:
        return []
    stores = [Subject((store,), None, around.store_name(store)) for store in account.stores]
    if len(stores) > 1:
        stores.insert(0, Subject(tuple(account.stores), None, tr("all stores")))
    if leads(account):
        return [*stores, *people(around)]
    if visibility.column(around.mode or "", account) == "own":
        return [Subject((account.stores[0],), account.id, account.name)]
    return stores


def leads(account: Account) -> list[str]:
    """The stores whose people's figures an account may see."""
    audiences = visibility.audiences(account)
    return [store for store in account.stores if lead_audience(store) in audiences]


def people(around: Context) -> list[Subject]:
    """The people whose figures the account may see because it leads their stores, by name."""
    led = leads(around.account) if around.account else []
    return [Subject((each.store,), each.id, each.name) for each in around.colleagues if each.store in led]

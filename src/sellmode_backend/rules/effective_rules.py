"""The rules in effect in a store, with its time zone."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy.engine import Connection

from sellmode_backend.store import reading, settings
from sellmode_contract.kinds.retailer import Retailer, zone_of
from sellmode_contract.kinds.staff import Staff
from sellmode_contract.kinds.task_rule import TaskRule
from sellmode_contract.rules import judging
from sellmode_contract.rules.judging import Prepared, UnfitRule


class House(NamedTuple):
    """A retailer with all its rules."""

    retailer: Retailer
    rules: tuple[TaskRule, ...]
    unreadable: tuple[str, ...] = ()
    """Ids of rules whose documents cannot be read."""

    def stores(self) -> Iterator[StoreRules]:
        """Each store with its rules."""
        return (self.store(entry.id) for entry in self.retailer.stores)

    def store(self, id: str) -> StoreRules:
        """A store with its rules."""
        here = tuple(rule for rule in self.rules if rule.store in (None, id))
        return StoreRules(id, zone_of(self.retailer, id), self.retailer, here, self.unreadable)


class StoreRules:
    """The rules that a store has, those included that are switched off or have another one in their place."""

    def __init__(
        self,
        store: str,
        zone: ZoneInfo,
        retailer: Retailer,
        rules: tuple[TaskRule, ...],
        unreadable: tuple[str, ...] = (),
    ) -> None:
        self.store, self.zone, self.retailer = store, zone, retailer
        self.unreadable = unreadable
        """Ids of rules, of any store, whose documents cannot be read."""
        self.by_slug = {rule.slug: rule for rule in rules}
        """One of each slug: who asks wants to know whether there is any."""
        self._rules = rules
        self._standing = judging.standing(rules, store)

    @cached_property
    def fingerprint(self) -> str:
        """Another one if anything has changed by which all customers are to be looked at anew."""
        retailer = self.retailer
        told = (retailer.mode, retailer.currency, retailer.custom_fields, retailer.first_import)
        gone_by = (self._rules, self.zone.key, told)
        return hashlib.sha256(msgspec.json.encode(gone_by)).hexdigest()

    @property
    def slugs(self) -> list[str]:
        """The slugs of the rules that are switched on."""
        return [rule.slug for rule in self._standing]

    @cached_property
    def capped(self) -> list[str]:
        """The slugs of the rules that have a cap."""
        return [rule.slug for rule in self._standing if rule.daily_cap is not None]

    def prepared(self) -> tuple[list[Prepared], list[UnfitRule]]:
        """The rules that make tasks here, and what is wrong with those that make no sense (any more)."""
        found: list[Prepared] = []
        unfit: list[UnfitRule] = []
        for rule in self._standing:
            try:
                found.append(judging.prepare(rule, self.retailer))
            except UnfitRule as error:
                unfit.append(error)
        return found, unfit


def read(connection: Connection) -> House | None:
    """The retailer and its rules; None before there is a retailer."""
    retailer = settings.retailer(connection)
    if retailer is None:
        return None
    rules = list(reading.each(connection, "task_rule", TaskRule))
    return House(
        retailer,
        tuple(rule for _, rule in rules if rule is not None),
        tuple(id for id, rule in rules if rule is None),
    )


def staff(connection: Connection) -> list[Staff]:
    """The people whom audiences may name."""
    return [one for _, one in reading.each(connection, "staff", Staff) if one is not None]

"""Targets: what a figure of a store, or of one of its people, is to come to in a month."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sellmode_contract.audiences import LEAD, Row, Rule, person_audience, store_audience
from sellmode_contract.ids import source_id
from sellmode_contract.kinds.fields import Goal, Month, OneOf, Ref
from sellmode_contract.kinds.kind import Card, Kind, text_in
from sellmode_contract.records import EditedRecord, Instant
from sellmode_contract.results.kpis import AIMS
from sellmode_contract.translatable import Translatable


class _Aimed(EditedRecord, frozen=True, kw_only=True):
    store: str
    person: str | None = None
    """Staff id of whose target it is; None: the store's."""
    kpi: str
    month: str
    """Of the store: ``2026-11``."""
    value: int
    """In the smallest steps in which the figure is written: money in minor units, a share in tenths of a percent."""
    currency: str = ""
    """Of money: the retailer's when it was set."""
    set_by: str = ""
    """Staff id; empty for what a list told."""
    set_at: Instant | None = None


class Target(_Aimed, frozen=True, kw_only=True):
    """A target. Of a store or person, figure and month there is one."""


class TargetCard(_Aimed, frozen=True, kw_only=True):
    """The same for those whose figure it is about, where the mode shows it to them."""


def target_id(store: str, person: str | None, kpi: str, month: str) -> str:
    """The id of a target."""
    return source_id("target", "sellmode", f"{store}\x1f{person or ''}\x1f{kpi}\x1f{month}")


def _id_of(target: Mapping[str, Any]) -> str:
    store, person, kpi, month = (text_in(target, name) for name in ("store", "person", "kpi", "month"))
    return target_id(store, person, kpi, month)


def _card(target: Target, id: str) -> TargetCard:
    fields = {name: getattr(target, name) for name in _Aimed.__struct_fields__}
    return TargetCard(**{**fields, "id": id})


def _words(target: Mapping[str, Any], _: str) -> str:
    kpi = text_in(target, "kpi")
    return Translatable(
        "target of {month} for {figure}", month=text_in(target, "month"), figure=Translatable.said(AIMS.get(kpi, kpi))
    )


TARGET = Kind(
    name="target",
    record=Target,
    row=Row("target of a store, or of one of its people", LEAD, LEAD),
    noun="target",
    fields=(
        Ref(name="store", to="store", write="once"),
        Ref(name="person", to="staff", write="once"),
        OneOf(name="kpi", label="figure", choices=AIMS, required="A target is for a figure.", write="once"),
        Month(name="month", required="A target is for a month.", write="once"),
        Goal(name="value", label="target"),
    ),
    verbs=frozenset({"create", "edit", "remove"}),
    capability="report",
    stamps={"store": "store", "set_by": "author", "set_at": "now"},
    columns=("store", "person", "month"),
    card=Card(TargetCard, _card),
    id_of=_id_of,
    page="Targets",
    tab=False,
    listed=("kpi", "month", "person", "store", "value"),
    command="targets",
    words=_words,
)
TARGET_CARD = Kind(
    name="target_card",
    record=TargetCard,
    row=Row(
        "card of a target, for whose figure it is",
        Rule("everyone in the store, of the store's own", lambda card, _: _of_store(card)),
        Rule("the person whose it is", lambda card, _: _of_person(card)),
    ),
    noun="target",
    columns=("store", "person", "month"),
    words=_words,
)


def _of_store(card: TargetCard) -> str | None:
    return None if card.person else store_audience(card.store)


def _of_person(card: TargetCard) -> str | None:
    return person_audience(card.store, card.person) if card.person else None

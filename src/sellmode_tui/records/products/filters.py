"""Filters of products as SQL over the cache. ``filters.matches`` over ``product_values`` says what they mean.

A filter is asked of each variant ``g``, a row of the catalogue; ``p`` is its product, ``s`` its stock.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Final

from sellmode_contract.filters import And, Comparison, Field, Node, Not, Or, Words
from sellmode_contract.product_search import PRODUCT_FIELDS
from sellmode_contract.search import words
from sellmode_tui.cache import catalogue
from sellmode_tui.cache.store import Reading
from sellmode_tui.records.context import Context
from sellmode_tui.records.customers.filters import SQL, Compiler, Held, Parameter, joined

_COLUMNS: Final = {
    "title": "p.title",
    "sku": "nullif(p.sku, '')",
    "barcode": "nullif(p.barcode, '')",
    "vendor": "nullif(g.vendor, '')",
    "type": "nullif(g.type, '')",
    "category": "nullif(g.category, '')",
    "active": "g.active",
    "reduced": "ifnull(p.doc ->> '$.compare_at' > g.price, 0)",
}
"""The fields with one value, but for prices and stock."""
_REPEATED: Final = {
    "tag": Held("nullif(e.value, '')", "json_each(p.doc, '$.tags') e"),
    "option": Held("nullif(e.value ->> '$.value', '')", "json_each(p.doc, '$.options') e"),
}


class ProductCompiler(Compiler):
    """Makes conditions on variants of trees, for one reading."""

    def __init__(self, reading: Reading, context: Context, today: dt.date) -> None:
        super().__init__(reading, context, today)
        self._fields = {field.name: field for field in PRODUCT_FIELDS}

    def condition(self, tree: Node) -> SQL:
        """Words are looked up in the index, once there is one."""
        if isinstance(tree, Words):
            return self._with_words(tree.text) or SQL("sellmode_product_found(p.doc, ?)", (tree.text,))
        return super().condition(tree)

    def source(self, condition: SQL, more: str = "") -> str:
        """What follows FROM for variants, with what a condition and ``more`` SQL ask about them."""
        text = f"{condition.text} {more}"
        tables = [f"{'catalogue' if self._reading.built else catalogue.BARE} g"]
        if "p." in text:
            tables.append("JOIN product p ON p.pk = g.product")
        if "s." in text:
            tables.append(f"LEFT JOIN stock s ON s.product = g.id AND {self._reading.only_visible('s')}")
        return " ".join(tables)

    def here(self) -> SQL:
        """How many pieces there are in the account's stores; NULL where no stock is known."""
        marks = ",".join("?" * len(self._stores))
        total = f"SELECT sum(e.value) FROM json_each(s.doc, '$.available') e WHERE e.key IN ({marks})"
        return SQL(f"CASE WHEN s.pk IS NOT NULL THEN ifnull(({total}), 0) END", self._stores)

    def elsewhere(self) -> SQL:
        """How many there are in all other stores."""
        marks = ",".join("?" * len(self._stores))
        total = f"SELECT sum(max(e.value, 0)) FROM json_each(s.doc, '$.available') e WHERE e.key NOT IN ({marks})"
        return SQL(f"CASE WHEN s.pk IS NOT NULL THEN ifnull(({total}), 0) END", self._stores)

    def comparison(self, comparison: Comparison) -> SQL:
        """One of the tree's comparisons. Whoever has a text's words in that field has them in the index, too."""
        test = self._asked(self._fields[comparison.field], comparison)
        if comparison.type not in ("text", "tag") or comparison.operator == "*":
            return test
        indexed = [self._with_words(value) for value in comparison.values if isinstance(value, str)]
        if not all(indexed):
            return test
        return joined(" AND ", [joined(" OR ", [each for each in indexed if each]), test])

    def _asked(self, field: Field, comparison: Comparison) -> SQL:
        if field.name in _REPEATED:
            source = _REPEATED[field.name]
            test = self.test(comparison, f"({source.value})")
            return SQL(f"EXISTS (SELECT 1 FROM {source.rows} WHERE {test.text})", test.parameters)
        match field.name:
            case "stock":
                return self._of(self.here(), comparison)
            case "elsewhere":
                return self._of(self.elsewhere(), comparison)
            case "price":
                value = SQL("CASE WHEN g.currency = ? THEN g.price END", (self._around.currency,))
                return self._of(value, comparison)
        return self.test(comparison, f"({_COLUMNS[field.name]})")

    def _of(self, value: SQL, comparison: Comparison) -> SQL:
        """A comparison with a value that has parameters of its own, worked out once."""
        test = self.test(comparison, "v.x")
        return SQL(f"(SELECT {test.text} FROM (SELECT {value.text} AS x) v)", (*test.parameters, *value.parameters))

    def _with_words(self, text: str) -> SQL | None:
        """Variants with some words; None where no index says so."""
        if not self._reading.built or not words(text) or not (typed := catalogue.match(text)):
            return None
        return SQL(f"g.product IN (SELECT rowid FROM {catalogue.WORDS} WHERE {catalogue.WORDS} MATCH ?)", (typed,))

    @property
    def _stores(self) -> tuple[Parameter, ...]:
        return here(self._around)


def here(around: Context) -> tuple[str, ...]:
    """The account's stores: of these, stock is "here"."""
    return around.account.stores if around.account else ()


def named(tree: Node) -> Iterator[str]:
    """The fields that a filter names."""
    match tree:
        case And(items=items) | Or(items=items):
            for item in items:
                yield from named(item)
        case Not(item=item):
            yield from named(item)
        case Comparison(field=field):
            yield field

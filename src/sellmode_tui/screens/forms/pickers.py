"""Fields of a form that name other records: a customer, a colleague, stores, products."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar, Final

from sellmode_contract.filters import FilterError
from sellmode_contract.kinds.retailer import StoreEntry
from sellmode_contract.money import priced
from sellmode_contract.mutations import Rejected
from sellmode_tui.records import CustomerQuery, ProductLine, RecordStore
from sellmode_tui.screens.forms.completed_entry import CompletedEntry, Offer
from sellmode_tui.screens.forms.form_field import Unreadable
from sellmode_tui.screens.forms.text_entries import ChoiceEntry, TextEntry
from sellmode_tui.screens.kit.desk import Desk
from sellmode_tui.screens.kit.desk_screen import DeskScreen
from sellmode_tui.widgets.choice import Option

WORKS: Final = {"omnichannel": "omnichannel", "ecommerce": "e-commerce"}
_NAMED: Final = 4
"""Records that are named while one is typed."""
_OFFERED: Final = 50
"""Products that are offered while one is typed."""

Named = tuple[str, str]
"""Id and name of a record."""


class RefEntry(TextEntry):
    """One other record, by its name. Which is meant is said while it is typed."""

    HINT: ClassVar = "nobody; or a name"
    UNKNOWN: ClassVar = "Nobody whom you see is called so."
    SEVERAL: ClassVar = "Several are called so: type more of it."

    def __init__(
        self, path: str, label: str, desk: Desk, value: str | None = None, *, name: str = "", placeholder: str = ""
    ) -> None:
        """`value` is the id, `name` what it is called."""
        super().__init__(path, label, desk, name or value, placeholder=placeholder or self.HINT)
        self._known = value

    def find(self, records: RecordStore, text: str, limit: int) -> Sequence[Named]:
        """Those, no more than `limit`, that a text may mean. Called in a thread."""
        raise NotImplementedError

    def edited(self) -> None:
        """Look which it is."""
        super().edited()
        screen, text = self.screen, self.text.strip()
        if not (text and self.changed):
            self.say("")
        elif isinstance(screen, DeskScreen):
            screen.ask(
                lambda records: self._matching(records, text, _NAMED + 1),
                lambda found: self._tell(text, [name for _, name in found]),
                group=self.path,
            )

    def _matching(self, records: RecordStore, text: str, limit: int) -> Sequence[Named]:
        found = self.find(records, text, limit)
        exact = [each for each in found if each[1].casefold() == text.casefold()]
        return exact if len(exact) == 1 else found

    def _tell(self, text: str, names: Sequence[str]) -> None:
        if text != self.text.strip() or not self.is_mounted:
            return
        if not names:
            self.say(self.UNKNOWN)
        elif len(names) == 1:
            self.say(f"= {names[0]}")
        else:
            more = ", ..." if len(names) > _NAMED else ""
            self.say(f"Which of them: {', '.join(names[:_NAMED])}{more}? Type more of it.")

    @property
    def settled(self) -> Callable[[RecordStore], str | None]:
        """Finds the id."""
        text, known = self.text.strip(), self._known
        if not text:
            return lambda _: None
        return (lambda records: self._one(records, text)) if self.changed else (lambda _: known)

    def _one(self, records: RecordStore, text: str) -> str:
        found = self._matching(records, text, 2)
        if len(found) == 1:
            return found[0][0]
        raise Rejected("invalid", self.SEVERAL if found else self.UNKNOWN, field=self.path)


class CustomerEntry(RefEntry):
    """A customer, by name, number or e-mail address."""

    HINT = "nobody; or a name, number"
    SEVERAL = "Several are called so: type more, or the customer's number."

    def find(self, records: RecordStore, text: str, limit: int) -> Sequence[Named]:
        """By the beginnings of words, or else as commands name customers."""
        try:
            rows = records.customers.find(CustomerQuery(text=text)).rows(0, limit)
        except FilterError:
            rows = []
        found = [(row.id, row.name) for row in rows]
        return found or [
            (id, profile.customer.name)
            for id in records.customers.named(text, limit)
            if (profile := records.customers.profile(id))
        ]


class StaffEntry(RefEntry):
    """A colleague, or oneself."""

    def find(self, records: RecordStore, text: str, limit: int) -> Sequence[Named]:
        """By the beginnings of words."""
        return _beginning(text, ((each.id, each.name) for each in records.colleagues()))[:limit]


class StoreRefEntry(RefEntry):
    """One store."""

    HINT = "none; or a name"
    UNKNOWN = "No store is called so."

    def find(self, records: RecordStore, text: str, limit: int) -> Sequence[Named]:
        """By the beginnings of words."""
        retailer = records.retailer()
        return _beginning(text, ((each.id, each.name) for each in retailer.stores) if retailer else ())[:limit]


REFERENCES: Final[dict[str, type[RefEntry]]] = {
    "customer": CustomerEntry,
    "staff": StaffEntry,
    "store": StoreRefEntry,
}
"""By what is named."""


def _beginning(text: str, named: Iterable[Named]) -> list[Named]:
    """Those in whose names a word begins so, by name."""
    wanted = f" {text.casefold()}"
    found = [each for each in named if wanted in f" {each[1].casefold()}"]
    return sorted(found, key=lambda each: each[1].casefold())


class StoresEntry(CompletedEntry):
    """Stores by name; none is all of them."""

    def __init__(self, path: str, label: str, desk: Desk, value: Any = None, *, placeholder: str = "") -> None:
        """`value`: their ids."""
        retailer = desk.facts.retailer
        self._stores: Sequence[StoreEntry] = retailer.stores if retailer else ()
        names = {store.id: store.name for store in self._stores}
        shown = tuple(names.get(id, id) for id in value or ())
        super().__init__(path, label, desk, shown, placeholder=placeholder or "all; or names, with commas")

    def look(self, fragment: str, before: Sequence[str]) -> None:
        """Offer the stores whose names have a word that begins so."""
        named = ((store.id, store.name) for store in self._stores if fragment and store.name not in before)
        self.offer(fragment, [Offer(name) for _, name in _beginning(fragment, named)])

    @property
    def value(self) -> Any:
        """Ids. Raises Unreadable."""
        return [self._id_of(element) for element in super().value]

    @property
    def settled(self) -> Callable[[RecordStore], Any]:
        """The ids."""
        ids = self.value
        return lambda _: ids

    def _id_of(self, element: str) -> str:
        names = [(store.name.casefold(), store.id) for store in self._stores]
        wanted = element.casefold()
        found = [id for name, id in names if name == wanted] or [id for name, id in names if name.startswith(wanted)]
        if len(found) == 1:
            return found[0]
        raise Unreadable(self, f"{'Several stores are' if found else 'No store is'} called {element}.")


class ProductsEntry(CompletedEntry):
    """Products by SKU or by words of their names."""

    def __init__(self, path: str, label: str, desk: Desk, value: Any = None, *, placeholder: str = "") -> None:
        hint = placeholder or "none; or SKUs, words of names, commas"
        super().__init__(path, label, desk, tuple(value or ()), placeholder=hint)

    def look(self, fragment: str, before: Sequence[str]) -> None:
        """Say which those are that are named, and offer what is being typed."""
        screen, named = self.screen, list(before)
        if not (fragment or named):
            self.say("")
        elif isinstance(screen, DeskScreen):

            def read(records: RecordStore) -> tuple[list[ProductLine | None], list[ProductLine]]:
                return [_meant(records, each) for each in named], records.products_named(fragment, _OFFERED)

            screen.ask(read, lambda found: self._found(fragment, named, *found), group=self.path)

    def _found(
        self, fragment: str, named: Sequence[str], meant: Sequence[ProductLine | None], offers: Sequence[ProductLine]
    ) -> None:
        if not self.is_mounted:
            return
        said = [each.name if each else f"{text} is not clear" for text, each in zip(named, meant, strict=True)]
        self.say(f"= {'; '.join(said)}" if said else "")
        self.offer(fragment, [Offer(each.sku, _about(each)) for each in offers])

    @property
    def settled(self) -> Callable[[RecordStore], list[str]]:
        """Finds the SKUs."""
        elements: list[str] = self.value
        return lambda records: list(dict.fromkeys(self._one(records, element) for element in elements))

    def _one(self, records: RecordStore, text: str) -> str:
        product = _meant(records, text)
        if product is None:
            some = records.products_named(text, 1)
            detail = f"Several products are called {text}: type the SKU." if some else f"No product is called {text}."
            raise Rejected("invalid", detail, field=self.path)
        return product.sku


def _about(product: ProductLine) -> str:
    price = "" if product.price is None else priced(product.price, product.currency)
    return "  ".join(filter(None, (product.name, price)))


def _meant(records: RecordStore, text: str) -> ProductLine | None:
    """The one product that a text means."""
    found = records.products_named(text, 2)
    exact = [each for each in found if each.sku.casefold() == text.casefold()]
    return (exact or found)[0] if len(exact or found) == 1 else None


class WorksEntry(ChoiceEntry):
    """A kind of work, or all of them."""

    def __init__(self, path: str, label: str, desk: Desk, value: Any = None, *, placeholder: str = "all") -> None:
        """`placeholder` is what all of them are called."""
        options = (Option("", placeholder or "all"), *(Option(work, name) for work, name in WORKS.items()))
        super().__init__(path, label, desk, options, value[0] if value and len(value) == 1 else None)

    @property
    def value(self) -> Any:
        """A list of it; an empty one for all."""
        chosen = super().value
        return [chosen] if chosen else []

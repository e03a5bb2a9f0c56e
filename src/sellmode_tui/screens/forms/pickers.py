"""Fields of a form that name other records: a customer, a colleague, stores, products."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Final

from sellmode_contract.kinds.retailer import StoreEntry
from sellmode_contract.kinds.staff import Staff
from sellmode_contract.mutations import Rejected
from sellmode_contract.search import exact
from sellmode_tui.figures import priced
from sellmode_tui.language import marked, tr, trd
from sellmode_tui.records import ProductLine, RecordStore
from sellmode_tui.records.naming import SEVERAL, Named, matching, person
from sellmode_tui.screens.forms.completed_entry import CompletedEntry, Offer, OfferingEntry
from sellmode_tui.screens.forms.form_field import Unreadable
from sellmode_tui.screens.forms.text_entries import ChoiceEntry
from sellmode_tui.screens.kit.desk import Desk
from sellmode_tui.screens.kit.desk_screen import DeskScreen
from sellmode_tui.widgets.choice import Option

WORKS: Final = {"omnichannel": marked("omnichannel"), "ecommerce": marked("e-commerce")}
_OFFERED: Final = 50
"""Rows that are offered while something is typed."""


class RefEntry(OfferingEntry):
    """One other record. Those that may be meant are offered as rows while its name is typed."""

    HINT: ClassVar = marked("nobody; or a name")
    UNKNOWN: ClassVar = marked("No match")

    def __init__(
        self, path: str, label: str, desk: Desk, value: str | None = None, *, name: str = "", placeholder: str = ""
    ) -> None:
        """`value` is the id, `name` what it is called."""
        super().__init__(path, label, desk, name or value, placeholder=placeholder or trd(self.HINT))
        self._known = value
        self._picked = Named(value or "", name or value or "")
        """What the text stands for while it is that name."""

    def find(self, records: RecordStore, text: str, limit: int) -> Sequence[Named]:
        """Those, no more than `limit`, that a text may mean. Called in a thread."""
        raise NotImplementedError

    @property
    def picked(self) -> str:
        """The id of the one that was picked; empty if it was only typed, or nobody is meant."""
        return self._picked.id if self._is_picked else ""

    @property
    def changed(self) -> bool:
        """Another one of the same name is another one."""
        return super().changed or (self.is_mounted and self._is_picked and self.picked != (self._known or ""))

    @property
    def _is_picked(self) -> bool:
        return self.fragment == self._picked.name

    def edited(self) -> None:
        """Look who may be meant."""
        super().edited()
        screen, text = self.screen, self.fragment
        if not text or self._is_picked:
            self.say(f"= {', '.join(filter(None, self._picked[1:]))}" if text and self.changed else "")
        elif isinstance(screen, DeskScreen):
            screen.ask(
                lambda records: self.find(records, text, _OFFERED),
                lambda found: self._tell(text, found),
                group=self.path,
            )

    def _tell(self, text: str, found: Sequence[Named]) -> None:
        if not self.is_mounted or text != self.fragment or self._is_picked:
            return
        one = found[0] if len(found) == 1 else None
        if one is not None and exact(one.name) == exact(text):
            self.say(f"= {one.name}")
        else:
            self.offer(text, [Offer(each.name, each.about, each.id) for each in found])
            self.say(f"= {one.name}" if one else f"{trd(SEVERAL)}." if found else f"{trd(self.UNKNOWN)}.")

    def take(self, offer: Offer) -> None:
        """It is this one."""
        self._picked = Named(offer.id, offer.value, offer.about)
        self.type_in(offer.value)
        self.screen.focus_next()

    @property
    def settled(self) -> Callable[[RecordStore], str | None]:
        """Finds the id."""
        text, picked = self.fragment, self.picked
        if not text:
            return lambda _: None
        return (lambda _: picked) if picked else (lambda records: self._one(records, text))

    def _one(self, records: RecordStore, text: str) -> str:
        found = self.find(records, text, 2)
        if len(found) == 1:
            return found[0].id
        raise Rejected("invalid", f"{trd(SEVERAL if found else self.UNKNOWN)}.", field=self.path)


class CustomerEntry(RefEntry):
    """A customer, by name, number, phone or e-mail address."""

    HINT = marked("nobody; or a name, number")
    UNKNOWN = marked("No matching customer")

    def find(self, records: RecordStore, text: str, limit: int) -> Sequence[Named]:
        """As commands name customers."""
        return records.customers.meant(text, limit)


class StaffEntry(RefEntry):
    """A colleague, or oneself."""

    HINT = marked("nobody; or a colleague")
    UNKNOWN = marked("No matching colleague")

    def __init__(
        self,
        path: str,
        label: str,
        desk: Desk,
        value: str | None = None,
        *,
        name: str = "",
        placeholder: str = "",
        people: Sequence[Staff] | None = None,
    ) -> None:
        """`people` are those whom it may be, if not all colleagues."""
        super().__init__(path, label, desk, value, name=name, placeholder=placeholder)
        self._people = people

    def find(self, records: RecordStore, text: str, limit: int) -> Sequence[Named]:
        """By the beginnings of words, or `me`."""
        people = records.colleagues() if self._people is None else self._people
        me = self._desk.facts.account
        if me is not None and exact(text) == "me":
            return [person(each) for each in people if each.id == me.id]
        return matching(text, map(person, people))[:limit]


class StoreRefEntry(RefEntry):
    """One store."""

    HINT = marked("none; or a name")
    UNKNOWN = marked("No matching store")

    def find(self, records: RecordStore, text: str, limit: int) -> Sequence[Named]:
        """By the beginnings of words."""
        retailer = records.retailer()
        return matching(text, (Named(each.id, each.name) for each in retailer.stores) if retailer else ())[:limit]


REFERENCES: Final[dict[str, type[RefEntry]]] = {
    "customer": CustomerEntry,
    "staff": StaffEntry,
    "store": StoreRefEntry,
}
"""By what is named."""


class StoresEntry(CompletedEntry):
    """Stores by name; none is all of them."""

    def __init__(self, path: str, label: str, desk: Desk, value: Any = None, *, placeholder: str = "") -> None:
        """`value`: their ids."""
        retailer = desk.facts.retailer
        self._stores: Sequence[StoreEntry] = retailer.stores if retailer else ()
        names = {store.id: store.name for store in self._stores}
        shown = tuple(names.get(id, id) for id in value or ())
        super().__init__(path, label, desk, shown, placeholder=placeholder or tr("all; or names, with commas"))

    def look(self, fragment: str, before: Sequence[str]) -> None:
        """Offer the stores whose names have a word that begins so."""
        named = (Named(store.id, store.name) for store in self._stores if store.name not in before)
        self.offer(fragment, [Offer(each.name) for each in matching(fragment, named)])

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
        found = matching(element, (Named(store.id, store.name) for store in self._stores))
        if len(found) == 1:
            return found[0].id
        if found:
            raise Unreadable(self, tr("{name}: several stores match.", name=element))
        raise Unreadable(self, tr("{name}: no matching store.", name=element))


class ProductsEntry(CompletedEntry):
    """Products by SKU or by words of their names."""

    def __init__(self, path: str, label: str, desk: Desk, value: Any = None, *, placeholder: str = "") -> None:
        hint = placeholder or tr("none; or SKUs, words of names, commas")
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
        said = [
            each.name if each else tr("{text} is ambiguous", text=text) for text, each in zip(named, meant, strict=True)
        ]
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
            several = tr("Several products match {text}: type the SKU.", text=text)
            detail = several if some else tr("No product matches {text}.", text=text)
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

    def __init__(self, path: str, label: str, desk: Desk, value: Any = None, *, placeholder: str = "") -> None:
        """`placeholder` is what all of them are called."""
        options = (Option("", placeholder or tr("all")), *(Option(work, trd(name)) for work, name in WORKS.items()))
        super().__init__(path, label, desk, options, value[0] if value and len(value) == 1 else None)

    @property
    def value(self) -> Any:
        """A list of it; an empty one for all."""
        chosen = super().value
        return [chosen] if chosen else []

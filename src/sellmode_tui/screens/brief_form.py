"""What a head office asks of its people, to be made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar, Final

from textual.app import ComposeResult

from sellmode_contract.kinds.retailer import StoreEntry
from sellmode_contract.money import priced
from sellmode_contract.mutations import Rejected
from sellmode_contract.rules.templates import PLACES
from sellmode_contract.store_time import read_due
from sellmode_tui.screens.completed_entry import CompletedEntry, Offer
from sellmode_tui.screens.desk import Desk
from sellmode_tui.screens.desk_screen import DeskScreen
from sellmode_tui.screens.form_fields import AreaEntry, ChoiceEntry, TextEntry, Unreadable
from sellmode_tui.screens.form_screen import FormScreen, Write
from sellmode_tui.screens.profile_page import CONTACTS
from sellmode_tui.screens.task_form import DueEntry
from sellmode_tui.visibility import BriefDetails, Door, ProductLine
from sellmode_tui.widgets.choice import Option

WORKS: Final = {"omnichannel": "omnichannel", "ecommerce": "e-commerce"}
_WORKS: Final = (Option("", "all"), *(Option(work, name) for work, name in WORKS.items()))
_ACTIONS: Final = (Option("", "none"), *(Option(channel, name) for channel, name in CONTACTS.items()))
_PLACES: Final = ", ".join(f"{{{place}}}" for place in PLACES if place not in ("about", "whose", "day"))
_OFFERED: Final = 50
"""Products that are offered while one is typed."""


class StoresEntry(CompletedEntry):
    """Stores by name; none is all of them."""

    def __init__(self, desk: Desk, names: Sequence[str]) -> None:
        super().__init__("stores", "Stores", desk, tuple(names), placeholder="all; or names, with commas")

    @property
    def _stores(self) -> Sequence[StoreEntry]:
        retailer = self._desk.facts.retailer
        return retailer.stores if retailer else ()

    def look(self, fragment: str, before: Sequence[str]) -> None:
        """Offer the stores whose names have a word that begins so."""
        wanted = fragment.casefold()
        found = [
            store.name
            for store in self._stores
            if wanted and store.name not in before and f" {wanted}" in f" {store.name.casefold()}"
        ]
        self.offer(fragment, [Offer(name) for name in sorted(found, key=str.casefold)])

    @property
    def value(self) -> Any:
        """Ids. Raises Unreadable."""
        return [self._id_of(element) for element in super().value]

    def _id_of(self, element: str) -> str:
        names = [(store.name.casefold(), store.id) for store in self._stores]
        wanted = element.casefold()
        found = [id for name, id in names if name == wanted] or [id for name, id in names if name.startswith(wanted)]
        if len(found) == 1:
            return found[0]
        raise Unreadable(self, f"{'Several stores are' if found else 'No store is'} called {element}.")


class ProductsEntry(CompletedEntry):
    """Products by SKU or by words of their names."""

    def __init__(self, desk: Desk, skus: Sequence[str]) -> None:
        super().__init__("products", "Products", desk, tuple(skus), placeholder="none; or SKUs, words of names, commas")

    def look(self, fragment: str, before: Sequence[str]) -> None:
        """Say which those are that are named, and offer what is being typed."""
        screen, named = self.screen, list(before)
        if not (fragment or named):
            self.say("")
        elif isinstance(screen, DeskScreen):

            def read(door: Door) -> tuple[list[ProductLine | None], list[ProductLine]]:
                return [_meant(door, each) for each in named], door.products_named(fragment, _OFFERED)

            screen.ask(read, lambda found: self._found(fragment, named, *found), group="products")

    def _found(
        self, fragment: str, named: Sequence[str], meant: Sequence[ProductLine | None], offers: Sequence[ProductLine]
    ) -> None:
        if not self.is_mounted:
            return
        said = [each.name if each else f"{text} is not clear" for text, each in zip(named, meant, strict=True)]
        self.say(f"= {'; '.join(said)}" if said else "")
        self.offer(fragment, [Offer(each.sku, _about(each)) for each in offers])

    @property
    def skus(self) -> Callable[[Door], list[str]]:
        """Finds the SKUs, in a thread; raises Rejected for a product of which it is not clear which is meant."""
        elements: list[str] = self.value

        def find(door: Door) -> list[str]:
            return list(dict.fromkeys(_one(door, element) for element in elements))

        return find


def _about(product: ProductLine) -> str:
    price = "" if product.price is None else priced(product.price, product.currency)
    return "  ".join(filter(None, (product.name, price)))


def _meant(door: Door, text: str) -> ProductLine | None:
    """The one product that a text means."""
    found = door.products_named(text, 2)
    exact = [each for each in found if each.sku.casefold() == text.casefold()]
    return (exact or found)[0] if len(exact or found) == 1 else None


def _one(door: Door, text: str) -> str:
    product = _meant(door, text)
    if product is None:
        some = door.products_named(text, 1)
        detail = f"Several products are called {text}: type the SKU." if some else f"No product is called {text}."
        raise Rejected("invalid", detail, field="products")
    return product.sku


class ExpiryEntry(DueEntry):
    """When open tasks expire; empty for never."""

    def __init__(self, desk: Desk, value: str | None) -> None:
        super().__init__("expires", "Expires", desk, value)
        self._placeholder = "never; or fri, in 2 weeks, 12/24"


class BriefForm(FormScreen):
    """A corporate task that is not there yet."""

    BINDING_GROUP_TITLE = "Corporate task"
    KIND: ClassVar = "corporate_task"

    DEFAULT_CSS = """
    BriefForm AreaEntry { height: 8; }
    """

    def __init__(self, desk: Desk, like: BriefDetails | None = None) -> None:
        """`like`: one that it begins as, but for its times."""
        super().__init__(desk, "New corporate task")
        self._like = like

    @property
    def subject(self) -> dict[str, str]:
        """The one that it began as."""
        return {"like": self._like.line.brief.id} if self._like else {}

    @classmethod
    def find(cls, door: Door, subject: Mapping[str, str]) -> Sequence[Any] | None:
        """That one."""
        if "like" not in subject:
            return ()
        like = door.brief(subject["like"])
        return (like,) if like else None

    def compose_fields(self) -> ComposeResult:
        """What; whose; until when; how."""
        desk, like = self._desk, self._like
        brief = like.line.brief if like else None
        yield TextEntry("title", "What", desk, brief.title if brief else None)
        yield StoresEntry(desk, like.line.store_names if like else ())
        yield ChoiceEntry(
            "works", "Kind of work", desk, _WORKS, brief.works[0] if brief and len(brief.works) == 1 else None
        )
        yield DueEntry("due", "Due", desk)
        yield ExpiryEntry(desk, None)
        yield ChoiceEntry("action", "Asks for", desk, _ACTIONS, brief.action if brief else None)
        yield ProductsEntry(desk, brief.products if brief else ())
        yield TextEntry("subject", "Subject", desk, (brief.subject or None) if brief else None)
        yield AreaEntry("message", "Suggested text", desk, (brief.message or None) if brief else None)
        yield AreaEntry("details", "Details", desk, (brief.details or None) if brief else None)

    @property
    def hint(self) -> str:
        """Whose time it is, and what may stand in the text."""
        return f"Times are each store's own. The text may have {_PLACES}."

    def prepare(self) -> Write:
        """What is asked."""
        fields: dict[str, Any] = {
            each.path: value
            for each in self.fields
            if not isinstance(each, ProductsEntry) and (value := each.value) is not None
        }
        if work := fields.pop("works", None):
            fields["works"] = [work]
        self._check_times(fields)
        skus = self.query_one(ProductsEntry).skus
        return lambda door: door.announce({**fields, "products": skus(door)})

    def _check_times(self, fields: dict[str, Any]) -> None:
        words = self._desk.words
        if "expires" in fields and read_due(fields["expires"]).instant(words.zone) <= words.now:
            raise Unreadable(self.query_one(ExpiryEntry), "It would have expired already.")


def works_words(works: Iterable[str]) -> str:
    """Kinds of work; empty for all."""
    return ", ".join(WORKS.get(work, work) for work in works)

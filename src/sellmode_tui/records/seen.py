"""The records that an account sees in one reading, and what surrounds them."""

from __future__ import annotations

from sellmode_contract.kinds.customer import Customer
from sellmode_contract.kinds.retailer import Retailer
from sellmode_contract.visibility import Account
from sellmode_tui.cache.store import Reading
from sellmode_tui.cache.visible import VisibleRows
from sellmode_tui.records.context import Context


class Seen(VisibleRows):
    """What is visible, with what was written here: whatever is not visible is not there."""

    def __init__(self, reading: Reading, around: Context) -> None:
        super().__init__(reading.connection, reading.scopes)
        self.reading = reading
        self.around = around

    @property
    def account(self) -> Account | None:
        """Whose view this is; None before the first contact."""
        return self.around.account

    @property
    def mode(self) -> str:
        """The retailer's mode as the backend last told; empty before the first contact."""
        return self.reading.head.view.mode if self.reading.head else ""

    @property
    def retailer(self) -> Retailer | None:
        """The retailer's settings; None before they have arrived."""
        return self.around.retailer

    def name_of(self, customer: str) -> str | None:
        """A visible customer's name."""
        found = self.get("customer", customer)
        return found.name if isinstance(found, Customer) else None

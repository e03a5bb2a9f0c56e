"""A scanned code opens what it is of: a product by its barcode or SKU, a customer by their number."""

from __future__ import annotations

from textual.screen import Screen

from sellmode_tui.language import tr, trd
from sellmode_tui.records import Scanned
from sellmode_tui.screens.customers.profile import ProfileScreen
from sellmode_tui.screens.forms.form_screen import FormScreen
from sellmode_tui.screens.kit.app_page import AppPage, OpenPage
from sellmode_tui.screens.kit.desk import Desk
from sellmode_tui.screens.kit.desk_screen import DeskScreen
from sellmode_tui.screens.products.product_page import ProductScreen
from sellmode_tui.shell.current import CurrentAccount
from sellmode_tui.shell.paged_app import PagedApp
from sellmode_tui.widgets.keys_in_order import MAX_SECONDS


class Scanning:
    """What comes of a scanned code."""

    def __init__(self, app: PagedApp, current: CurrentAccount) -> None:
        self._app = app
        self._current = current
        self._opened: Screen[bool] | None = None
        """The page that a code has opened last."""

    def take(self, code: str) -> bool:
        """Look for what a code is of; false if nobody is signed in, for whom it could be looked up."""
        account = self._current.account
        if account is None:
            return False
        page = self._app.screen
        if not isinstance(page, DeskScreen) or isinstance(page, FormScreen):
            self._app.say(tr("A code was scanned. Close this first, then scan it again."))
            return True
        turning, desk = self._app.await_turn(MAX_SECONDS), account.desk

        def found(results: list[Scanned]) -> None:
            if not turning.over:
                self._show(desk, page, code, results)
            turning.end()

        def failed(error: Exception) -> None:
            turning.end()
            self._app.say(trd(error))

        records = account.workspace.records
        self._current.run(lambda _: records.products.scanned(code), found, failed=failed, group="scan")
        return True

    def _show(self, desk: Desk, page: Screen[object], code: str, results: list[Scanned]) -> None:
        if not results:
            self._app.say(
                tr("{code}: no product has this barcode or SKU, and no customer you can see this number.", code=code)
            )
            return
        first = results[0]
        if len(results) > 1:
            if first.kind == "product":
                self._app.say(tr("{code}: several products have this barcode. This is one of them.", code=code))
            else:
                self._app.say(tr("{code}: several customers have this number. This is one of them.", code=code))
        over = page
        if page is self._opened and isinstance(page, AppPage):
            over = self._app.screen_stack[-2]  # the next code takes the place of the one before
            page.end(False)
        opened = ProductScreen(desk, first.id) if first.kind == "product" else ProfileScreen(desk, first.id)
        self._opened = opened
        self._app.post_message(OpenPage(opened, over))

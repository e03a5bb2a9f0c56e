"""A terminal's own files with the demo's store in them, and the app on top, at a moment that does not move.

The account is known and has synced; its token has ended, so that no sync runs and nothing on the screen depends on a
server. Tests say themselves how things stand with it.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import shutil
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from pathlib import Path

import msgspec
from textual.pilot import Pilot

from sellmode_backend.demo.world import World, world
from sellmode_contract import visibility, wire
from sellmode_contract.kinds import kind_of
from sellmode_contract.kinds.contact import Contact
from sellmode_contract.kinds.customer import Customer, Figures
from sellmode_contract.kinds.order import Order
from sellmode_contract.kinds.retailer import Mode
from sellmode_contract.kinds.staff import Staff
from sellmode_contract.records import Record, parent_of
from sellmode_contract.visibility import Account
from sellmode_tui import private_files
from sellmode_tui.account import folders, slot
from sellmode_tui.account.folders import AccountFolder, Profile
from sellmode_tui.account.settings import Settings
from sellmode_tui.cache.store import Cache
from sellmode_tui.journal.clock import HARD, SOFT, read_clock
from sellmode_tui.journal.journal import Journal, SignedInAs
from sellmode_tui.screens.customers.list_page import CustomersScreen
from sellmode_tui.shell.app import SellmodeApp
from sellmode_tui.shell.start import Clock, Start
from sellmode_tui.sync.status import Line, SyncStatus

NOW = dt.datetime(2026, 11, 22, 13, 2, tzinfo=dt.UTC)
"""14:02 in Amsterdam."""
PASSWORD = "purple tractor reads 9 maps"
SERVER = "http://127.0.0.1:9"
"""Nobody listens there."""
KEY = bytes(range(32))

ONLINE = SyncStatus(Line.ONLINE, since=NOW, synced_at=NOW)


@functools.cache
def demo(mode: Mode) -> World:
    """The demo's store on the day of `NOW`."""
    return world(1, NOW.date(), mode)


def records_of(made: World) -> list[Record]:
    """All records of a world, customers with their figures before what belongs to them."""
    orders: dict[str, list[Order]] = defaultdict(list)
    contacts: dict[str, dt.datetime] = {}
    for order in made.orders:
        orders[order.customer].append(order)
    for record in made.records:
        if isinstance(record, Contact):
            contacts[record.customer] = max(record.at, contacts.get(record.customer, record.at))
    records = [
        msgspec.structs.replace(record, figures=_figures(orders[record.id], contacts.get(record.id)))
        if isinstance(record, Customer)
        else record
        for record in made.records
    ]
    return [made.retailer, *staff_of(made), *records, *made.orders]


def staff_of(made: World) -> list[Staff]:
    """Who works in a world's stores."""
    return [
        Staff(id=each.id, store=each.stores[0], user_name=each.user_name, name=each.name, role=each.role)
        for each in made.accounts
    ]


def _figures(orders: list[Order], last_contact: dt.datetime | None) -> Figures:
    """About what the backend would work out."""
    lines = [line for order in orders for line in order.lines if line.kind != "rounding"]
    types = Counter[str]()
    for line in lines:
        types[line.type] += line.amount
    bought = sorted(order.placed_at for order in orders if order.total > 0)
    return Figures(
        orders=len(bought),
        units=sum(line.quantity for line in lines),
        spend=sum(order.total - order.refunded for order in orders),
        first_purchase=bought[0] if bought else None,
        last_purchase=bought[-1] if bought else None,
        last_contact=last_contact,
        categories=tuple((name, spend) for name, spend in types.most_common(3) if name and spend > 0),
    )


def fill(cache: Cache, account: Account, mode: str, records: Iterable[Record], *, finished: bool = True) -> None:
    """Put into a cache what the backend would send to an account."""
    everything = list(records)
    customers = {record.id: record for record in everything if kind_of(record) == "customer"}
    scopes = visibility.scopes(mode, account)
    chosen = visibility.column(mode, account)
    assert chosen is not None
    cache.accept(
        wire.Head(
            epoch="1",
            view=wire.View(mode=mode, account=account),
            scopes=tuple(sorted(scopes)),
            now=NOW,
            lease=wire.Lease(soft_s=7 * 86400, hard_s=14 * 86400),
            schema=(1, 1),
        ),
        at=NOW,
    )
    puts = []
    for record in everything:
        tags = visibility.tags(record, customers.get(parent_of(record) or ""))  # type: ignore[arg-type]  # they are customers
        audience = tags.in_column(chosen)
        if audience is not None and visibility.visible(mode, account, tags):
            scope = visibility.scope_name(chosen, audience)
            document = msgspec.Raw(msgspec.json.encode(record))
            puts.append(wire.Put(k=kind_of(record), id=record.id, v=1, s=scope, d=document))
    cache.apply(puts, "cursor", len(puts))
    if finished:
        cache.finish(at=NOW)


def account_of(made: World, user_name: str) -> Account:
    """Somebody of a world."""
    return next(each for each in (*made.accounts, *made.office) if each.user_name == user_name)


def make_account(
    data: Path,
    account: Account,
    mode: str = "associate",
    records: Sequence[Record] | None = (),
    *,
    finished: bool = True,
) -> AccountFolder:
    """An account that signed in on this machine; without `records` (None) it never synced."""
    private_files.private_folder(data)
    profile = Profile(server=SERVER, user_name=account.user_name, name=account.name, device=folders.device_id(data))
    folder = folders.make_account_folder(profile, data)
    sealed = msgspec.json.encode(slot.seal(KEY, PASSWORD, folder.id))
    private_files.write_private(folder.slot_path, sealed)
    journal = Journal(folder.journal_path, KEY)
    journal.store_sign_in(SignedInAs(account=account, retailer="Alder & Vale", token="t", expires_at=NOW))
    journal.drop_token()
    journal.note_contact(read_clock(), SOFT, HARD)
    journal.close()
    cache = Cache.open(folder.cache_path, KEY)
    if records is not None:
        fill(cache, account, mode, records, finished=finished)
    cache.close()
    return folder


@functools.cache
def _demo_files(root: Path, mode: Mode, user_name: str) -> Path:
    """The demo's files for somebody, made once in a run of the tests."""
    data = root / f"{mode}-{user_name}"
    make_account(data, account_of(demo(mode), user_name), mode, records_of(demo(mode)))
    return data


def demo_files(root: Path, data: Path, mode: Mode = "associate", user_name: str = "anna") -> None:
    """Copy the demo's files for somebody into an empty data folder; `root` keeps them between tests."""
    shutil.copytree(_demo_files(root, mode, user_name), data, dirs_exist_ok=True)


class FakeClock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = NOW
        self.seconds = 1000.0

    def clock(self) -> Clock:
        return Clock(lambda: self.now, lambda: self.seconds)


def counter(
    *,
    signed_in: bool = True,
    user_name: str = "anna",
    settings: Settings | None = None,
    ascii_only: bool = False,
    clock: FakeClock | None = None,
) -> SellmodeApp:
    """The app, which signs in by itself if it is to."""
    start = Start(SERVER, user_name, PASSWORD) if signed_in else Start()
    return SellmodeApp(settings or Settings(), start, ascii_only=ascii_only, clock=(clock or FakeClock()).clock())


async def wait_until(pilot: Pilot[None], condition: Callable[[], bool]) -> None:
    """Let the app work until something holds."""
    for _ in range(2000):
        if condition():
            return
        await pilot.pause(0.01)  # nothing tells of every condition that a test may wait for
    raise AssertionError("it never came to pass")


async def signed_in(pilot: Pilot[None], status: SyncStatus | None = ONLINE) -> CustomersScreen:
    """Wait for the list of customers to be whole; say how things stand."""
    app = pilot.app
    assert isinstance(app, SellmodeApp)
    await wait_until(pilot, lambda: isinstance(app.screen, CustomersScreen) and app.screen.settled)
    screen = app.screen
    assert isinstance(screen, CustomersScreen)
    app.clear_notifications()
    if status is not None:
        tell_status(app, status)
    await pilot.pause()
    return screen


def tell_status(app: SellmodeApp, status: SyncStatus) -> None:
    """Tell the app how things stand, as the sync would."""
    assert app.current.account is not None
    app.status.tell(app.current.account, status)


@contextlib.asynccontextmanager
async def running(app: SellmodeApp, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Pilot[None]]:
    """Run the app without a terminal."""
    async with app.run_test(size=size) as pilot:
        yield pilot

"""A real backend on a free loopback port, ended with the test: a process, or a thread that the test can look into."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import uvicorn
from starlette.types import ASGIApp

from sellmode_backend.accounts.passwords import Passwords
from sellmode_backend.accounts.signing_in import Clock, utc_now
from sellmode_backend.conformance import loading
from sellmode_backend.conformance.world import World
from sellmode_backend.connections import HEAD_BYTES, Protocol
from sellmode_backend.server import ServerSettings, create_app
from sellmode_backend.store import migrations
from sellmode_backend.store import settings as retailer_settings
from sellmode_backend.store.database import Database, open_database
from sellmode_contract.kinds.retailer import StoreEntry

DEADLINE = 20.0
QUICK = Passwords(memory_kib=8, passes=1)
"""Hashed as always, with the least work."""


@dataclass(frozen=True)
class Backend:
    """A running backend."""

    url: str
    process: subprocess.Popen[str]
    log: Path
    """What it wrote to standard error."""

    @property
    def port(self) -> int:
        port = urlsplit(self.url).port
        assert port
        return port


@contextlib.contextmanager
def serve(database_url: str, folder: Path, *options: str) -> Iterator[Backend]:
    """Run `sellmode-backend serve` over a database that has a retailer; it takes connections when this returns.

    Raises RuntimeError with what it said if it does not start.
    """
    log = folder / "backend.log"
    command = [sys.executable, "-m", "sellmode_backend", "serve", "--database", database_url, "--port", "0"]
    with log.open("a") as stderr:
        process = subprocess.Popen(
            [*command, "--exit-with-parent", *options], stdout=subprocess.PIPE, stderr=stderr, text=True
        )
    try:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        if not url:
            process.wait(DEADLINE)
            raise RuntimeError(f"the backend does not start: {log.read_text()}")
        yield Backend(url, process, log)
    finally:
        process.terminate()
        try:
            process.wait(DEADLINE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        assert process.stdout is not None
        process.stdout.close()


def _is_migrated(database: Database) -> bool:
    with database.snapshot() as connection:
        return migrations.is_current(connection)


def migrate(url: str) -> None:
    """Make the tables in an empty database."""
    with contextlib.closing(open_database(url)) as database:
        migrations.migrate(database)


def copy_tables(url: str) -> None:
    """Make an SQLite file with the tables in it, as a copy of one: several times as quick as making them anew."""
    path = Path(url.removeprefix("sqlite:///"))
    path.touch(0o600, exist_ok=False)
    path.write_bytes(_file_with_tables())


@functools.cache
def _file_with_tables() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "backend.db"
        migrate(f"sqlite:///{path}")
        assert [each.name for each in path.parent.iterdir()] == [path.name]  # no part of it is in another file
        return path.read_bytes()


@contextlib.contextmanager
def retailer_database(
    url: str, mode: str = "associate", stores: tuple[str, ...] = ("Alpha", "Beta")
) -> Iterator[Database]:
    """A database with a retailer and stores whose ids are their names; tables are made where there are none."""
    with _database(url) as database:
        with database.transaction() as connection:
            retailer_settings.initialise(connection, "Maison Test", mode, "UTC", "EUR")
            retailer_settings.write_stores(
                connection, [StoreEntry(id=name, name=name, time_zone="UTC") for name in stores]
            )
        yield database


@contextlib.contextmanager
def world_database(url: str, world: World) -> Iterator[Database]:
    """A database that was given a world of the conformance kit; tables are made where there are none."""
    with _database(url) as database:
        loading.load(database, world, utc_now(), QUICK)
        yield database


@contextlib.contextmanager
def _database(url: str) -> Iterator[Database]:
    if url.startswith("sqlite:") and not Path(url.removeprefix("sqlite:///")).exists():
        copy_tables(url)
    with contextlib.closing(open_database(url)) as database:
        if not _is_migrated(database):
            migrations.migrate(database)
        yield database


class _Server(uvicorn.Server):
    """Ends as soon as nothing is under way, where uvicorn sleeps for some tenths of a second."""

    async def main_loop(self) -> None:
        counter = 0
        while not await self.on_tick(counter):
            counter += 1
            await asyncio.sleep(0.01)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for listener in sockets or []:
            listener.close()
        told: set[Any] = set()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self.config.timeout_graceful_shutdown):
                while (open_ones := set(self.server_state.connections)) or self.server_state.tasks:
                    for connection in open_ones - told:  # what was accepted just now comes a step later
                        connection.shutdown()
                    told |= open_ones
                    await asyncio.sleep(0.005)
        for task in self.server_state.tasks:
            task.cancel()
        await self.lifespan.shutdown()


@contextlib.contextmanager
def serve_in_thread(
    database: Database,
    settings: ServerSettings | None = None,
    clock: Clock = utc_now,
    around: Callable[[ASGIApp], ASGIApp] = lambda app: app,
) -> Iterator[str]:
    """The same application on a socket of its own, in a thread of the test: the test moves its clock. Gives the URL.

    ``around`` puts something in between the application and who asks it.
    """
    config = uvicorn.Config(
        around(create_app(database, settings=settings, clock=clock)),
        http=Protocol,
        h11_max_incomplete_event_size=HEAD_BYTES,
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=1,
    )
    server = _Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(DEADLINE)
    assert not thread.is_alive(), "the server did not stop"

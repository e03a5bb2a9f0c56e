"""A real backend process on a free loopback port, ended with the test."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from sellmode_backend.store import migrations, settings
from sellmode_backend.store.database import Database, open_database
from sellmode_contract.records import StoreEntry

DEADLINE = 20.0


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
        process = subprocess.Popen([*command, "--exit-with-parent", *options], stdout=subprocess.PIPE, stderr=stderr, text=True)
    try:
        assert process.stdout
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
        if process.stdout:
            process.stdout.close()


@contextlib.contextmanager
def retailer_database(url: str, mode: str = "associate", stores: tuple[str, ...] = ("Alpha", "Beta")) -> Iterator[Database]:
    """A migrated database with a retailer and stores whose ids are their names."""
    database = open_database(url)
    try:
        migrations.migrate(database)
        with database.transaction() as connection:
            settings.initialise(connection, "Maison Test", mode, "UTC", "EUR")
            settings.write_stores(connection, [StoreEntry(id=name, name=name, time_zone="UTC") for name in stores])
        yield database
    finally:
        database.close()

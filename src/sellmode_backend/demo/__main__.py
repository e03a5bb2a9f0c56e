"""``./dev demo``: the demo's backend and web shop on loopback ports of their own, and the app. All end together.

The app is started as a process of its own, by its command: the backend imports nothing of it.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import os
import shlex
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import click
import msgspec
import platformdirs

from sellmode_backend.demo.fill import PASSWORD, fill
from sellmode_backend.demo.retailer import ANNA, OFFICE, STAFF, STORES
from sellmode_backend.demo.shop import PRODUCT_PATH, Shop, products_of, show_pictures
from sellmode_backend.demo.shop import serving as shop_of
from sellmode_backend.demo.world import world
from sellmode_backend.shopper import brand
from sellmode_backend.shopper.requests import connector
from sellmode_backend.store import settings
from sellmode_backend.store.database import open_database
from sellmode_backend.webhooks import secret_files
from sellmode_contract.kinds.retailer import Mode

SEED = 1
FOLDER_VARIABLE = "SELLMODE_DEMO_DIR"
"""Names another folder for the demo, for tests."""
DATA_VARIABLE, CONFIG_VARIABLE = "SELLMODE_DATA_DIR", "SELLMODE_CONFIG_DIR"
"""Where the app keeps its files: the demo's are its own, apart from a real account's."""


EXAMPLE = ("customers", "search", "bohm", "j")
"""A command to try beside the app."""


class Made(msgspec.Struct, frozen=True):
    """Which demo a folder holds."""

    day: str
    port: int
    """Kept from run to run, because the app knows a server by its address."""
    shop_port: int = 0
    """Kept, too: products say where their pictures are. 0 in a demo that was made before there were any."""


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--mode", type=click.Choice(["associate", "team"]), help="What people see: their own customers, or the store's."
)
@click.option(
    "--as", "who", default=ANNA, show_default=True, metavar="NAME", help="Whom to sign in as; part of a name will do."
)
@click.option(
    "--keep/--fresh", default=True, help="Go on with the demo as it was left (the default), or make a new one."
)
@click.option("--offline", is_flag=True, help="Stop the backend before the app opens.")
def main(mode: Mode | None, who: str, *, keep: bool, offline: bool) -> None:
    """Open Sellmode on a demo store, signed in.

    The demo is made at its first run and kept until --fresh, in a folder that is named as it starts. Everybody in it
    has the same password, which also stands where the app asks for it.
    """
    user_name = _person(who)
    os.umask(0o077)
    folder = _folder()
    with _only_one(folder):
        click.echo(f"The demo is kept in {folder}", err=True)
        made = _prepare(folder, keep=keep)
        _set_banner(folder)
        port = _port(made)
        url = f"sqlite:///{folder / 'backend.db'}"
        _set_mode(url, mode)
        click.echo(f"Everybody's password here is: {PASSWORD}", err=True)
        environment = {**os.environ, DATA_VARIABLE: str(folder / "terminal"), CONFIG_VARIABLE: str(folder / "settings")}
        server = f"http://127.0.0.1:{port}"
        shop_port = made.shop_port if made.shop_port and _is_free(made.shop_port) else _free_port()
        shop = _shop(url, server, f"http://127.0.0.1:{shop_port}", folder / "secrets")
        account = ["--server", server, "--user", user_name, "--password-file", str(_password_file(folder))]
        app = [sys.executable, "-m", "sellmode_tui"]
        click.echo("Commands, in another pane while this one is open:", err=True)
        click.echo(f"  {shlex.join([str(_script(folder)), *EXAMPLE, *account])}", err=True)
        click.echo(f"The demo's web shop: http://127.0.0.1:{shop_port}", err=True)
        with shop_of(shop, shop_port), _backend(url, port, folder / "backend.log", folder / "secrets"):
            if not offline:
                sys.exit(subprocess.run([*app, *account], env=environment, check=False).returncode)
            synced = subprocess.run([*app, "sync", *account], env=environment, check=False)
        sys.exit(synced.returncode or subprocess.run([*app, *account], env=environment, check=False).returncode)


def _person(who: str) -> str:
    """The user name of the one demo person whose user name is ``who``, or whose name has it in it."""
    asked = who.casefold()
    everybody = [(user_name, name, f"{role}, {work}") for _, user_name, name, role, work in STAFF]
    everybody += [(user_name, name, "head office") for user_name, name in OFFICE]
    found = [user_name for user_name, *_ in everybody if user_name == asked]
    found = found or [user_name for user_name, name, _ in everybody if asked in name.casefold()]
    if len(found) != 1:
        people = "\n".join(f"  {user_name:9}{name} ({does})" for user_name, name, does in everybody)
        raise click.BadParameter(
            f"{'several' if found else 'nobody'} of that name. There are:\n{people}", param_hint="--as"
        )
    return found[0]


def _folder() -> Path:
    named = os.environ.get(FOLDER_VARIABLE)
    folder = Path(named) if named else Path(platformdirs.user_data_dir("sellmode", appauthor=False)) / "demo"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder.absolute()


@contextlib.contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    """Hold the demo's lock, which goes with this process however it ends."""
    with (folder / "lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise click.ClickException("The demo is open in another terminal already; close it there first.") from None
        yield


def _prepare(folder: Path, *, keep: bool) -> Made:
    """The demo that the folder holds, made anew if there is none, or an unfinished one."""
    today = dt.datetime.now(dt.UTC).date()
    stamp = folder / "made.json"
    with contextlib.suppress(FileNotFoundError, msgspec.DecodeError):
        made = msgspec.json.decode(stamp.read_bytes(), type=Made)
        if keep:
            if made.day != today.isoformat():
                click.echo(f"This demo was made on {made.day}; --fresh makes one of today.", err=True)
            return made
    for entry in folder.iterdir():
        if entry.name != "lock":
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    database = open_database(f"sqlite:///{folder / 'backend.db'}")
    try:
        fill(
            database,
            world(SEED, today, "associate"),
            dt.datetime.now(dt.UTC),
            _Progress(),
        )
    finally:
        database.close()
    made = Made(today.isoformat(), _free_port(), _free_port())
    stamp.write_bytes(msgspec.json.encode(made))
    return made


class _Progress:
    """Says how far the demo store is: on a terminal on one line, which grows no longer; elsewhere once a step."""

    def __init__(self) -> None:
        self._said = ("", -1)

    def __call__(self, what: str, done: int, of: int) -> None:
        percent = 100 * done // max(of, 1)
        line = f"Making the demo store: {of:,} {what}"
        if sys.stderr.isatty():
            if (what, percent) != self._said:
                click.echo(f"\r\x1b[K{line}, {percent}%", err=True, nl=done == of)
        elif what != self._said[0]:
            click.echo(line, err=True)
        self._said = (what, percent)


def _set_banner(folder: Path) -> None:
    """Have the app show the password where it asks for it, by the demo's own settings."""
    path = folder / "settings" / "settings.toml"
    if not path.exists():
        path.parent.mkdir(mode=0o700, exist_ok=True)
        path.write_text(f'banner = "Demo: the password of everybody is {PASSWORD}"\n', "utf-8")


def _port(made: Made) -> int:
    """The demo's own port, or another one if a program has that just now.

    The app takes another address for another server, and syncs anew; what it keeps for the first stays for next time.
    """
    if _is_free(made.port):
        return made.port
    click.echo("The demo's port is taken by another program: it uses another one this time.", err=True)
    return _free_port()


def _script(folder: Path) -> Path:
    """A program that runs commands on the demo's files, apart from a real account's."""
    path = folder / "sellmode"
    where = {DATA_VARIABLE: folder / "terminal", CONFIG_VARIABLE: folder / "settings"}
    settings = " ".join(f"{name}={shlex.quote(str(value))}" for name, value in where.items())
    path.write_text(f'#!/bin/sh\nexec env {settings} {shlex.quote(sys.executable)} -m sellmode_tui "$@"\n', "utf-8")
    path.chmod(0o700)
    return path


def _is_free(port: int) -> bool:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with contextlib.suppress(OSError):
            listener.bind(("127.0.0.1", port))
            return True
    return False


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _set_mode(url: str, mode: Mode | None) -> None:
    if mode is None:
        return
    database = open_database(url)
    try:
        with database.transaction() as connection:
            settings.set_mode(connection, mode)
    finally:
        database.close()


def _password_file(folder: Path) -> Path:
    path = folder / "password"
    path.write_text(f"{PASSWORD}\n", "utf-8")
    return path


def _shop(url: str, backend: str, address: str, folder: Path) -> Shop:
    """The shop of the demo's retailer, whose links and secret the backend is told."""
    secret = secret_files.make("plain")
    secret_files.write(folder, "plain", [secret])
    database = open_database(url)
    try:
        with database.transaction() as connection:
            link = f"{address}{PRODUCT_PATH}?sku={{sku}}"
            host = (urlsplit(address).netloc,)
            own = msgspec.structs.replace(brand.read(connection), hosts=host, picture_hosts=host, product_link=link)
            brand.write(connection, own)
            connector.write(connection, msgspec.structs.replace(connector.read(connection), origins=(address,)))
            retailer = settings.retailer(connection)
        show_pictures(database, address)
        return Shop(retailer.name if retailer else "", products_of(database), backend, secret, STORES[0].id)
    finally:
        database.close()


@contextlib.contextmanager
def _backend(url: str, port: int, log: Path, secrets: Path) -> Iterator[None]:
    """The backend as a process, while this lasts; it also ends if this process is killed."""
    command = [
        sys.executable,
        "-m",
        "sellmode_backend",
        "serve",
        "--database",
        url,
        "--port",
        str(port),
        "--webhook-secrets",
        str(secrets),
        "--exit-with-parent",
    ]
    with log.open("ab") as errors, subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors) as process:
        assert process.stdout is not None  # noqa: S101 # asked for above
        try:
            if not process.stdout.readline():
                raise click.ClickException(f"The demo's backend did not start; {log} says why.")
            yield
        finally:
            process.terminate()


if __name__ == "__main__":
    main(prog_name="./dev demo")

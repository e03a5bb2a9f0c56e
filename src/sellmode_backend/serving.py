"""Running the application: a socket, uvicorn on it, and an end when told to or when the parent has gone."""

from __future__ import annotations

import contextlib
import ipaddress
import logging
import os
import resource
import signal
import socket
import ssl
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

import click
import uvicorn
from starlette.applications import Starlette
from uvicorn.supervisors import Multiprocess

from sellmode_backend import memory
from sellmode_backend.connections import HEAD_BYTES, Protocol
from sellmode_backend.monitoring import THIS_MACHINE, Network
from sellmode_backend.store.database import open_database

_GRACE_SECONDS = 5
_SILENT_MILLISECONDS = 30_000
"""A connection on which nothing that was sent arrives for so long has ended."""
_OPEN_FILES = 8192
"""Every terminal that listens is one; services often start with a limit of 1024."""
_PARENT_LOOKED_AT_SECONDS = 0.5


@dataclass(frozen=True)
class Listening:
    """Where and how to serve."""

    host: str = "127.0.0.1"
    port: int = 0
    workers: int = 1
    behind_proxy: str | None = None
    """Addresses whose ``X-Forwarded-For`` is believed, as uvicorn takes them; None believes nobody."""
    monitors: Sequence[Network] = THIS_MACHINE
    """Who may see the counters and the API document."""
    certificate: Path | None = None
    key: Path | None = None
    exit_with_parent: bool = False
    webhook_secrets: Path | None = None
    """A folder with the secrets of who sends events."""


def is_loopback(host: str) -> bool:
    """Whether nobody but this machine can reach an address."""
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost"


def serve(url: str, password: str | None, listening: Listening) -> None:
    """Serve a migrated database until SIGTERM or SIGINT; prints the server's URL when it takes connections."""
    _log_to_stderr()
    _check_certificate(listening)
    listener = _listen(listening)
    config = uvicorn.Config(
        partial(
            _application,
            url,
            password,
            listening.monitors,
            listening.webhook_secrets,
            watch_parent=listening.workers > 1,
        ),
        factory=True,
        workers=listening.workers,
        http=Protocol,
        h11_max_incomplete_event_size=HEAD_BYTES,
        proxy_headers=listening.behind_proxy is not None,
        forwarded_allow_ips=listening.behind_proxy,
        ssl_certfile=listening.certificate,
        ssl_keyfile=listening.key,
        ws="none",
        server_header=False,
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    _allow_open_files()
    if listening.exit_with_parent:
        _end_with_parent()
    # Before uvicorn listens to signals and, when it has stopped in good order, again: it raises the signal once more.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _leave)
    scheme = "https" if listening.certificate else "http"
    host, port = listener.getsockname()[:2]
    click.echo(f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}")
    with listener, _shared_counters(listening.workers):
        if listening.workers == 1:
            uvicorn.Server(config).run(sockets=[listener])
        else:
            Multiprocess(config, sockets=[listener]).run()


def _application(
    url: str, password: str | None, monitors: Sequence[Network], webhook_secrets: Path | None, *, watch_parent: bool
) -> Starlette:
    """What a worker runs. It opens the database for itself: connections do not survive a fork or a spawn."""
    # Here, not above: counters look at the environment when they are imported.
    from sellmode_backend.server import ServerSettings, create_app

    if watch_parent:
        _end_with_parent()
    _log_to_stderr()
    memory.set_up()
    database = open_database(url, password=password)
    app = create_app(database, settings=ServerSettings(monitors=monitors, webhook_secrets=webhook_secrets))
    inner = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[Mapping[str, Any]]:
        try:
            async with inner(app) as state:
                yield state or {}
        finally:
            database.close()

    app.router.lifespan_context = lifespan
    return app


def _check_certificate(listening: Listening) -> None:
    """Refuse files that are no certificate and its key before anybody is told that the server is there."""
    if listening.certificate:
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(listening.certificate, listening.key)
        except OSError as error:  # ssl.SSLError is one
            raise click.ClickException(
                f"{listening.certificate} and {listening.key} cannot be used as a certificate and its key:"
                f" {error.strerror or error}."
            ) from None


def _listen(listening: Listening) -> socket.socket:
    listener = None
    try:
        family, *_, address = socket.getaddrinfo(
            listening.host, listening.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if hasattr(socket, "TCP_USER_TIMEOUT"):  # connections have it from here; macOS knows none
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _SILENT_MILLISECONDS)
        listener.bind(address)
    except OSError as error:
        if listener:
            listener.close()
        raise click.ClickException(
            f"Cannot listen on {listening.host} port {listening.port}: {error.strerror}."
        ) from None
    # From here on connections wait for a worker instead of being refused.
    listener.listen(2048)
    listener.set_inheritable(True)
    return listener


@contextlib.contextmanager
def _shared_counters(workers: int) -> Iterator[None]:
    """A folder in which several workers add up their counters."""
    if workers == 1:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="sellmode-metrics-") as folder:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        yield


def _allow_open_files() -> None:
    """Raise the limit on open files as far as we may; workers inherit it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _OPEN_FILES if hard == resource.RLIM_INFINITY else min(_OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _end_with_parent() -> None:
    """Ask this process to end as soon as the one that started it is gone, be it by SIGKILL."""
    parent = os.getppid()

    def watch() -> None:
        gone = threading.Event()
        while os.getppid() == parent:
            gone.wait(_PARENT_LOOKED_AT_SECONDS)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="parent", daemon=True).start()


def _leave(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


def _log_to_stderr() -> None:
    written = logging.StreamHandler()
    # In UTC, so that entries of several machines can be laid side by side.
    form = logging.Formatter("%(asctime)s.%(msecs)03dZ %(levelname)s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%S")
    form.converter = time.gmtime
    written.setFormatter(form)
    logging.basicConfig(handlers=[written], level=logging.INFO)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    # It warns of requests that are none: anybody could fill the log with them.
    logging.getLogger("uvicorn").setLevel(logging.ERROR)

"""People of a test retailer, a clock that a test moves, and a client that talks to the backend as a terminal does."""

from __future__ import annotations

import datetime as dt
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx2 as httpx
import msgspec

from sellmode_backend.accounts import codes, directory
from sellmode_backend.accounts.passwords import Passwords
from sellmode_backend.store.database import Database
from sellmode_contract import wire
from sellmode_contract.roles import Role
from sellmode_contract.visibility import Account

PASSWORD = "purple tractor reads 9 maps"

QUICK = Passwords(memory_kib=8, passes=1)
"""The same algorithm with the least work, so that a hundred guesses are quick."""

NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Trusts nobody. Loading those that a plain HTTP client would never look at takes longer than the request."""

_LINES: msgspec.json.Decoder[wire.Line] = msgspec.json.Decoder(wire.Line)


@dataclass
class MovedClock:
    now: dt.datetime = dt.datetime(2026, 11, 22, 9, 0, tzinfo=dt.UTC)

    def __call__(self) -> dt.datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += dt.timedelta(**by)


def add_person(
    database: Database, user_name: str, *stores: str, role: Role = "associate", now: dt.datetime | None = None
) -> Account:
    account = directory.new_account(user_name=user_name, name=f"Person {user_name}", role=role, stores=stores)
    with database.transaction() as connection:
        directory.add(connection, account, now or MovedClock().now)
    return account


def new_code(database: Database, account: Account, now: dt.datetime) -> str:
    with database.transaction() as connection:
        return codes.issue(connection, account.id, now)


@dataclass
class Client:
    """Speaks the protocol over real HTTP, and keeps nothing but a token."""

    url: str
    device: str = "device-1"
    token: str = ""
    headers: dict[str, str] = field(
        default_factory=lambda: {wire.PROTOCOL_HEADER: str(wire.PROTOCOL), wire.NONCE_HEADER: "n-1"}
    )

    def post(self, path: str, body: Any = None, **more: Any) -> httpx.Response:
        headers = {**self.headers, **more.pop("headers", {})}
        if self.token:
            headers.setdefault("Authorization", f"Bearer {self.token}")
        content = more.pop("content", None) or (msgspec.json.encode(body) if body is not None else b"")
        return httpx.post(
            f"{self.url}{path}", content=content, headers=headers, timeout=20, verify=NO_CERTIFICATES, **more
        )

    def activate(self, user_name: str, code: str, password: str = PASSWORD) -> httpx.Response:
        return self.post(
            wire.ACTIVATE_PATH, wire.Activate(user_name=user_name, code=code, password=password, device=self.device)
        )

    def sign_in(self, user_name: str, password: str = PASSWORD) -> httpx.Response:
        return self.post(wire.SIGN_IN_PATH, wire.SignIn(user_name=user_name, password=password, device=self.device))

    def join(self, database: Database, account: Account, now: dt.datetime) -> wire.SignedIn:
        """Get a code, set the password, be signed in."""
        answer = self.activate(account.user_name, new_code(database, account, now))
        assert answer.status_code == 200, answer.text
        signed_in = msgspec.json.decode(answer.content, type=wire.SignedIn)
        self.token = signed_in.token
        return signed_in

    def sync(self, cursor: str | None = None, *, epoch: str | None = None, limit: int = 5000) -> list[wire.Line]:
        """One answer's lines."""
        request = wire.SyncRequest(device=self.device, cursor=cursor, epoch=epoch, limit=limit)
        answer = self.post(wire.SYNC_PATH, request)
        assert answer.status_code == 200, answer.text
        return lines_of(answer.content)


def lines_of(content: bytes) -> list[wire.Line]:
    assert content.endswith(b"\n")
    return [_LINES.decode(line) for line in content.split(b"\n")[:-1]]


def problem_of(answer: httpx.Response, status: int) -> wire.Problem:
    """The problem of an answer that must be one, echo the nonce and name the protocol."""
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == wire.PROBLEM_JSON
    assert answer.headers[wire.NONCE_HEADER] == "n-1"
    assert answer.headers[wire.PROTOCOL_HEADER] == "1"
    problem = msgspec.json.decode(answer.content, type=wire.Problem)
    assert problem.status == status
    return problem


class Terminal:
    """The client's side of docs/sync.md in a few lines: what a cache holds after applying answers."""

    def __init__(self) -> None:
        self.records: dict[tuple[str, str], tuple[str, int, int, bytes]] = {}
        """Scope, revision, generation and document by kind and id."""
        self.scopes: tuple[str, ...] = ()
        self.cursor: str | None = None
        self.epoch: str | None = None

    def receive(self, lines: Sequence[wire.Line]) -> wire.End | None:
        """Apply an answer, or as much of one as came: what follows its last checkpoint does not count."""
        page: list[wire.Line] = []
        for line in lines:
            match line:
                case wire.Head():
                    self.scopes, self.epoch = line.scopes, line.epoch
                    if line.reset:
                        self.records.clear()
                        self.cursor = None
                case wire.Checkpoint():
                    assert line.n == len(page)
                    for change in page:
                        self._apply(change)
                    page, self.cursor = [], line.cur
                case wire.End():
                    assert not page
                    if not line.more:
                        self.records = {k: held for k, held in self.records.items() if held[0] in self.scopes}
                    return line
                case wire.KeepAlive():
                    pass
                case _:
                    page.append(line)
        return None

    def _apply(self, change: wire.Line) -> None:
        match change:
            case wire.Put():
                held = self.records.get((change.k, change.id))
                if held is None or change.v >= held[1] or change.g != held[2]:
                    self.records[change.k, change.id] = (change.s, change.v, change.g, bytes(change.d))
            case wire.Remove():
                held = self.records.get((change.k, change.id))
                if held and held[0] == change.s:
                    del self.records[change.k, change.id]
            case wire.Sweep():
                swept = {k: held for k, held in self.records.items() if held[0] != change.s or held[2] == change.g}
                self.records = {k: (s, v, 0 if s == change.s else g, d) for k, (s, v, g, d) in swept.items()}
            case wire.Drop():
                self.records = {k: held for k, held in self.records.items() if held[0] != change.s}
            case _:
                raise AssertionError(f"not a change: {change}")

    def visible(self) -> set[tuple[str, str]]:
        """Kind and id of what the account may see."""
        return {key for key, held in self.records.items() if held[0] in self.scopes}

    def catch_up(self, client: Client, **how: Any) -> list[wire.End]:
        """Ask until there is no more; gives the ends of the answers."""
        ends: list[wire.End] = []
        while not ends or ends[-1].more:
            assert len(ends) < 100, "there is always more"
            end = self.receive(client.sync(self.cursor, epoch=self.epoch, **how))
            assert end is not None
            ends.append(end)
        return ends

    def synced(self, client: Client, **how: Any) -> Terminal:
        """Catch up and be there."""
        self.catch_up(client, **how)
        return self

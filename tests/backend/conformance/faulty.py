"""What breaks one promise of a backend that keeps all of them: it stands around the real application, with a switch."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sellmode_contract import wire

JSON = dict[str, Any]
_DIRECTLY = ("accept-encoding", "content-length", "transfer-encoding")
"""Headers that are not handed on: bodies are whole, and as they are."""


@dataclass
class Exchange:
    """A request and its answer, whole; a fault changes them."""

    path: str
    headers: dict[str, str]
    """The request's, by names in small letters."""
    body: bytes
    memory: JSON
    """What the fault keeps between exchanges."""
    status: int = 0
    told: dict[str, str] = field(default_factory=dict)
    """The answer's headers."""
    answer: bytes = b""

    @property
    def asked(self) -> JSON:
        """The request's JSON; empty if there is none."""
        try:
            found = json.loads(self.body)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    @asked.setter
    def asked(self, value: JSON) -> None:
        self.body = json.dumps(value).encode()

    @property
    def lines(self) -> list[JSON]:
        """The lines of an answer to a sync; none of another."""
        if self.path != wire.SYNC_PATH or self.status != 200:
            return []
        return [json.loads(line) for line in self.answer.split(b"\n") if line]

    @lines.setter
    def lines(self, value: list[JSON]) -> None:
        if self.lines:
            self.answer = b"".join(json.dumps(line).encode() + b"\n" for line in value)


def _as_it_is(_: Exchange) -> None:
    pass


class Fault(NamedTuple):
    """One broken promise."""

    name: str
    check: str
    """The check that has to find it."""
    asks: Callable[[Exchange], None] = _as_it_is
    """Changes what is asked."""
    tells: Callable[[Exchange], None] = _as_it_is
    """Changes what is answered."""
    hears: Callable[[bytes], bytes] = bytes
    """Changes a piece of the stream of events."""


class Faulty:
    """Around an application; ``fault`` is the one that it has now."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.fault: Fault | None = None
        self._memory: JSON = {}

    def has(self, fault: Fault | None) -> None:
        """From now on it has this fault, or none."""
        self.fault, self._memory = fault, {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        fault = self.fault
        if scope["type"] != "http" or fault is None:
            await self._app(scope, receive, send)
        elif scope["path"] == wire.EVENTS_PATH:
            await self._app(scope, receive, _hearing(fault, send))
        else:
            await self._whole(fault, scope, receive, send)

    async def _whole(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {name.decode().lower(): value.decode() for name, value in scope["headers"]}
        exchange = Exchange(scope["path"], headers, await _body(receive), self._memory)
        fault.asks(exchange)
        handed = {name: value for name, value in exchange.headers.items() if name not in _DIRECTLY}
        handed["content-length"] = str(len(exchange.body))
        asked = {**scope, "headers": [(name.encode(), value.encode()) for name, value in handed.items()]}
        asked["path"] = exchange.path
        sent = False

        async def given() -> Message:
            nonlocal sent
            if sent:
                return await receive()
            sent = True
            return {"type": "http.request", "body": exchange.body, "more_body": False}

        async def kept(message: Message) -> None:
            if message["type"] == "http.response.start":
                exchange.status = message["status"]
                exchange.told = {name.decode(): value.decode() for name, value in message["headers"]}
            else:
                exchange.answer += message.get("body", b"")

        await self._app(asked, given, kept)
        fault.tells(exchange)
        told = {name: value for name, value in exchange.told.items() if name not in _DIRECTLY}
        told["content-length"] = str(len(exchange.answer))
        start = [(name.encode(), value.encode()) for name, value in told.items()]
        await send({"type": "http.response.start", "status": exchange.status, "headers": start})
        await send({"type": "http.response.body", "body": exchange.answer, "more_body": False})


async def _body(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


def _hearing(fault: Fault, send: Send) -> Send:
    async def heard(message: Message) -> None:
        if message["type"] == "http.response.body" and message.get("body"):
            message = {**message, "body": fault.hears(message["body"])}
        await send(message)

    return heard

"""Calls to the backend that a pass makes, and what comes of them as events."""

from __future__ import annotations

import hmac
from collections.abc import Generator

import msgspec

from sellmode_contract import wire
from sellmode_tui.account.session import Session
from sellmode_tui.sync.events import AnswerEnded, Call, CallFailed, CallSalvage, Event, Received, Salvaged
from sellmode_tui.transport.client import Transport
from sellmode_tui.transport.errors import Refused, TransportError


def answer_to(call: Call | CallSalvage, transport: Transport, session: Session) -> Generator[Event]:
    """Make a call and tell what comes of it; closing this hangs up."""
    try:
        if isinstance(call, Call):
            token = session.token
            try:
                yield from _received(call, transport, token)
            except Refused as refused:
                now = session.token
                if refused.problem.code != "signed_out" or now in (None, token):
                    raise
                yield from _received(call, transport, now)  # meanwhile another window signed in
            yield AnswerEnded()
        else:
            body = wire.Salvage(
                user_name=session.account.user_name,
                device=session.device,
                cid=call.cid,
                mutations=call.mutations,
                proof=hmac.digest(session.key, msgspec.json.encode(call.mutations), "sha256"),
            )
            yield Salvaged(transport.post(wire.SALVAGE_PATH, body).read(wire.Salvaged).results)
    except TransportError as error:
        yield CallFailed(error)


def _received(call: Call, transport: Transport, token: str | None) -> Generator[Event]:
    """The lines of an answer. Raises TransportError: Refused before the first one."""
    with transport.stream(wire.SYNC_PATH, call.request, token=token or "") as lines:
        for line in lines:
            yield Received(line)

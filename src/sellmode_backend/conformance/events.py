"""The stream of events."""

from __future__ import annotations

import msgspec

from sellmode_backend.conformance.checking import check
from sellmode_backend.conformance.expecting import expect, expect_equal
from sellmode_backend.conformance.kit import Kit
from sellmode_contract import wire

_TOLD = "being-told"


@check(_TOLD, "the stream is `text/event-stream`, and says at once and then every two seconds that it is alive")
def alive(kit: Kit) -> None:
    """A comment."""
    with kit.line.listen(kit.terminal("ben").token) as stream:
        expect_equal(stream.status, 200, "the status")
        expect_equal(stream.headers.get("content-type", "").partition(";")[0], wire.EVENT_STREAM, "the type")
        for _ in range(2):
            expect(stream.until(b":", kit.soon) is not None, f"{kit.soon:g} seconds without a sign of life")


@check(_TOLD, "a change of a feed of the account is told as `poke`, with the feed and its number")
def poke(kit: Kit) -> None:
    """What is told is never what has changed."""
    ada = kit.terminal("ada")
    with kit.line.listen(kit.terminal("ben").token) as stream:
        expect(stream.until(b":", kit.soon) is not None, "no sign of life")
        kit.new_customer(ada)
        expect_equal(stream.until(b"event:", kit.soon), b"event: poke", "the event after a colleague's change")
        data = stream.until(b"data:", kit.soon) or b""
    told = msgspec.json.decode(data.removeprefix(b"data:"))
    expect(isinstance(told, dict) and told.keys() == {"feed", "seq"}, f"a poke says {data.decode(errors='replace')}")
    expect_equal(told["feed"], kit.world.person("ben").account.stores[0], "the feed")


@check(_TOLD, "what changes elsewhere is not told")
def not_elsewhere(kit: Kit) -> None:
    """Cleo works in another store."""
    ada = kit.terminal("ada")
    with kit.line.listen(kit.terminal("cleo").token) as stream, kit.line.listen(ada.token) as other:
        kit.new_customer(ada)
        expect(other.until(b"event:", kit.soon) is not None, "the change is told to nobody")
        for _ in range(2):
            expect(stream.until(b":", kit.soon) is not None, "no sign of life")
        expect(not any(line.startswith(b"event:") for line in stream.heard), "it is told to somebody in another store")

"""The bodies of answers: unpacked and cut into lines, with a bound on every step.

httpx's own decoders have none: a few kilobytes of gzip can unpack to gigabytes.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from sellmode_contract import wire
from sellmode_tui.language import tr
from sellmode_tui.transport.errors import CUT, NOT_OURS, Broken, NotOurServer

if TYPE_CHECKING:
    import httpx2 as httpx

MAX_REPLY_BYTES: Final = 1024 * 1024
"""No unpacked answer but a stream's is longer."""
MAX_EVENT_BYTES: Final = 64 * 1024
"""No line of the events' stream is longer."""
_PIECE = 64 * 1024


def unpacked(response: httpx.Response) -> Iterator[bytes]:
    """A body's bytes, unpacked in pieces of bounded size. Raises Broken, NotOurServer."""
    encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding == "identity":
        return response.iter_raw()
    if encoding == "gzip":
        return gunzipped(response.iter_raw())
    raise NotOurServer(NOT_OURS)  # we asked for neither


def gunzipped(packed: Iterable[bytes]) -> Iterator[bytes]:
    unpacker = zlib.decompressobj(wbits=31)
    for chunk in packed:
        if unpacker.eof:
            raise Broken(tr("The server's answer goes on after its end."))
        rest = chunk
        while True:
            try:
                piece = unpacker.decompress(rest, _PIECE)
            except zlib.error as error:
                raise Broken(tr("The server's answer is damaged.")) from error
            if piece:
                yield piece
            rest = unpacker.unconsumed_tail
            if not rest and len(piece) < _PIECE:
                break
        if unpacker.unused_data:
            raise Broken(tr("The server's answer goes on after its end."))
    if not unpacker.eof:
        raise Broken(CUT)


def whole(pieces: Iterable[bytes], most: int = MAX_REPLY_BYTES) -> bytes:
    body = bytearray()
    for piece in pieces:
        body += piece
        if len(body) > most:
            raise Broken(tr("The server's answer is far too long."))
    return bytes(body)


def event_lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Lines of a stream that has no end; what is begun when it ends all the same is forgotten. Raises Broken."""
    begun = b""
    for piece in pieces:
        *whole, begun = (begun + piece).split(b"\n")
        yield from (line.rstrip(b"\r") for line in whole)
        if len(begun) > MAX_EVENT_BYTES:
            raise Broken(tr("A line of the server's answer is far too long."))


def lines_of(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Whole lines; split at newlines only, as other line ends are part of what somebody wrote. Raises Broken."""
    begun = b""
    total = 0
    for piece in pieces:
        total += len(piece)
        if total > wire.MAX_ANSWER_BYTES:
            raise Broken(tr("The server's answer is far too long."))
        *whole, begun = (begun + piece).split(b"\n")
        for line in whole:
            if len(line) > wire.MAX_LINE_BYTES:
                raise Broken(tr("A line of the server's answer is far too long."))
            yield line
        if len(begun) > wire.MAX_LINE_BYTES:
            raise Broken(tr("A line of the server's answer is far too long."))
    if begun:
        raise Broken(CUT)

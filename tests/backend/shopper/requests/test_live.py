"""The streams of a worker: what happens while one comes is told to it, too."""

from __future__ import annotations

import asyncio
import datetime as dt

from sellmode_backend.shopper.requests.live import Chats, Stream
from sellmode_backend.store.bell import Bell
from sellmode_contract.kinds.request import Request
from sellmode_contract.mutations import Claim, Create
from tests.backend.shopper.requests.front import Front
from tests.backend.sync.pushing import Writer, uuid7
from tests.support.backend import DEADLINE


def answer(front: Front, request: Request, device: str) -> None:
    ben = Writer(front.shop.database, front.ben, front.shop.clock, device=device)
    ben.pull()
    line = Create(kind="chat_line", id=uuid7(), doc={"request": request.id, "text": "Yes"})
    ben.done(Claim(kind="request", id=request.id), line)


def test_a_stream_that_comes_during_a_look_misses_nothing(front: Front) -> None:
    first_talk = front.asked().removeprefix("/t/")
    first = front.request()
    other_talk = front.asked().removeprefix("/t/")
    (other,) = (request for request in front.requests() if request.id != first.id)

    async def told() -> bytes:
        loop = asyncio.get_running_loop()
        came: asyncio.Future[Stream | None] = loop.create_future()
        is_ready = False

        def clock() -> dt.datetime:
            """Asked when a look begins: then the other stream comes, and is answered before the look is over."""
            nonlocal is_ready
            if is_ready:
                is_ready = False
                stream = asyncio.run_coroutine_threadsafe(chats.open(other_talk, 0), loop).result(DEADLINE)
                answer(front, other, "device-2")
                loop.call_soon_threadsafe(came.set_result, stream)
            return front.shop.clock()

        bell = Bell(front.shop.database)
        chats = Chats(front.shop.database, bell, clock, most=9, poll_seconds=60, alive_seconds=60)
        assert await chats.open(first_talk, 0)
        is_ready = True
        await asyncio.to_thread(answer, front, first, "device-1")
        events = b""
        async with asyncio.timeout(DEADLINE):
            stream = await came
            assert stream
            async for some in stream:
                events += some
                if b"Yes" in events:
                    break
        chats.close()
        await bell.close()
        return events

    assert b"Yes" in asyncio.run(told())

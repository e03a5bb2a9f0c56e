"""Who writes just now in a talk with a customer: told to whoever sees the talk, either way, and kept by nobody."""

from __future__ import annotations

import datetime as dt
from functools import partial

import msgspec

from sellmode_backend.store import typing
from sellmode_contract.ids import new_id
from sellmode_contract.kinds.request import Request, Talk, talk_id
from sellmode_contract.wire import SYNC_PATH, SyncRequest
from tests.backend.sync.conftest import World
from tests.backend.sync.test_events import Listener


def test_a_customer_who_writes_is_told_to_who_sees_the_talk_and_nobody_else(world: World) -> None:
    request = Request(id=new_id(1, b"0123456789"), store="Alpha", claimed_by=world.ada.id)
    world.write(request, Talk(id=talk_id(request.id), store="Alpha", request=request.id, holder=world.ada.id))
    ada, ben = Listener(world.client(world.ada)), Listener(world.client(world.ben))
    note = partial(typing.note, request=request.id, store="Alpha", side="customer", now=world.clock())
    world.database.write(note)
    assert not any(isinstance(item, tuple) for item in ada.until(("typing", {"request": request.id}))), "no poke"
    world.write(msgspec.structs.replace(request, lines=1))
    assert ("typing", {"request": request.id}) not in ben.until("Alpha")


def test_who_has_taken_a_request_and_nobody_else_is_writing_to_its_customer(world: World) -> None:
    request = Request(id=new_id(1, b"0123456789"), store="Alpha", claimed_by=world.ada.id)
    world.write(request, Talk(id=talk_id(request.id), store="Alpha", request=request.id, holder=world.ada.id))
    for account, writes in ((world.ben, 0), (world.ada, 1)):
        client = world.client(account)
        client.post(SYNC_PATH, SyncRequest(device=client.device, typing=request.id))
        with world.database.snapshot() as connection:
            assert len(typing.fresh(connection, "store", world.clock())) == writes
            assert typing.fresh(connection, "store", world.clock() + dt.timedelta(seconds=6)) == []

"""Decodes what a client sent, each mutation separately, so that an unreadable one is refused alone."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from sellmode_contract import text, wire
from sellmode_contract.kinds import KINDS
from sellmode_contract.mutations import Create, Operation, Park, Queued, Rejected, decode, target
from sellmode_contract.mutations.operations import name_of

_UUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_UUID7 = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
_MAX_SEQ = 2**53
_MAX_DEPTH = 20
"""Levels of lists and maps inside an operation."""
_MAX_ID = 100
"""Characters; no database indexes texts of any length."""
_decode_queued = msgspec.json.Decoder(Queued).decode


class BadPush(ValueError):
    """The mutations of a request cannot be told apart; says which and why."""


class IncomingMutation(NamedTuple):
    """A mutation as it was sent."""

    mid: str
    seq: int
    age_ms: int
    operation: Operation | Rejected
    body: str | None
    """The operation's JSON; None if no database could keep it."""

    @property
    def has_name(self) -> bool:
        """Whether its ``mid`` is one that the ledger can have."""
        return _UUID.fullmatch(self.mid) is not None

    @property
    def op(self) -> str | None:
        """The operation's name; None for what could not be read."""
        return None if isinstance(self.operation, Rejected) else name_of(type(self.operation))

    @property
    def target(self) -> tuple[str, str] | None:
        """Kind and id of what it is to change; None for what could not be read."""
        return None if isinstance(self.operation, Rejected) else target(self.operation)


def read(cid: str, raws: Sequence[msgspec.Raw]) -> list[IncomingMutation]:
    """The mutations of a request. Raises BadPush for what makes all of them unreadable."""
    if len(raws) > wire.MAX_MUTATIONS:
        raise BadPush(f"The request's $.m has {len(raws)} mutations; at most {wire.MAX_MUTATIONS} come in one call.")
    if raws and not cid:
        raise BadPush("The request's $.cid is missing: mutations need the name of their client.")
    return [_incoming(raw, f"$.m[{index}]") for index, raw in enumerate(raws)]


def _incoming(raw: msgspec.Raw, where: str) -> IncomingMutation:
    try:
        queued = _decode_queued(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        what, _, path = str(error).partition(" - at `$")  # without the value
        raise BadPush(f"The request's {where}{path.rstrip('`')}: {what}.") from None
    if not 1 <= queued.seq <= _MAX_SEQ:
        raise BadPush(f"The request's {where}.seq has to be from 1 to 2^53.")
    if "\0" in queued.mid:
        raise BadPush(f"The request's {where}.mid holds a NUL.")
    try:
        operation: Operation | Rejected = _operation(queued)
    except Rejected as refusal:
        operation = refusal
    return IncomingMutation(queued.mid, queued.seq, queued.age_ms, operation, _storable(bytes(queued.do)))


def _operation(queued: Queued) -> Operation:
    if not _UUID.fullmatch(queued.mid):
        raise Rejected("invalid", "A mutation's mid is a UUID in its canonical form.", field="mid")
    if len(queued.do) > wire.MAX_MUTATION_BYTES:
        raise Rejected("too_large", f"A change has at most {wire.MAX_MUTATION_BYTES} bytes.")
    operation = decode(queued.do)
    _check_plain(msgspec.structs.asdict(operation), "the change", _MAX_DEPTH)
    _check_id(operation)
    if isinstance(operation, Park):
        _check_id(decode(msgspec.json.encode(operation.operation)))
    return operation


def _check_id(operation: Operation) -> None:
    if len(operation.id) > _MAX_ID:
        raise Rejected("invalid", f"An id has at most {_MAX_ID} characters.", field="id")
    # Ids of what was imported can be worked out from a customer's number: nobody may try out which are there.
    # Others that can be are asked for only by who may know (``mutations.hooks``).
    if isinstance(operation, Create) and KINDS[operation.kind].id_of:
        return
    if isinstance(operation, Create | Park) and not _UUID7.fullmatch(operation.id):
        raise Rejected("invalid", "The id of something new is a UUIDv7 in its canonical form.", field="id")


def _check_plain(value: Any, where: str, levels: int) -> None:
    """Raise Rejected for text that no database of ours can hold, wherever it is, and for what is nested too deeply."""
    if isinstance(value, str):
        try:
            text.refuse(value, where)
        except text.UnstorableText as error:
            raise Rejected("invalid", f"{error}.") from None
    elif isinstance(value, Mapping | list | tuple):
        if not levels:
            raise Rejected("invalid", f"A change has at most {_MAX_DEPTH} levels of lists and maps.")
        for item in [*value.keys(), *value.values()] if isinstance(value, Mapping) else value:
            _check_plain(item, where, levels - 1)


def _storable(body: bytes) -> str | None:
    if len(body) > wire.MAX_MUTATION_BYTES:
        return None
    try:
        return body.decode()
    except UnicodeDecodeError:
        return None

"""The operations, as they lie in a terminal's journal and travel to the backend.

Each carries what its author meant (the fields they changed, with the values they saw), never a whole record. Bodies in
a journal are never rewritten: a version of an operation stays readable (``v``), an unknown one is refused alone.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeAlias

import msgspec

from sellmode_contract.kinds import KINDS
from sellmode_contract.kinds.consent import Channel, ConsentState
from sellmode_contract.kinds.kind import Verb
from sellmode_contract.kinds.sent_lookbook import Way
from sellmode_contract.records import Instant
from sellmode_contract.refusals import Rejected
from sellmode_contract.roles import Capability
from sellmode_contract.translatable import Translatable, marked

OPERATION_VERSION = 1
"""The highest ``v`` that this version of the contract understands."""


class _Operation(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, tag_field="op"
):
    id: str
    """The record's."""
    v: int = 1


def _open_to(verb: Verb) -> msgspec.Meta:
    """The schema of a kind of record of which people may do so; ``decode`` holds to it."""
    return msgspec.Meta(extra_json_schema={"enum": sorted(kind.name for kind in KINDS.values() if verb in kind.verbs)})


class Create(_Operation, frozen=True, kw_only=True, tag="create"):
    """A new record, whose id the author made."""

    kind: Annotated[str, _open_to("create")]
    doc: dict[str, Any]
    """Its fields, as a record has them; ``customer`` for what belongs to one. Author and time are not among them."""


class Edit(_Operation, frozen=True, kw_only=True, tag="edit"):
    """Changes of fields. ``sizes.shoes`` and ``custom.pet`` name an entry of a map, which None takes away."""

    kind: Annotated[str, _open_to("edit")]
    set: dict[str, Any] = {}
    was: dict[str, Any] = {}
    """For each field of ``set``, what its author saw; None where there was nothing."""
    add: dict[str, tuple[str, ...]] = {}
    """To ``tags`` and ``preferences``, which are sets."""
    remove: dict[str, tuple[str, ...]] = {}
    guard: bool = False
    """Do all of it or nothing: every field still has to be as ``was`` says. For taking back what one has done."""


class Remove(_Operation, frozen=True, kw_only=True, tag="remove"):
    """Takes away a date, a rule, or what one has made oneself."""

    kind: Annotated[str, _open_to("remove")]
    was: dict[str, Any] = {}
    """The fields as their author saw them; if any differs by now, the record stays."""


class SetConsent(_Operation, frozen=True, kw_only=True, tag="consent"):
    """What a customer allows on a channel from now on. The first consent of a channel has the id of ``consent_id``."""

    customer: str
    channel: Channel
    state: ConsentState
    was: ConsentState = "one_to_one"
    evidence: str = ""
    """What shows that the customer wants it: needed for anything that allows more than before."""


class Claim(_Operation, frozen=True, kw_only=True, tag="claim"):
    """Takes a request or task, if nobody has."""

    kind: Literal["request", "rule_task", "manual_task"]


class Release(_Operation, frozen=True, kw_only=True, tag="release"):
    """Gives back what one has claimed."""

    kind: Literal["request", "rule_task", "manual_task"]


class Transfer(_Operation, frozen=True, kw_only=True, tag="transfer"):
    """Passes a request, whose id this is, on to a colleague of the store: one's own, or as a manager anybody's."""

    to: str
    """Staff id."""
    was: str | None
    """Who had it, as the author saw it; None is nobody."""


class MarkSeen(_Operation, frozen=True, kw_only=True, tag="seen"):
    """Says that one has seen the lines of a talk, whose id this is, up to a number."""

    n: int


TaskKind: TypeAlias = Literal["manual_task", "rule_task", "corporate_task"]


class Finish(_Operation, frozen=True, kw_only=True, tag="finish"):
    """Ends a task: it is done, or dismissed for a reason. If it repeats, the next one is made."""

    kind: TaskKind
    how: Literal["done", "dismissed"] = "done"
    reason: str = ""


class Reopen(_Operation, frozen=True, kw_only=True, tag="reopen"):
    """Takes back that one has ended a task. The next one of a repeating task goes, if nobody has touched it."""

    kind: TaskKind


class Withdraw(_Operation, frozen=True, kw_only=True, tag="withdraw"):
    """Takes a task back from whom it was given to, by a manager's card of it, whose id this is."""

    reason: str = ""


class Assign(_Operation, frozen=True, kw_only=True, tag="assign"):
    """Gives a customer, whose id this is, to somebody else of the store, or to nobody.

    The author need not see the customer, only the card. If the customer is not ``was``'s any more, nothing is done: of
    two who assign one customer, the first to arrive counts.
    """

    to: str | None
    """Staff id; None is nobody."""
    was: str | None
    """Whose the customer was, as the author saw it."""
    back: bool = False
    """Takes an assignment back: also to somebody who has left the store since."""


class Share(_Operation, frozen=True, kw_only=True, tag="share"):
    """Gives a lookbook, whose id this is, its link; a copy stays with its customer."""

    token: str
    """What the link ends in: made where it is shared, so that it is there at once. The same one when shared again."""
    how: Way = "link"
    expires_at: Instant | None = None
    """Until when the link works; None: as long as is usual."""


class Renew(_Operation, frozen=True, kw_only=True, tag="renew"):
    """Lets the link of a lookbook, whose id this is, work until another time, though it was revoked or has expired."""

    expires_at: Instant | None = None


class Revoke(_Operation, frozen=True, kw_only=True, tag="revoke"):
    """Lets the link of a lookbook, whose id this is, work no more."""


class Delegate(_Operation, frozen=True, kw_only=True, tag="delegate"):
    """Lets somebody of the store change its picks, a list of which has this id, from a day to a day."""

    taker: str
    """Staff id."""
    from_day: str
    """``2026-12-24``, of the store."""
    to_day: str


class Undelegate(_Operation, frozen=True, kw_only=True, tag="undelegate"):
    """Takes that back from them."""

    taker: str


class Available(_Operation, frozen=True, kw_only=True, tag="available"):
    """Says whether one is available for chat: one's own presence has this id."""

    available: bool
    good_at: str | None = None
    """What customers may ask one about; None: as it was."""


class Merge(_Operation, frozen=True, kw_only=True, tag="merge"):
    """Makes one customer of a duplicate pair, whose id this is. The stricter consent stays, tags and the like unite."""

    keep: str
    """Id of the customer who stays."""
    take: tuple[str, ...] = ()
    """Fields whose value is the other one's."""


class Dismiss(_Operation, frozen=True, kw_only=True, tag="dismiss"):
    """A duplicate pair, whose id this is, is two people."""


class Park(_Operation, frozen=True, kw_only=True, tag="park"):
    """Hands one's own change over to whoever looks after the customer; ``id`` is the parked edit's, a new one."""

    customer: str
    operation: dict[str, Any]


class Accept(_Operation, frozen=True, kw_only=True, tag="accept"):
    """Makes a change that was handed over, whose id this is, one's own."""


class Discard(_Operation, frozen=True, kw_only=True, tag="discard"):
    """Drops a change that was handed over, whose id this is."""


Operation: TypeAlias = (
    Create
    | Edit
    | Remove
    | SetConsent
    | Claim
    | Release
    | Transfer
    | MarkSeen
    | Finish
    | Reopen
    | Withdraw
    | Assign
    | Share
    | Renew
    | Revoke
    | Delegate
    | Undelegate
    | Available
    | Merge
    | Dismiss
    | Park
    | Accept
    | Discard
)

_decoder: msgspec.json.Decoder[Operation] = msgspec.json.Decoder(Operation)


def name_of(operation: type[Operation]) -> str:
    """What the JSON of a kind of operation calls it (``op``)."""
    return str(operation.__struct_config__.tag)


_NAMES = frozenset(name_of(kind) for kind in Operation.__args__)
_OLDER = marked("The server is older than the app and does not support this change yet.")


def known_changes() -> str:
    """A short name for all that this version can be asked to do: another version that knows more has another one."""
    kinds = (f"{kind.name} {' '.join(sorted(kind.verbs))}" for kind in KINDS.values())
    return f"{zlib.crc32(repr((OPERATION_VERSION, sorted(_NAMES), sorted(kinds))).encode()):08x}"


class Queued(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A mutation on its way."""

    mid: str
    """UUIDv7: names the intent. The same, sent however often, has one effect."""
    seq: int
    """Its place in what this client sends, from 1, without gaps."""
    age_ms: int = 0
    """How long ago it was made, by the client's clocks; no order depends on it."""
    do: msgspec.Raw
    """The operation. Read by ``decode``, so that one that cannot be read is refused alone."""


def decode(raw: msgspec.Raw | bytes | str) -> Operation:
    """An operation as it was sent. Raises Rejected: ``unsupported`` for one from a newer version, else ``invalid``."""
    try:
        return _known(_decoder.decode(raw))
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        _refuse_newer(raw)
        raise Rejected(
            "invalid",
            Translatable("The change cannot be read: {why}.", why=_without_values(error)),
        ) from None


def encode(operation: Operation) -> bytes:
    """An operation as it is sent and kept."""
    return msgspec.json.encode(operation)


def _known(operation: Operation) -> Operation:
    if not 1 <= operation.v <= OPERATION_VERSION:
        raise Rejected(
            "unsupported",
            Translatable(
                "The server knows version {known} of this change, not {sent}.",
                known=OPERATION_VERSION,
                sent=operation.v,
            ),
        )
    if isinstance(operation, Create | Edit | Remove):
        kind = KINDS.get(operation.kind)
        if kind is None or name_of(type(operation)) not in kind.verbs:
            raise Rejected("unsupported", _OLDER)
    return operation


def _refuse_newer(raw: msgspec.Raw | bytes | str) -> None:
    """Raise ``unsupported`` for what is unreadable because a newer version wrote it."""
    try:
        fields = msgspec.json.decode(raw)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return
    if not isinstance(fields, dict):
        return
    version, name, kind = fields.get("v", 1), fields.get("op"), fields.get("kind")
    newer = isinstance(version, int) and version > OPERATION_VERSION
    if newer or any(isinstance(word, str) and word not in known for word, known in ((name, _NAMES), (kind, KINDS))):
        raise Rejected("unsupported", _OLDER) from None


def _without_values(error: Exception) -> Translatable:
    """The part of a message that names a place; what was there instead may be somebody's name."""
    what, _, where = str(error).rpartition(" - at ")
    if "unknown field" in str(error):
        if not what:
            return Translatable.said(marked("it has an unknown field"))
        return Translatable("it has an unknown field at {where}", where=where)
    return (
        Translatable("wrong at {where}", where=where)
        if what
        else Translatable.said(marked("it is not the JSON of a change"))
    )


# ------------------------------------------------------------------ what they are about


def target(operation: Operation) -> tuple[str, str]:  # noqa: PLR0911 -- one for each kind of record
    """Kind and id of the record that an operation changes."""
    match operation:
        case SetConsent():
            return "consent", operation.id
        case Assign():
            return "customer", operation.id
        case Merge() | Dismiss():
            return "duplicate_pair", operation.id
        case Park() | Accept() | Discard():
            return "parked_edit", operation.id
        case Withdraw():
            return "task_card", operation.id
        case Share() | Renew() | Revoke():
            return "lookbook", operation.id
        case Transfer():
            return "request", operation.id
        case MarkSeen():
            return "talk", operation.id
        case Delegate() | Undelegate():
            return "pick_list", operation.id
        case Available():
            return "presence", operation.id
        case _:
            return operation.kind, operation.id


def customers_of(operation: Operation) -> str | None:
    """Id of the customer whom an operation itself names; what it changes may belong to one besides."""
    match operation:
        case Edit(kind="customer") | Remove(kind="customer") | Create(kind="customer") | Assign():
            return operation.id
        case Create():
            customer = operation.doc.get("customer")
            return customer if isinstance(customer, str) else None
        case Edit(kind="request"):
            customer = operation.set.get("customer")
            return customer if isinstance(customer, str) else None
        case SetConsent() | Park():
            return operation.customer
        case _:
            return None


def is_fact(operation: Operation) -> bool:
    """Whether it tells of something that happened, and so counts although the customer has left the author's view."""
    match operation:
        case Create():
            return KINDS[operation.kind].fact
        case Finish(how="done") | SetConsent(state="unsubscribed"):
            return True
        case _:
            return False


def can_be_handed_over(operation: Operation) -> bool:
    """Whether it may be given to whoever looks after the customer: ``Park``."""
    match operation:
        case Create() | Edit() | Remove():
            return name_of(type(operation)) in KINDS[operation.kind].handed_over
        case _:
            return isinstance(operation, SetConsent)


def capability(operation: Operation) -> Capability:
    """What an account needs to be able to do it, besides seeing what it is about."""
    match operation:
        case Merge() | Dismiss() | Withdraw() | Assign():
            return "reassign"
        case Create() | Edit() | Remove():
            return KINDS[operation.kind].capability
        case _:
            return "sell"


def plain(operation: Operation) -> Mapping[str, Any]:
    """An operation as builtins, for keeping it inside a record."""
    fields: dict[str, Any] = msgspec.to_builtins(operation)
    return fields

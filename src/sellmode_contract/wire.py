"""What the terminal and the backend say to each other: sync lines, sign-in bodies and problems (RFC 9457).

docs/sync.md tells how they are used. Bodies are JSON; a sync answer is NDJSON, one line a message, told apart by ``t``.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal, TypeAlias

import msgspec

from sellmode_contract.refusals import Conflict, RejectionCode
from sellmode_contract.visibility import Account

PROTOCOL = 1
"""Version of what is in this module; travels as ``Sync-Protocol``."""
SCHEMA = 1
"""Version of the records' documents."""

PROTOCOL_HEADER = "Sync-Protocol"
NONCE_HEADER = "Sync-Request"
"""A client's random text, echoed by the backend. An answer without it came from somebody else (a captive portal)."""
NDJSON = "application/x-ndjson"
PROBLEM_JSON = "application/problem+json"
EVENT_STREAM = "text/event-stream"

SYNC_PATH = "/v1/sync"
EVENTS_PATH = "/v1/sync/events"
SALVAGE_PATH = "/v1/sync/salvage"
PREVIEW_PATH = "/v1/rules/preview"
PICTURE_PATH = "/v1/products/{product}/picture"
SIGN_IN_PATH = "/v1/sign-in"
ACTIVATE_PATH = "/v1/activate"
SIGN_OUT_PATH = "/v1/sign-out"

MAX_LINE_BYTES = 4 * 1024 * 1024
"""No line of a sync answer is longer; a client refuses a longer one."""
MAX_ANSWER_BYTES = 64 * 1024 * 1024
"""No decoded sync answer is longer; a client refuses the rest."""
MAX_BODY_BYTES = 256 * 1024
"""No request body is longer; the backend refuses a longer one."""
MAX_MUTATIONS = 50
"""No call brings more mutations."""
MAX_MUTATION_BYTES = 64 * 1024
"""No single mutation is longer; a client refuses to keep a longer one, the backend to do it."""
MAX_DEVICE = 100
"""Characters of a device's id."""
MAX_NAME = 200
"""Characters of a user name, a device's name, an activation code, an epoch and a client's name."""
MAX_LIMIT = 50_000
"""Lines that a client may ask for in one answer."""
PICTURE_SIDE = 160
"""Pixels of the longer side of a product's picture, at most; a client refuses a larger one."""
MAX_PICTURE_BYTES = 64 * 1024
"""No product's picture is longer; a client refuses a longer one."""
ALIVE_SECONDS = 2.0
"""The events' stream shows about so often that the backend is alive."""
TYPING_SECONDS = 6.0
"""So long after it was said somebody counts as writing in a talk."""


class _Body(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    pass


# ------------------------------------------------------------------ sign-in


class _Secret(_Body, frozen=True, kw_only=True):
    """A body that must not stand in a traceback or a log."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(...)"


class SignIn(_Secret, frozen=True, kw_only=True):
    """Body of a sign-in."""

    user_name: str
    password: str
    device: str
    """Random id that the terminal made for itself once."""
    device_name: str = ""


class Activate(_Secret, frozen=True, kw_only=True):
    """Body of a first sign-in, or of the first after a reset: a one-time code sets the password."""

    user_name: str
    code: str
    password: str
    device: str
    device_name: str = ""


class SignedIn(_Secret, frozen=True, kw_only=True):
    """Answer to either: a session, and the key of this account's files on this device."""

    token: str
    """Opaque, 256 bits, base64url. Sent as ``Authorization: Bearer``."""
    key: bytes
    """32 bytes; the same at every sign-in of this account on this device."""
    account: Account
    retailer: str
    """Name of the retailer."""
    expires_at: dt.datetime


class Problem(_Body, frozen=True, kw_only=True):
    """A refusal (RFC 9457). ``code`` is what programs look at."""

    code: str
    title: str
    status: int
    detail: str = ""
    min_protocol: int | None = None
    retry_after: int | None = None
    """Seconds; the same as the header's."""
    type: str = "about:blank"


ProblemCode: TypeAlias = Literal[
    "bad_request",
    "body_too_large",
    "wrong_credentials",
    "wrong_code",
    "weak_password",
    "signed_out",
    "account_disabled",
    "too_many_attempts",
    "upgrade_required",
    "client_forked",
    "conflict",
    "not_found",
    "method_not_allowed",
    "unavailable",
    "internal",
]
"""``wrong_code`` stands for wrong, used and expired alike; ``wrong_credentials`` for unknown names too.

``client_forked``: another journal uses this client's name (a copied file, another account): the client takes a new
name, counts from 1 again and goes on.
"""


# ------------------------------------------------------------------ sync


class SyncRequest(_Body, frozen=True, kw_only=True):
    """Body of ``POST /v1/sync``."""

    device: str
    schema: int = SCHEMA
    epoch: str | None = None
    """The backend's epoch as last heard."""
    cursor: str | None = None
    """As last received; None for a first sync. The client never looks into it."""
    limit: int = 5000
    """About how many lines to put into one answer; a page is never split."""
    cid: str = ""
    """Random name of the client whose mutations these are: one journal. Empty for a client that never writes."""
    m: tuple[msgspec.Raw, ...] = ()
    """Mutations (``mutations.Queued``) in the order of their ``seq``, at most MAX_MUTATIONS. Judged before anything
    is read, so that an edit is judged before its record leaves."""
    typing: str = ""
    """Id of a request whose customer is being written to just now, by who has taken it; said again every few seconds,
    and kept by nobody."""


class Typing(_Body, frozen=True, kw_only=True):
    """Data of the event ``typing``: the customer of a request is writing just now."""

    request: str


class Salvage(_Secret, frozen=True, kw_only=True):
    """Body of ``POST /v1/sync/salvage``: what somebody whose account was disabled had not sent yet.

    Signed in no more, the device shows that it holds the account's key: ``proof`` is HMAC-SHA256 with that key over
    ``mutations`` as JSON. Facts count, new customers come to the store's managers, edits are handed over.
    """

    user_name: str
    device: str
    cid: str
    mutations: tuple[msgspec.Raw, ...]
    proof: bytes


class Salvaged(_Body, frozen=True, kw_only=True):
    """Answer to it."""

    results: tuple[Result, ...]


class Lease(_Body, frozen=True, kw_only=True):
    """How long a terminal may go without contact, in seconds."""

    soft_s: int
    hard_s: int


class View(_Body, frozen=True, kw_only=True):
    """What the backend knows of the account that asks; it takes effect with the scopes."""

    mode: str
    account: Account


class Head(msgspec.Struct, frozen=True, kw_only=True, tag_field="t", tag="h", omit_defaults=True):
    """First line. The scopes replace the ones the terminal had; what is in none of them is hidden at once."""

    epoch: str
    view: View
    scopes: tuple[str, ...]
    now: dt.datetime
    lease: Lease
    schema: tuple[int, int]
    """Lowest and highest document version that the backend serves."""
    reset: bool = False
    """The epoch changed: the cache starts anew. Mutations of this call were not looked at: the client takes a new name
    and sends again whatever it still has, which the backend tells apart by ``mid``."""
    acked: int = 0
    """The highest ``seq`` of this client that is done with, before this call's. A mutation that follows on a higher one
    is not looked at (``gap``)."""
    knows: str = ""
    """Another text whenever the backend can be asked to do other things than before: what was ``unsupported`` is to be
    sent again."""


class Result(msgspec.Struct, frozen=True, kw_only=True, tag_field="t", tag="m", omit_defaults=True):
    """What became of a mutation. All results come before the first page."""

    mid: str
    seq: int
    st: Literal["applied", "merged", "parked", "rejected", "retry", "gap"]
    """``merged``: a field had been changed by somebody else, the last to arrive won (``conf``). ``parked``: not done,
    but handed over. ``retry``: the backend failed; this and all later ones are to be sent again. ``gap``: one before it
    is missing."""
    code: RejectionCode | None = None
    """Of what was not done."""
    detail: str = ""
    """In words, safe to show; it repeats no value."""
    field: str = ""
    """The field at fault, where it is one."""
    winner: str | None = None
    """Staff id of who was first: has claimed or ended it, has it assigned, or has changed the field."""
    conf: dict[str, Conflict] = {}
    revs: tuple[tuple[str, str, int], ...] = ()
    """Kind, id and revision of each record as this mutation left it; 0 for one that is no more. What the cache holds at
    that revision or a higher one contains the mutation. Of a merge only the pair's: it moves all that a customer has.
    """


class Put(msgspec.Struct, frozen=True, kw_only=True, tag_field="t", tag="p", omit_defaults=True):
    """A record as it is now."""

    k: str
    id: str
    v: int
    """Revision; rises with every change of the record, also when it is removed and made again."""
    s: str
    """The scope that delivers it."""
    g: int = 0
    """The reset that delivers it; 0 outside resets."""
    d: msgspec.Raw
    """The record's document."""


class Remove(msgspec.Struct, frozen=True, kw_only=True, tag_field="t", tag="r", omit_defaults=True):
    """A record left a scope. It is deleted only if the cache holds it under that scope."""

    k: str
    id: str
    s: str


class Sweep(msgspec.Struct, frozen=True, kw_only=True, tag_field="t", tag="sweep"):
    """A reset of a scope is complete: what it did not deliver is deleted."""

    s: str
    g: int


class Drop(msgspec.Struct, frozen=True, kw_only=True, tag_field="t", tag="d"):
    """Everything of a scope is deleted."""

    s: str


class Checkpoint(msgspec.Struct, frozen=True, kw_only=True, tag_field="t", tag="c", omit_defaults=True):
    """Ends a page: what came since the last one, and the cursor, are made durable together."""

    cur: str
    n: int
    """How many lines the page had; another number is a broken stream."""
    left: int | None = None
    """About how many records are still to come in this pass, where known: progress of a first sync."""


class KeepAlive(msgspec.Struct, frozen=True, kw_only=True, tag_field="t", tag="k"):
    """Means nothing but that the backend is still there."""


class End(msgspec.Struct, frozen=True, kw_only=True, tag_field="t", tag="e", omit_defaults=True):
    """Last line. An answer without it was cut; everything up to its last checkpoint counts."""

    more: bool = False
    """Ask again at once."""
    poll_s: int = 30
    spread_ms: int = 0


Line: TypeAlias = Head | Result | Put | Remove | Sweep | Drop | Checkpoint | KeepAlive | End


# ------------------------------------------------------------------ preview of a rule


class PreviewRequest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Asks what a rule would do in a store on a day. Answered to who has the capability ``rules`` and that store."""

    store: str
    rule: dict[str, Any]
    """A ``TaskRule`` as builtins, as it is or might be. One that makes no sense is a ``bad_request``."""
    day: str = ""
    """``2026-12-24``; empty for the store's next day."""


class PreviewLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A task that would be made, or is held back, for a customer whom the asker sees, and so has the name of.

    Of a rule for picks or requests it is for a list or a request that the asker sees.
    """

    customer: str = ""
    picks: str = ""
    """Title of the list."""
    request: str = ""
    """Whose request, or else its way."""
    due: str
    person: str | None = None
    """Staff id of whom it would fall to."""
    held: str = ""
    """Why it is held back: one of ``rules.HELD``; empty for a task."""


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule would do."""

    day: str
    due: int
    """How many tasks in all, for customers or lists that the asker sees."""
    held: int
    """How many held back in all, likewise."""
    lines: tuple[PreviewLine, ...]
    """The first ``MAX_PREVIEW_LINES`` of either sort."""
    unseen: int | None = None
    """How many customers of the store the asker does not see, or lists of picks or requests, whatever is asked about:
    none of them is in the numbers above. In steps of ``UNSEEN_STEP``, 0 is fewer than that; None if the asker may see
    all.
    """


UNSEEN_STEP = 5
MAX_PREVIEW_LINES = 200

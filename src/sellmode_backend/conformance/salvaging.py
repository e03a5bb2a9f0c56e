"""Handing in what a disabled account had not sent, as far as it goes without disabling anybody."""

from __future__ import annotations

import base64
import hmac

import msgspec

from sellmode_backend.conformance.checking import check
from sellmode_backend.conformance.expecting import expect_problem
from sellmode_backend.conformance.http import Answer
from sellmode_backend.conformance.kit import Kit
from sellmode_contract import wire
from sellmode_contract.mutations import Create

_WRITING = "writing"


@check(_WRITING, "a salvage with a right proof of somebody who is not disabled is `conflict`")
def not_disabled(kit: Kit) -> None:
    """The proof is of the mutations' bytes, with nothing between them."""
    key = kit.terminal("ben").signed_in.key
    expect_problem(_salvage(kit, key), 409, "conflict")


@check(_WRITING, "a salvage with a wrong proof is `wrong_credentials`")
def wrong_proof(kit: Kit) -> None:
    """As is one of a device that is not known."""
    expect_problem(_salvage(kit, b"x" * 32), 401, "wrong_credentials")


def _salvage(kit: Kit, key: bytes) -> Answer:
    ben = kit.terminal("ben")
    note = Create(kind="note", id="019a0000-0000-7000-8000-000000000001", doc={"customer": "c", "text": "Zoë"})
    mutations = [{"mid": "019a0000-0000-7000-8000-000000000000", "seq": 1, "do": note}]
    text = msgspec.json.encode(mutations)
    asked = {
        "user_name": ben.user_name,
        "device": ben.device,
        "cid": ben.cid,
        "mutations": msgspec.Raw(text),
        "proof": base64.b64encode(hmac.digest(key, text, "sha256")).decode(),
    }
    return kit.line.ask("POST", wire.SALVAGE_PATH, asked)

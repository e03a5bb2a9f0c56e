"""The key of an account's files under the account's password, so that the password opens them offline.

There is no counter of wrong attempts. Whoever holds the file can put an old one back and try elsewhere, so what
protects it is that each guess costs: Argon2id over 64 MiB, some tenths of a second. The password itself is the
backend's to judge (at least 12 characters, none that is known); a counter would only lock out its owner.
"""

from __future__ import annotations

import os
import unicodedata
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from sellmode_tui.errors import WrongPassword
from sellmode_tui.key_memory import Key, wipe

if TYPE_CHECKING:  # both take their time to import: only where a password is at hand
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM


class Slot(msgspec.Struct, frozen=True, kw_only=True):
    """A wrapped key with what it takes to try a password."""

    salt: bytes
    time_cost: int
    memory_kib: int
    lanes: int
    nonce: bytes
    wrapped: bytes
    """The key under AES-256-GCM, with everything above and the account as associated data."""
    version: int = 1


class DamagedSlot(Exception):
    """A slot that nobody of ours made."""


class Cost(NamedTuple):
    """What a guess costs."""

    passes: int
    memory_kib: int
    lanes: int


COST = Cost(passes=3, memory_kib=64 * 1024, lanes=4)
"""RFC 9106, second recommended option."""
_KEY_BYTES, _SALT_BYTES, _NONCE_BYTES = 32, 16, 12


def seal(key: Key, password: str, bound_to: str) -> Slot:
    """Wrap a key. It opens only with the password and under the same name, so that slots cannot be swapped."""
    slot = Slot(
        salt=os.urandom(_SALT_BYTES),
        time_cost=COST.passes,
        memory_kib=COST.memory_kib,
        lanes=COST.lanes,
        nonce=os.urandom(_NONCE_BYTES),
        wrapped=b"",
    )
    wrapped = _cipher(slot, password).encrypt(slot.nonce, key, _associated(slot, bound_to))
    return msgspec.structs.replace(slot, wrapped=wrapped)


def open_slot(slot: Slot, password: str, bound_to: str) -> bytearray:
    """The key, for the caller to wipe. Raises WrongPassword; DamagedSlot for parameters that we never write."""
    from cryptography.exceptions import InvalidTag

    usual = (1, *COST, _SALT_BYTES, _NONCE_BYTES)
    if (slot.version, slot.time_cost, slot.memory_kib, slot.lanes, len(slot.salt), len(slot.nonce)) != usual:
        # Not what the file says: it could ask for all memory, or for so little that guessing is cheap.
        raise DamagedSlot("its parameters are none of ours")
    try:
        key = bytearray(_KEY_BYTES)
        _cipher(slot, password).decrypt_into(slot.nonce, slot.wrapped, _associated(slot, bound_to), key)
        return key
    except InvalidTag:
        raise WrongPassword(offline=True) from None


def _cipher(slot: Slot, password: str) -> AESGCM:
    from argon2.low_level import Type, hash_secret_raw
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    secret = hash_secret_raw(
        # The same password typed on another keyboard may come as other code points.
        unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass"),
        slot.salt,
        time_cost=slot.time_cost,
        memory_cost=slot.memory_kib,
        parallelism=slot.lanes,
        hash_len=_KEY_BYTES,
        type=Type.ID,
    )
    try:
        return AESGCM(secret)
    finally:
        wipe(secret)


def _associated(slot: Slot, bound_to: str) -> bytes:
    return msgspec.json.encode([bound_to, msgspec.structs.replace(slot, wrapped=b"")])

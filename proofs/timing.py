"""Names that exist and names that do not are told apart by nothing, time included.

Wrong guesses at known and at unknown names, in turn and in any order, each timed. Whoever is given the times of one
known and one unknown name, and says that the slower one is known, is right half the time: no better than guessing.
"""

from __future__ import annotations

import contextlib
import random
import time
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from functools import partial

import msgspec

from proofs.results import Proof, Trial
from proofs.workplace import workplace
from sellmode_backend.accounts import devices, directory, signing_in
from sellmode_backend.accounts.signing_in import SigningIn, WrongCode, WrongCredentials, utc_now
from sellmode_backend.store.database import Database
from sellmode_backend.sync.answer import SyncRules
from sellmode_backend.sync.salvage import salvage
from sellmode_contract import wire
from tests.backend.people import PASSWORD, QUICK
from tests.support.backend import retailer_database

PAIRS = 2000
"""Of guesses at each place: what chance makes of a half is then 0.011."""
BETTER = 0.05
"""So far from a half may it be that the slower one is the known one."""
_EACH = 2
"""Guesses at a name and a place: more would have to wait."""
_WRONG = "not this one"

_Guess = Callable[[str, str], object]
"""At a name, from an address."""


def _doors(database: Database) -> Mapping[str, _Guess]:
    """Where names are looked up of those who have shown nothing. Passwords take the least work: it hides nothing."""
    people = SigningIn(database, QUICK)
    device = {"device": "device-1", "device_name": ""}
    work = (msgspec.Raw(b"{}"),)
    return {
        "sign-in": lambda name, address: people.sign_in(
            wire.SignIn(user_name=name, password=_WRONG, **device), address
        ),
        "activation": lambda name, address: people.activate(
            wire.Activate(user_name=name, code="0000-0000-0000", password=PASSWORD, **device), address
        ),
        "salvage": lambda name, address: salvage(
            database,
            wire.Salvage(user_name=name, device="device-1", cid="c", mutations=work, proof=bytes(32)),
            address,
            utc_now(),
            SyncRules(),
        ),
    }


def _people(database: Database, number: int) -> None:
    """Accounts with a password and a device each."""
    hashed = QUICK.hash(PASSWORD)
    with database.transaction() as connection:
        for each in range(number):
            account = directory.new_account(user_name=f"known{each}", name="X", role="associate", stores=("Alpha",))
            directory.add(connection, account, utc_now())
            signing_in.set_password(connection, account.id, hashed)
            devices.key(connection, account.id, "device-1", "", utc_now())


def slower(known: Sequence[float], unknown: Sequence[float]) -> float:
    """How often a known one took longer than an unknown one, over all pairs of them."""
    ordered = sorted(unknown)
    return sum(bisect_left(ordered, each) + bisect_right(ordered, each) for each in known) / (
        2 * len(known) * len(unknown)
    )


def timed(guess: _Guess, pairs: int, chance: random.Random) -> float:
    """How well the names of so many pairs are told apart by a guess at each."""
    took: dict[str, list[float]] = {"known": [], "unknown": []}
    for number in range(pairs):
        for kind in chance.sample(list(took), 2):
            address = f"10.{chance.randrange(256)}.{chance.randrange(256)}.{chance.randrange(256)}"
            call = partial(guess, f"{kind}{number // _EACH}", address)
            began = time.perf_counter()
            with contextlib.suppress(WrongCredentials, WrongCode):
                call()
                raise AssertionError("a guess was right")
            took[kind].append(time.perf_counter() - began)
    return slower(took["known"], took["unknown"])


def trial(seed: int, pairs: int = PAIRS, better: float = BETTER) -> Trial:
    """Guesses at all places of a backend."""
    chance = random.Random(f"timing {seed}")
    with workplace() as folder, retailer_database(f"sqlite:///{folder / 'backend.db'}") as database:
        _people(database, -(-pairs // _EACH))
        found = {name: timed(guess, pairs, chance) for name, guess in _doors(database).items()}
    failures = tuple(
        f"{name}: of a known and an unknown name the known one takes longer {share:.0%} of the time"
        for name, share in found.items()
        if abs(share - 0.5) > better
    )
    return Trial(len(found) * pairs, failures, dict.fromkeys(found, pairs))


PROOF = Proof("timing", "known and unknown names take the same time", "pairs of guesses", trial)

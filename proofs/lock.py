"""Random sequences of keys, pastes, mouse, resizes, signals and kills against lock, switch and drafts.

The installed app runs on a pseudo-terminal. In each sequence somebody types a note, in pieces, while the window changes
its size and the mouse moves; then the app is locked, left or ended; then they come back. The note has to be there as it
was typed, nothing of the account may have been written to the terminal in between, and no wait may be in vain.
"""

from __future__ import annotations

import contextlib
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from proofs.results import Proof, Trial
from proofs.workplace import workplace
from sellmode_contract.ids import source_id
from sellmode_contract.kinds.customer import Customer
from sellmode_tui.journal.journal import Journal
from tests.support.quick import PROGRAM, hurry
from tests.support.terminal import Terminal, TerminalTimeout
from tests.tui.screens import counter
from tests.tui.screens.counter import PASSWORD, SERVER

SEQUENCES = 8
"""Of one seed, over the same files."""
_RARE = "ΩΨΦЖЩЯ"
"""Stand in names of customers and in what is typed, and in nothing else."""
_SIZES = ((80, 24), (100, 30), (120, 40), (60, 16))
_LINE = 45
"""Characters from which on a note gets no more: it stays on one line."""
_KEPT_SECONDS = 1.5
_ROOT = Path(__file__).parents[1]


class _Failed(Exception):
    pass


class _Till:
    """Somebody at a terminal, and what they have typed and not saved."""

    def __init__(self, data: Path, chance: random.Random, details: Counter[str]) -> None:
        self._data = data
        self._chance = chance
        self._details = details
        self.note = ""

    @contextlib.contextmanager
    def app(self) -> Iterator[Terminal]:
        """The app, signed in to by itself."""
        password = self._data.parent / "password"
        password.write_text(PASSWORD + "\n")
        password.chmod(0o600)
        home = self._data.parent / "home"
        home.mkdir(mode=0o700, exist_ok=True)
        env = {
            "HOME": str(home),
            "SELLMODE_DATA_DIR": str(self._data),
            "SELLMODE_CONFIG_DIR": str(home),
            "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
        }
        account = ["--server", SERVER, "--user", "anna", "--password-file", str(password)]
        with Terminal([sys.executable, "-c", PROGRAM, *account], cwd=_ROOT, env=env) as opened:
            self._back(opened)
            yield opened

    def sequence(self, opened: Terminal) -> bool:
        """One sequence; whether the app still runs."""
        if not self.note:
            opened.press("enter")
            opened.wait_for("Consent")
            opened.press("n")
            opened.wait_for("Note about")
            opened.wait_quiet(0.2)
        self._type(opened)
        match self._chance.choice(("lock", "lock", "switch", "sign out", "kill", "hang up", "end", "save", "discard")):
            case "save":
                opened.press("f2")
                self._gone(opened)
            case "discard":
                opened.press("escape")
                opened.wait_for("Discard changes?")
                opened.press("y")
                self._gone(opened)
            case "lock":
                opened.press("f10")
                self._away(opened, "Sellmode is locked", keys=True)
                opened.press("end", "ctrl+u")
                opened.type(f"{PASSWORD}\r")
                self._back(opened)
            case "switch":
                opened.press("f9")
                self._away(opened, "Enter signs in", keys=False)
                self._sign_in(opened)
            case "sign out":
                opened.press("f8")
                opened.wait_for("y Sign out")
                opened.press("y")
                self._away(opened, "Enter signs in", keys=False)
                self._sign_in(opened)
            case "kill":
                self._wait_until_kept()
                opened.signal(signal.SIGKILL)
                opened.wait_exit()
                return False
            case how:
                opened.signal(signal.SIGHUP if how == "hang up" else signal.SIGTERM)
                opened.wait_exit()
                return False
        return True

    def _type(self, opened: Terminal) -> None:
        for _ in range(self._chance.randint(1, 3) if len(self.note) < _LINE else 0):
            text = "".join(self._chance.choice(_RARE + "qu1?n") for _ in range(self._chance.randint(1, 8)))
            text = text if self.note else _RARE + text
            opened.type(text if self._chance.random() < 0.7 else f"\x1b[200~{text}\x1b[201~")
            self.note += text
            self._disturb(opened)
        opened.resize(80, 24)
        opened.wait_for(self.note)

    def _disturb(self, opened: Terminal) -> None:
        for _ in range(self._chance.randint(0, 2)):
            what = self._chance.choice(("size", "mouse", "stop"))
            self._details[what] += 1
            if what == "size":
                opened.resize(*self._chance.choice(_SIZES))
            elif what == "mouse":
                opened.type(f"\x1b[<35;{self._chance.randint(1, 50)};{self._chance.randint(1, 12)}M")
            else:
                opened.signal(signal.SIGSTOP)
                opened.signal(signal.SIGCONT)

    def _away(self, opened: Terminal, page: str, *, keys: bool) -> None:
        """Nobody is in: nothing of the account is written, whatever happens."""
        opened.wait_for(page)
        since = len(opened.written)
        self._disturb(opened)
        if keys:
            opened.type("".join(self._chance.choice("qux1") for _ in range(self._chance.randint(0, 12))))
            opened.press("shift+tab", "shift+tab")
        opened.resize(80, 24)
        opened.wait_for(page)
        opened.wait_quiet(0.2)
        if any(letter.encode() in opened.written[since:] for letter in _RARE):
            raise _Failed(f"something of the account was written while {page!r} was shown")

    def _sign_in(self, opened: Terminal) -> None:
        lines = opened.wait_for("User name")
        if not any("anna" in line for line in lines if "User name" in line):
            opened.type("anna\r")
            opened.wait_for(lambda lines: any("anna" in line for line in lines if "User name" in line))
        opened.type(f"{PASSWORD}\r")
        self._back(opened)

    def _back(self, opened: Terminal) -> None:
        """Somebody is in, and the note is as it was."""
        opened.wait_for(self.note or "3 customers")
        if self.note and not any(line.strip() == self.note for line in opened.screen()):
            raise _Failed(f"of a note of {len(self.note)} characters came back {opened.screen()[1]!r}")

    def _gone(self, opened: Terminal) -> None:
        """The note was saved or discarded: the profile is there again, or the list from which it came back."""
        opened.wait_for(lambda lines: not any("Note about" in line for line in lines))
        self.note = ""
        opened.wait_quiet(0.2)
        if not any("3 customers" in line for line in opened.screen()):
            opened.press("escape")
        opened.wait_for("3 customers")

    def _wait_until_kept(self) -> None:
        """A second after it was typed it is in the journal."""
        begun = time.monotonic()
        (path,) = (self._data / "accounts").glob("*/journal.db")
        while True:
            with contextlib.closing(Journal(path, counter.KEY)) as journal:
                bodies = journal.drafts.bodies()
            passed = time.monotonic() - begun
            if any(self.note in body for body in bodies):
                self._details["late"] += passed > _KEPT_SECONDS
                return
            if passed > 10:
                raise _Failed("a note was not kept within ten seconds")
            time.sleep(0.1)


def trial(seed: int) -> Trial:
    """Some sequences over the same files, in as many processes as it takes."""
    hurry()
    chance, details = random.Random(seed), Counter[str]()
    done = 0
    with workplace() as folder:
        data = folder / "data"
        anna = counter.account_of(counter.demo("associate"), "anna")
        people = [
            Customer(
                id=source_id("customer", "lock", str(number)),
                store=anna.stores[0],
                owner=anna.id,
                given_name=f"Given{number}",
                family_name=_RARE,
            )
            for number in range(3)
        ]
        counter.make_account(data, anna, "associate", [counter.demo("associate").retailer, *people])
        till = _Till(data, chance, details)
        try:
            while done < SEQUENCES:
                with till.app() as opened:
                    runs = True
                    while runs and done < SEQUENCES:
                        runs = till.sequence(opened)
                        done += 1
        except (TerminalTimeout, _Failed) as failed:
            reports = [path.read_text() for path in (data / "crashes").glob("*.txt")]
            return Trial(done + 1, ("\n".join((f"after {done} sequences: {failed}", *reports)),), details)
    return Trial(done, (), details)


PROOF = Proof(
    name="lock",
    claim="What is typed comes back after any lock, switch or end, and nothing shows meanwhile.",
    cases="sequences",
    trial=trial,
)

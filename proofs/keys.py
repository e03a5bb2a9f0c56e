"""``keys``: whatever opens something, what is typed behind it in one burst gets there, all of it and in order.

The app runs on a pty and reports to which page, and which part of it, each key was handed over.
"""

from __future__ import annotations

import contextlib
import random
import string
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from proofs.results import Proof, Trial
from proofs.typing_app import MARK, Report
from proofs.workplace import workplace
from tests.support.quick import hurry
from tests.support.terminal import KEYS, Terminal, TerminalTimeout
from tests.tui.screens import briefing, tasking

BURSTS: Final = 100
"""Of one run of the app."""
PACES: Final = (0.0, 0.005, 0.03)
"""Seconds between two keys."""
EVERY_KEY: Final = string.ascii_letters + string.digits + string.punctuation + " "
"""All that one types into a text; among them each key that does something on a page."""
INERT: Final = "zZjk"
"""What does no harm on a page that is no text: nothing, and moving the cursor."""


class Base(NamedTuple):
    """A page to open things from."""

    steps: Sequence[tuple[str, str]]
    """Keys that lead to it, each with what is on the screen then."""
    texts: Mapping[str, str]
    """Keys that lead into a text, with the page and its part that then take the keys."""
    others: Mapping[str, str]
    """Keys that open any other page."""
    user: str = "mira"


_CUSTOMER: Final = {"e": "EditCustomerScreen:", "n": "NoteForm:"}
_CUSTOMERS_PAGES: Final = {
    "l": "ContactForm:",
    "o": "ConsentForm:",
    "d": "DatesScreen:",
    "N": "OwnEntriesScreen:",
    "t": "CustomerTasksScreen:",
}
_ANYWHERE: Final = {"?": "KeysScreen:", "f3": "AttentionScreen:", "f4": "SyncScreen:"}
BASES: Final[Mapping[str, Base]] = {
    "customers": Base(
        (),
        {**_CUSTOMER, "a": "AddCustomerScreen:", "/": "CustomersScreen:SearchField"},
        {**_CUSTOMERS_PAGES, **_ANYWHERE, "enter": "ProfileScreen:", "f": "SavedFiltersScreen:", "2": "AgendaScreen:"},
    ),
    "profile": Base((("enter", "e Edit"),), _CUSTOMER, {**_CUSTOMERS_PAGES, **_ANYWHERE, "w": "WhyScreen:"}),
    "tasks": Base(
        (("2", "[2 Tasks"),),
        {"a": "NewTaskForm:", "s": "SnoozeBox:", "d": "DismissBox:"},
        {**_ANYWHERE, "enter": "TaskScreen:", "w": "WhyScreen:", "o": "ProfileScreen:", "1": "CustomersScreen:"},
    ),
    "rules": Base(
        (("6", "[6 Rules"),), {}, {**_ANYWHERE, "enter": "EditRuleForm:", "a": "TriggerBox:", "2": "AgendaScreen:"}
    ),
    "corporate": Base(
        (("7", "[7 Corporate"),), {"a": "BriefForm:"}, {**_ANYWHERE, "enter": "BriefScreen:"}, user="hanne"
    ),
}


class Burst(NamedTuple):
    """A key that opens something, and what is typed behind it."""

    opener: str
    leads_to: str
    typed: str
    pace: float
    pasted: bool
    is_text: bool

    @property
    def bytes(self) -> list[str]:
        """What a terminal sends, key by key."""
        first = KEYS.get(self.opener, self.opener)
        return [first, f"\x1b[200~{self.typed}\x1b[201~"] if self.pasted else [first, *self.typed]

    def wrong(self, report: Report) -> str:
        """What has gone wrong, if anything has."""
        arrived = "".join(key for _, key in report.went[1:])
        if not report.went or len(report.went) < 2:
            return f"lost: only {report.went} arrived"
        if arrived != self.typed:
            return f"lost or out of order: {arrived!r}"
        astray = [(where, key) for where, key in report.went[1:] if not where.startswith(self.leads_to)]
        if astray:
            return f"astray: {astray[:3]}"
        if self.is_text and self.typed not in report.text:
            return f"not in the text: {report.text!r}"
        return ""


def bursts(base: Base, chance: random.Random, number: int) -> Iterator[Burst]:
    """So many, mostly short; one in ten is long and has every key."""
    openers = [*((key, True) for key in base.texts), *((key, False) for key in base.others)]
    for _ in range(number):
        key, is_text = chance.choice(openers)
        pace = chance.choice(PACES)
        length = chance.randint(5, 20)
        if is_text and not pace and chance.random() < 0.1:
            typed = "".join(chance.sample(EVERY_KEY, len(EVERY_KEY))) + "".join(chance.choices(EVERY_KEY, k=105))
            typed = typed[: chance.randint(len(EVERY_KEY), 200)]
        else:
            typed = "".join(chance.choices(EVERY_KEY if is_text else INERT, k=length))
        pasted = is_text and chance.random() < 0.1
        yield Burst(key, (base.texts if is_text else base.others)[key], typed, pace, pasted, is_text)


@contextlib.contextmanager
def opened(base: Base, folder: Path, *, busy: int, planted: bool) -> Iterator[Terminal]:
    """The app on the page, over files of its own."""
    hurry()
    data = folder / "data"
    if base.user == "hanne":
        briefing.files(data)
    else:
        tasking.files(data, base.user, "team")
    env = {
        "HOME": str(folder),
        "SELLMODE_DATA_DIR": str(data),
        "SELLMODE_CONFIG_DIR": str(folder),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
        "NOW": tasking.NOW.isoformat(),
        "BUSY": str(busy),
        "PLANTED": "1" if planted else "",
    }
    root = Path(__file__).parents[1]
    with Terminal([sys.executable, "-m", "proofs.typing_app", base.user], cwd=root, env=env) as terminal:
        terminal.wait_for("[1 Customers", timeout=60)
        terminal.wait_quiet(timeout=60)
        for key, wanted in base.steps:
            terminal.press(key)
            terminal.wait_for(wanted)
            terminal.wait_quiet(timeout=60)
        terminal.type("\x1b[23~")
        report_of(terminal, 0)
        yield terminal


def report_of(terminal: Terminal, since: int) -> tuple[Report, int]:
    """The next report, and where it ends."""
    begin = terminal.wait_for_bytes(MARK.encode(), since=since, timeout=60)
    end = terminal.wait_for_bytes(b"\x07", since=begin, timeout=60)
    return msgspec.json.decode(bytes.fromhex(terminal.written[begin : end - 1].decode()), type=Report), end


def trial(seed: int, number: int = BURSTS, *, planted: bool = False) -> Trial:
    """Bursts on one page; every other run has a thread that is busy all the time. `planted`: no key waits."""
    chance = random.Random(f"keys {seed}")
    name = chance.choice(list(BASES))
    failures: list[str] = []
    details: Counter[str] = Counter()
    with workplace() as folder, opened(BASES[name], folder, busy=seed % 2, planted=planted) as terminal:
        end = len(terminal.written)
        for burst in bursts(BASES[name], chance, number):
            said = f"on {name}, {burst.opener} and {burst.typed!r} at {burst.pace * 1000:g} ms"
            try:
                send(terminal, burst)
                report, end = report_of(terminal, end)
            except TerminalTimeout as error:
                failures.append(f"{said}: {str(error).splitlines()[0]}")
                break
            details[f"{burst.pace * 1000:g} ms"] += 1
            details["keys"] += len(burst.typed)
            details["under load"] += seed % 2
            if wrong := burst.wrong(report):
                failures.append(f"{said}: {wrong}")
    return Trial(sum(details[f"{pace * 1000:g} ms"] for pace in PACES), tuple(failures), details)


def send(terminal: Terminal, burst: Burst) -> None:
    """Type it, and ask for the report."""
    if not burst.pace:
        terminal.type("".join(burst.bytes))
    else:
        for key in burst.bytes:
            terminal.type(key)
            terminal.count_bytes(burst.pace)
    terminal.type("\x1b[24~")


PROOF = Proof("keys", "what is typed gets where the key before it leads, all of it and in order", "bursts", trial)

"""Protocol faults are declared here, each with the check that has to find it."""

from __future__ import annotations

from collections.abc import Callable

from tests.backend.conformance.faulty import JSON, Exchange, Fault

FAULTS: list[Fault] = []


_Change = Callable[[Exchange], None]


def tells(check: str) -> Callable[[_Change], _Change]:
    """A fault of answers."""

    def declare(change: _Change) -> _Change:
        FAULTS.append(Fault(change.__name__.replace("_", " "), check, tells=change))
        return change

    return declare


def asks(check: str) -> Callable[[_Change], _Change]:
    """A fault of what becomes of requests."""

    def declare(change: _Change) -> _Change:
        FAULTS.append(Fault(change.__name__.replace("_", " "), check, asks=change))
        return change

    return declare


def each_line(check: str) -> Callable[[Callable[[JSON], JSON | None]], object]:
    """A fault of single lines; None leaves one out, and its page counts what is left."""

    def declare(change: Callable[[JSON], JSON | None]) -> object:
        def tell(exchange: Exchange) -> None:
            if lines := exchange.lines:
                exchange.lines = counted([new for line in lines if (new := change(line)) is not None])

        FAULTS.append(Fault(change.__name__.replace("_", " "), check, tells=tell))
        return change

    return declare


def results(check: str) -> Callable[[Callable[[JSON], JSON]], object]:
    """A fault of what is told of mutations."""

    def declare(change: Callable[[JSON], JSON]) -> object:
        def of_result(line: JSON) -> JSON:
            return change(line) if line["t"] == "m" else line

        of_result.__name__ = change.__name__
        return each_line(check)(of_result)

    return declare


def counted(lines: list[JSON]) -> list[JSON]:
    number = 0
    for line in lines:
        if line["t"] == "c":
            line["n"], number = line["n"] if line.get("kept") else number, 0
        elif line["t"] in ("p", "r", "d", "sweep"):
            number += 1
    return lines


def again(name: str, check: str) -> None:
    """A fault from above that another check has to find, too."""
    FAULTS.append(next(fault for fault in FAULTS if fault.name == name)._replace(check=check))

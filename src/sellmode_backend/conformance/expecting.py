"""How a check says what it found instead of what it expected."""

from __future__ import annotations

from typing import Any

from sellmode_backend.conformance.http import Answer
from sellmode_contract import wire


class Broken(Exception):
    """The backend does not keep a promise; the text says what was found instead."""


def expect(holds: bool, found: str) -> None:
    """Raise Broken with what was found unless it holds."""
    if not holds:
        raise Broken(found)


def expect_equal(found: Any, wanted: Any, what: str) -> None:
    """Raise Broken unless both are the same."""
    expect(found == wanted, f"{what}: {_short(found)}, not {_short(wanted)}")


def expect_problem(answer: Answer, status: int, code: wire.ProblemCode) -> wire.Problem:
    """The problem of an answer that has to be this one. Raises Broken.

    What is no problem is not repeated: where a sign-in should have been refused, it is a session.
    """
    problem = answer.problem()
    said = problem.code if problem else f"with {len(answer.body):,} bytes that are no problem"
    expect((answer.status, said) == (status, code), f"the answer is {answer.status} {said}, not {status} {code}")
    assert problem is not None  # noqa: S101 -- for the type checker: it has a code
    return problem


def expect_status(answer: Answer, status: int) -> None:
    """Raise Broken unless an answer has this status."""
    problem = answer.problem()
    expect(
        answer.status == status,
        f"the answer is {answer.status}{f' {problem.code}: {problem.detail}' if problem else ''}, not {status}",
    )


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 200 else f"{text[:197]}..."

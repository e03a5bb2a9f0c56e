"""Pictures come in the background: what is kept at once, what was wanted last first, and nothing is asked twice."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from sellmode_contract import wire
from sellmode_tui.pictures.kept import PictureFile
from sellmode_tui.pictures.supply import Pictures
from sellmode_tui.transport.client import Picture
from sellmode_tui.transport.errors import Interrupted, Refused, TransportError, Unreachable
from tests.tui.pictures.drawn import KEY, png

NONE = Refused(wire.Problem(code="not_found", title="", status=404))


@dataclass
class Backend:
    """Answers when it may, and notes what it was asked."""

    answers: dict[str, Picture | TransportError | None] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    now: float = 1000.0
    go_on: threading.Event = field(default_factory=threading.Event)
    changed: threading.Condition = field(default_factory=threading.Condition)
    arrived: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.go_on.set()

    def ask(self, product: str, tag: str) -> Picture | None:
        with self.changed:
            self.asked.append((product, tag))
            self.changed.notify_all()
        self.go_on.wait()
        answer = self.answers.get(product, Picture(png(), f"tag of {product}"))
        if isinstance(answer, TransportError):
            raise answer
        return answer

    def stop(self) -> None:
        self.answers = dict.fromkeys([product for product, _ in self.asked], Interrupted())
        self.go_on.set()

    def note(self, product: str) -> None:
        with self.changed:
            self.arrived.append(product)
            self.changed.notify_all()

    def until(self, holds: Callable[[], bool]) -> None:
        with self.changed:
            assert self.changed.wait_for(holds, 10)


@pytest.fixture
def backend() -> Backend:
    return Backend()


@pytest.fixture
def pictures(backend: Backend, tmp_path: Path) -> Iterator[Pictures]:
    made = Pictures(lambda: PictureFile(tmp_path / "pictures.db", KEY), backend.ask, backend.stop, lambda: backend.now)
    made.arrived = backend.note
    yield made
    made.close()


def test_it_is_there_from_the_second_time_on(pictures: Pictures, backend: Backend) -> None:
    assert pictures.find("p1") is None
    backend.until(lambda: backend.arrived == ["p1"])
    assert [found.png for _ in range(3) if (found := pictures.find("p1"))] == [png()] * 3
    assert backend.asked == [("p1", "")]


def test_what_was_wanted_last_comes_first_and_no_more_than_some(pictures: Pictures, backend: Backend) -> None:
    backend.go_on.clear()
    pictures.find("p0")
    backend.until(lambda: bool(backend.asked))
    for number in range(1, 40):
        assert pictures.find(f"p{number}") is None  # and nobody has waited
    backend.go_on.set()
    backend.until(lambda: len(backend.arrived) == 17)
    assert backend.arrived == ["p0", *(f"p{number}" for number in range(39, 23, -1))]


def test_an_old_one_is_shown_while_it_is_asked_for_again(pictures: Pictures, backend: Backend) -> None:
    pictures.find("p1")
    backend.until(lambda: backend.arrived == ["p1"])
    backend.answers["p1"] = None  # it is still the same
    backend.now += 8 * 86400
    assert pictures.find("p1")
    backend.until(lambda: len(backend.asked) == 2)
    assert backend.asked[1] == ("p1", "tag of p1")
    pictures.find("p2")
    backend.until(lambda: backend.arrived == ["p1", "p2"])  # so nothing is pending of the first
    assert pictures.find("p1")
    assert len(backend.asked) == 3


def test_where_there_is_none_nobody_asks_for_an_hour(pictures: Pictures, backend: Backend) -> None:
    backend.answers["p1"] = NONE
    assert pictures.find("p1") is None
    backend.until(lambda: backend.arrived == ["p1"])
    assert pictures.find("p1") is None
    backend.now += 3601
    pictures.find("p1")
    backend.until(lambda: len(backend.asked) == 2)


@pytest.mark.parametrize("answer", [Unreachable("offline"), Picture(b"<svg/>", "t")])
def test_after_a_failure_it_is_quiet_for_a_moment(
    pictures: Pictures, backend: Backend, answer: Picture | TransportError
) -> None:
    backend.answers["p1"] = answer
    pictures.find("p1")
    backend.until(lambda: len(backend.asked) == 1)
    backend.now += 1
    while pictures._silent_until < 0:  # the answer is being taken
        threading.Event().wait(0.001)
    assert pictures.find("p2") is None
    backend.now += 30
    pictures.find("p2")
    backend.until(lambda: backend.arrived == ["p2"])
    assert backend.asked == [("p1", ""), ("p2", "")]


def test_closing_ends_what_is_under_way(pictures: Pictures, backend: Backend) -> None:
    backend.go_on.clear()
    pictures.find("p1")
    backend.until(lambda: bool(backend.asked))
    pictures.close()
    assert pictures.find("p1") is None
    assert backend.arrived == []

"""A terminal as docs/sync.md has it, in a few lines: a session, a place in what it sends, and what it holds."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import msgspec

from sellmode_backend.conformance.expecting import Broken, expect, expect_equal, expect_status
from sellmode_backend.conformance.http import Answer, Line
from sellmode_contract import wire
from sellmode_contract.ids import new_id
from sellmode_contract.mutations import Operation, Queued, encode

Key = tuple[str, str]
"""Kind and id."""
MOST_ANSWERS = 1000
"""A pass that takes more never ends."""

_decode_line: Any = msgspec.json.Decoder(wire.Line).decode


class Held(NamedTuple):
    """What a terminal holds of a record."""

    scope: str
    revision: int
    generation: int
    document: dict[str, Any]


@dataclass
class Terminal:
    """One session's terminal."""

    line: Line
    user_name: str
    device: str
    signed_in: wire.SignedIn
    cid: str = field(default_factory=lambda: f"cl_{secrets.token_urlsafe(12)}")
    seq: int = 0
    """The highest that was given."""
    epoch: str | None = None
    cursor: str | None = None
    scopes: tuple[str, ...] = ()
    held: dict[Key, Held] = field(default_factory=dict)

    @property
    def token(self) -> str:
        """Of its session."""
        return self.signed_in.token

    @property
    def id(self) -> str:
        """Of its account."""
        return self.signed_in.account.id

    # ------------------------------------------------------------------ asking

    def ask(self, *, gzip: bool = False, **more: Any) -> Answer:
        """One call, with what was last received; ``more`` are other fields, None leaves one out."""
        body = {"device": self.device, "schema": wire.SCHEMA, "epoch": self.epoch, "cursor": self.cursor, **more}
        given = {name: value for name, value in body.items() if value is not None}
        return self.line.ask("POST", wire.SYNC_PATH, given, token=self.token, gzip=gzip)

    def lines(self, **more: Any) -> list[wire.Line]:
        """The lines of one whole answer. Raises Broken."""
        return whole(self.ask(**more))

    def pull(self, **more: Any) -> list[list[wire.Line]]:
        """Ask until there is no more, and hold what came; the lines of each answer. Raises Broken."""
        answers: list[list[wire.Line]] = []
        while not answers or _end(answers[-1]).more:
            expect(len(answers) < MOST_ANSWERS, f"after {MOST_ANSWERS} answers there is still more")
            answers.append(self.lines(**more))
            self.receive(answers[-1])
        return answers

    # ------------------------------------------------------------------ writing

    def queue(self, *operations: Operation | dict[str, Any], **more: Any) -> list[Queued]:
        """Mutations of the next numbers; ``more`` are fields of each."""
        made = [Queued(mid=uuid7(), seq=self.seq + 1 + at, do=_raw(each), **more) for at, each in enumerate(operations)]
        self.seq += len(made)
        return made

    def send(self, mutations: Iterable[Queued | dict[str, Any]]) -> list[wire.Result]:
        """Send mutations; what became of them. What comes with that is held. Raises Broken."""
        lines = self.lines(cid=self.cid, m=list(mutations))
        results = [line for line in lines if isinstance(line, wire.Result)]
        self.receive([line for line in lines if not isinstance(line, wire.Result)])
        return results

    def do(self, *operations: Operation | dict[str, Any], **more: Any) -> list[wire.Result]:
        """Send operations, one mutation each. Raises Broken."""
        results = self.send(self.queue(*operations, **more))
        expect_equal(len(results), len(operations), "the number of results")
        return results

    def one(self, operation: Operation | dict[str, Any], **more: Any) -> wire.Result:
        """What becomes of one operation. Raises Broken."""
        (result,) = self.do(operation, **more)
        return result

    def done(self, *operations: Operation | dict[str, Any]) -> list[wire.Result]:
        """Send operations, all of which have to be applied. Raises Broken."""
        results = self.do(*operations)
        for result in results:
            expect(result.st == "applied", f"a change is {result.st} ({result.code}: {result.detail}), not applied")
        return results

    # ------------------------------------------------------------------ what it holds

    def receive(self, lines: Sequence[wire.Line]) -> None:
        """Apply an answer, or as much of one as came: what follows its last checkpoint does not count."""
        page: list[wire.Line] = []
        for line in lines:
            match line:
                case wire.Head():
                    self.scopes, self.epoch = line.scopes, line.epoch
                    if line.reset:
                        self.held.clear()
                        self.cursor = None
                case wire.Checkpoint():
                    expect_equal(line.n, len(page), "the number of lines that a checkpoint counts")
                    for change in page:
                        self._apply(change)
                    page, self.cursor = [], line.cur
                case wire.End(more=False):
                    self.held = {key: held for key, held in self.held.items() if held.scope in self.scopes}
                case wire.End() | wire.KeepAlive() | wire.Result():
                    pass
                case _:
                    page.append(line)

    def _apply(self, change: wire.Line) -> None:
        match change:
            case wire.Put():
                expect(change.s in self.scopes, f"a record comes under the scope {change.s}, which the head has not")
                held = self.held.get((change.k, change.id))
                if held is None or change.v >= held.revision or change.g != held.generation:
                    document = msgspec.json.decode(change.d)
                    self.held[change.k, change.id] = Held(change.s, change.v, change.g, document)
            case wire.Remove():
                held = self.held.get((change.k, change.id))
                if held and held.scope == change.s:
                    del self.held[change.k, change.id]
            case wire.Sweep():
                swept = {k: h for k, h in self.held.items() if h.scope != change.s or h.generation == change.g}
                self.held = {k: h._replace(generation=0) if h.scope == change.s else h for k, h in swept.items()}
            case wire.Drop():
                self.held = {key: held for key, held in self.held.items() if held.scope != change.s}

    def document(self, kind: str, id: str) -> dict[str, Any]:
        """A record that it has to hold. Raises Broken."""
        held = self.held.get((kind, id))
        if held is None:
            raise Broken(f"{self.user_name} does not have the {kind} {id}")
        return held.document

    def of_customer(self, kind: str, customer: str) -> list[dict[str, Any]]:
        """What it holds of a customer, of one kind."""
        return [
            held.document
            for (of, _), held in self.held.items()
            if of == kind and held.document.get("customer") == customer
        ]


def whole(answer: Answer) -> list[wire.Line]:
    """The lines of an answer that has to be complete and in order. Raises Broken and MsgspecError."""
    expect_status(answer, 200)
    kind = answer.headers.get("content-type", "")
    expect(kind.partition(";")[0] == wire.NDJSON, f"the answer is {kind}, not {wire.NDJSON}")
    expect(answer.body.endswith(b"\n"), "the last line does not end with LF")
    lines: list[wire.Line] = [_decode_line(line) for line in answer.body.split(b"\n")[:-1]]
    said = [line for line in lines if not isinstance(line, wire.KeepAlive)]
    expect(bool(said) and isinstance(said[0], wire.Head), "the first line is no head")
    expect(isinstance(said[-1], wire.End), "the last line is no end")
    results = [isinstance(line, wire.Result) for line in said[1:]]
    expect(results == sorted(results, reverse=True), "a result stands behind other lines")
    expect(sum(isinstance(line, wire.Head | wire.End) for line in said) == 2, "there are two heads, or two ends")
    return lines


def changes(lines: Iterable[wire.Line]) -> list[wire.Put | wire.Remove]:
    """What an answer brings of records."""
    return [line for line in lines if isinstance(line, wire.Put | wire.Remove)]


def head(lines: Iterable[wire.Line]) -> wire.Head:
    """The head of an answer's lines."""
    return next(line for line in lines if isinstance(line, wire.Head))


def uuid7() -> str:
    """A new id."""
    return new_id(int(time.time() * 1000), secrets.token_bytes(10))


def _end(lines: Sequence[wire.Line]) -> wire.End:
    end = lines[-1]
    assert isinstance(end, wire.End)  # noqa: S101 -- for the type checker: ``whole`` has looked
    return end


def _raw(operation: Operation | dict[str, Any]) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(operation) if isinstance(operation, dict) else encode(operation))

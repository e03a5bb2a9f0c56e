"""What decides about sync, without I/O: when to ask, what to send, what an answer means, how long to wait.

An `Engine` is told what happens and says what is to be done (``events``). It has no clock, no thread and no socket, so
that a simulation on virtual time runs the same decisions as the app.

A *pass* is a row of calls until nothing is left to fetch or to send. A call first sends, then fetches, so that what
was written here is judged before its record may leave. There is never more than one call.
"""

from __future__ import annotations

import datetime as dt
import math
import random
from collections.abc import Iterable
from enum import Enum
from typing import Final

import msgspec

from sellmode_contract import wire
from sellmode_contract.mutations import Queued
from sellmode_contract.wire import Result, SyncRequest
from sellmode_tui import sealed
from sellmode_tui.cache.store import Overtaken
from sellmode_tui.cache.tables import Malformed
from sellmode_tui.sync.answer import CUT, Answer, BrokenStream, Done
from sellmode_tui.sync.events import (
    Accept,
    AnswerEnded,
    Awoke,
    Call,
    CallFailed,
    CallSalvage,
    Commit,
    Effect,
    EndPass,
    Event,
    Failed,
    Halt,
    HangUp,
    Heard,
    Led,
    Listen,
    ListenEnded,
    ListenOpened,
    LocalChange,
    NewClient,
    Outgoing,
    PassEnded,
    Poked,
    Prepare,
    Prepared,
    Probe,
    Probed,
    Purge,
    Received,
    RetryNow,
    Salvaged,
    Settle,
    StopListening,
    StorageFailed,
    Tell,
    TimeIsUp,
)
from sellmode_tui.sync.listening import Ear
from sellmode_tui.sync.pulse import PROBE_AFTER, Pulse
from sellmode_tui.sync.status import Line
from sellmode_tui.transport import Broken, Interrupted, Refused, TransportError, Unreachable

POLL_JITTER: Final = 0.2
"""Terminals of a store must not ask in step: a pause is this share longer or shorter."""
SHORTEST_POLL: Final = 1
LONGEST_POLL: Final = 3600
"""Seconds between passes, whatever the backend asks for."""
HEARING_POLLS: Final = 4
"""While the events' stream is alive, polls are but a safety net: so many times rarer."""
LONGEST_BACKOFF: Final = 300.0
RETRY_UNREACHABLE: Final = (1.0, 3.0)
"""Seconds until a backend that cannot be reached is tried again, however long it has been away: at random, so that the
terminals do not all come at once when it is back."""
OVERTAKEN_SECONDS: Final = 1.0
"""Another process led until a moment ago; what it did stands."""
WRITING_BREAKS_BACKOFF: Final = 2.0
"""Something new to send is tried although the line was down, but not more often than this, in seconds."""
POKES_APART: Final = 0.5
"""However often the backend says that something has changed, it is asked no more often than this, in seconds."""
SALVAGE_TRIES: Final = 3
"""How often in a row what an account that was disabled had not sent is offered in vain, before its files are closed."""
EMPTY_ANSWERS: Final = 5
"""A backend that sends nothing and yet says "more" is asked this often in a row, and then counts as broken."""
HIDDEN_FOR: Final = dt.timedelta(minutes=15)
"""What left the view is hidden at once and deleted when a pass completes; if none does, after this time."""
BATCH_BYTES: Final = 192 * 1024
"""So much of operations in a call leaves room for the cursor and what goes around them."""
_AROUND: Final = 200
"""Bytes that a mutation takes in a request besides its operation, at most."""


class _Phase(Enum):
    IDLE = "idle"
    PREPARING = "preparing"
    CALLING = "calling"
    ENDING = "ending"
    SALVAGING = "salvaging"
    HALTED = "halted"


class _Call:
    """What is known of the call under way, and of the last one until the next."""

    def __init__(self, mutations: Iterable[Outgoing] = (), waiting: int = 0, begun_at: float = 0.0) -> None:
        self.heard_at = begun_at
        """When a line of its answer came last."""
        self.sent = {each.mid: each.seq for each in mutations}
        self.waiting = waiting
        """How many mutations were not settled, those sent included."""
        self.answer: Answer | None = Answer(self.sent)
        """None as soon as nothing more of it counts."""
        self.settled: set[str] = set()
        self.records = 0
        self.stuck = False
        """Whether the backend failed at a mutation (``retry``)."""
        self.gap = False
        """Whether the backend misses mutations that came before those sent."""
        self.reset = False
        """Whether the backend has another history than the one this terminal knows."""
        self.held_back = False
        """Whether something that was in no call yet waits until the backend has answered."""


class Engine:
    """Decides for one account on one machine. `due` says when it wants to hear `TimeIsUp`."""

    def __init__(self, chance: random.Random, *, careful: bool = False) -> None:
        """One that is ``careful`` puts nothing new into a call before it has heard of the backend.

        Nobody can tell whether what is in a call has arrived, so that it can be undone only by a change of its own.
        """
        self._chance = chance
        self._careful = careful
        self._ear = Ear(chance)
        self._pulse = Pulse(chance)
        self._now = 0.0
        self._effects: list[Effect] = []
        self._phase = _Phase.IDLE
        self._leading = False
        # The pause between passes
        self._line = Line.CONNECTING
        self._failures = 0
        self._begun_at = -math.inf
        """When the last pass began."""
        self._next_at = 0.0
        """When the next one begins by itself."""
        self._next_at_hearing = 0.0
        """The same while the events' stream is alive."""
        self._patient_until = 0.0
        """Until when the backend asked to be left alone."""
        self._again_at = math.inf
        """From when on there is reason for another pass, once the one under way has ended."""
        # A pass
        self._call = _Call()
        self._end = wire.End()
        self._received = 0
        self._empty = 0
        """Answers in a row that brought nothing."""
        self._renewed = False
        """Whether the client has taken a new name in this pass; a second time would be a fault."""
        self._holds_back = False
        """Whether the call that is prepared takes only what was in a call before."""
        self._given_up = False
        """Whether the last call was given up because the line had been down meanwhile."""
        self._refusal: Refused | None = None
        """That the account is disabled."""
        self._salvage_tries = 0
        """In vain, in a row."""
        # What is sent
        self._count = wire.MAX_MUTATIONS
        self._suspect: Result | None = None
        """The mutation because of which, it seems, a whole call was refused: a call without it shows."""
        self._push_failures = 0
        self._push_at = 0.0
        """Before this nothing is sent, though it may be fetched: the backend failed at what comes first."""

    # ------------------------------------------------------------------ outside

    @property
    def due(self) -> float | None:
        """When `TimeIsUp` is to come, by the clock of ``now``; None if nothing is waited for."""
        if not self._leading or self._phase is _Phase.HALTED:
            return None
        moments = [
            self._ear.due(may_listen=self._may_listen),
            self._next_pass if self._phase is _Phase.IDLE else None,
            self._pulse.due(told=self._line is Line.OFFLINE) if self._watches else None,
        ]
        return min((moment for moment in moments if moment is not None), default=None)

    @property
    def idle(self) -> bool:
        """Whether nothing is under way."""
        return self._phase in (_Phase.IDLE, _Phase.HALTED)

    def step(self, event: Event, now: float) -> list[Effect]:
        """What is to be done because of an event, in order. ``now`` is in seconds of a clock that nobody sets."""
        self._now = max(now, self._now)
        if self._phase is not _Phase.HALTED:
            self._hear(event)
        effects, self._effects = self._effects, []
        return effects

    def _hear(self, event: Event) -> None:  # noqa: C901, PLR0912 - a case for each event
        match event:
            case Received():
                self._pulse.sign(self._now)
                self._call.heard_at = self._now
                self._take_line(event.line)
            case AnswerEnded():
                self._pulse.sign(self._now)
                self._take_end()
            case CallFailed():
                if isinstance(event.error, Refused):
                    self._pulse.sign(self._now)
                self._take_failure(event.error)
            case Prepared():
                self._take_prepared(event)
            case PassEnded():
                self._take_pass_end(event.at)
            case StorageFailed():
                self._hang_up()
                self._went_wrong(event.error)
            case Salvaged():
                self._take_salvaged(event.results)
            case Led():
                self._lead(leading=event.leading)
            case LocalChange():
                self._take_local_change()
            case RetryNow():
                self._take_wish()
            case TimeIsUp():
                self._take_time()
            case Probed():
                self._take_probed(event.error)
            case Awoke():
                self._pulse.awoke(self._now)
            case ListenOpened():
                if self._ear.opened(event.number, self._now):
                    self._take_sign()
                    self._take_poke()  # what changed since the last pass was not heard of
            case Heard():
                if self._ear.heard(event.number, self._now):
                    self._take_sign()
            case Poked():
                if self._ear.heard(event.number, self._now):
                    self._take_sign()
                    self._take_poke()
            case ListenEnded():
                self._take_silence(event)

    # ------------------------------------------------------------------ when

    def _lead(self, *, leading: bool) -> None:
        if leading == self._leading:
            return
        self._leading = leading
        if leading:
            self._line = Line.CONNECTING
            self._begin()
        else:
            self._hang_up()
            self._stop_listening()
            self._phase = _Phase.IDLE

    def _take_wish(self) -> None:
        """The person's: breaks every pause."""
        self._push_at = self._now
        if self._phase is not _Phase.IDLE:
            self._again_at = self._now
        elif self._leading:
            self._begin()

    def _take_poke(self) -> None:
        soon = max(self._now, self._begun_at + POKES_APART)
        if self._phase is not _Phase.IDLE:
            self._again_at = min(self._again_at, soon)
        elif self._line is Line.ONLINE:
            self._hasten(soon)

    def _take_local_change(self) -> None:
        if self._phase is not _Phase.IDLE:
            self._again_at = self._now
            return
        soon = self._now
        if self._line is not Line.ONLINE or self._push_failures:
            soon = max(soon, self._begun_at + WRITING_BREAKS_BACKOFF, self._patient_until)
            self._push_at = min(self._push_at, soon)
        self._hasten(soon)

    def _take_time(self) -> None:
        if not self._leading:
            return
        if self._ear.grows_tired(self._now):
            self._effects.append(StopListening())
        self._look_at_line()
        if self._phase is _Phase.IDLE and self._now >= self._next_pass:
            self._begin()
        elif self._may_listen and self._ear.wants_to_listen(self._now):
            self._effects.append(Listen(self._ear.listen(self._now)))

    @property
    def _next_pass(self) -> float:
        at = self._next_at_hearing if self._ear.hearing else self._next_at
        return min(at, self._push_at) if self._push_failures and self._line is Line.ONLINE else at

    def _pause(self, seconds: float, *, hearing: float | None = None) -> None:
        """Let time pass before the next pass; more of it while the events' stream is alive."""
        self._phase = _Phase.IDLE
        self._next_at = self._now + seconds
        self._next_at_hearing = self._now + (seconds if hearing is None else hearing)

    def _hasten(self, at: float) -> None:
        """Let the next pass begin no later."""
        self._next_at = min(self._next_at, at)
        self._next_at_hearing = min(self._next_at_hearing, at)
        self._take_time()

    def _backoff(self, failures: int) -> float:
        """How long to wait after so many failures in a row, with full jitter against trying in step."""
        # Beyond ten failures the exponent makes no difference, and some day would be too large for a float.
        return 0.5 + self._chance.uniform(0, min(LONGEST_BACKOFF, 2.0 ** min(failures + 1, 10)))

    # ------------------------------------------------------------------ whether the line is up

    @property
    def _watches(self) -> bool:
        """Whether signs of life are waited for: while the line counts as up, and during a call."""
        return self._phase is _Phase.CALLING or (self._phase is _Phase.IDLE and self._line is Line.ONLINE)

    def _look_at_line(self) -> None:
        if not self._watches:
            return
        if self._line is not Line.OFFLINE and self._pulse.is_silent(self._now):
            self._goes_down(Unreachable("The server does not respond. Check the connection."))
        elif self._pulse.wants_probe(self._now):
            self._pulse.probe(self._now)
            self._effects.append(Probe())

    def _take_probed(self, error: TransportError | None) -> None:
        if error is None or isinstance(error, Refused):
            self._pulse.answered()
            self._take_sign()
            if error is not None:
                self._take_poke()  # it lives and is not well: a call will tell
        elif self._pulse.unanswered(self._now) and not isinstance(error, Interrupted):
            self._goes_down(error)

    def _goes_down(self, error: TransportError) -> None:
        if self._phase is _Phase.IDLE and self._line is Line.ONLINE:
            self._fail(Line.OFFLINE, str(error), error)
        elif self._phase is _Phase.CALLING and self._line is not Line.OFFLINE:
            # Its answer may still come: the call goes on.
            self._stop_listening()
            self._tell(Line.OFFLINE, str(error))

    def _take_sign(self) -> None:
        """The backend lives, by something else than the answer to a call."""
        self._pulse.sign(self._now)
        silent = self._now - self._call.heard_at >= PROBE_AFTER[0]
        if self._phase is not _Phase.CALLING or self._line is not Line.OFFLINE or not silent:
            return
        if self._given_up:
            # Twice in a row: it is the call's own weight that makes a thin line silent.
            self._tell(Line.ONLINE)
        else:
            self._given_up = True
            self._hang_up()
            self._begin()

    # ------------------------------------------------------------------ listening

    @property
    def _may_listen(self) -> bool:
        return self._leading and self._phase is _Phase.IDLE and self._line is Line.ONLINE

    def _take_silence(self, ended: ListenEnded) -> None:
        refused = ended.error if isinstance(ended.error, Refused) else None
        if not self._ear.ended(ended.number, self._now, (refused and refused.retry_after) or 0.0):
            return
        self._pulse.doubt(self._now)
        if refused and refused.problem.code in _FINAL:
            self._take_poke()  # a call will tell

    def _stop_listening(self) -> None:
        if self._ear.stop():
            self._effects.append(StopListening())

    # ------------------------------------------------------------------ a pass

    def _begin(self) -> None:
        self._begun_at = self._now
        self._received = self._empty = 0
        self._renewed = False
        self._suspect = None
        self._prepare()

    def _prepare(self) -> None:
        self._phase = _Phase.PREPARING
        self._again_at = math.inf  # whatever the reason was: the call that comes now meets it
        sends = self._suspect is None and self._push_at <= self._now
        self._holds_back = sends and self._careful and not self._pulse.is_fresh(self._now)
        self._effects.append(Prepare(self._count if sends else 0, BATCH_BYTES, fresh=not self._holds_back))

    def _take_prepared(self, prepared: Prepared) -> None:
        mutations = _fitting(prepared)
        if self._phase is _Phase.SALVAGING:
            self._salvage(prepared.cid, mutations)
        elif self._phase is _Phase.PREPARING:
            self._call = _Call(mutations, prepared.waiting, self._now)
            self._call.held_back = self._holds_back and len(mutations) < prepared.waiting
            self._phase = _Phase.CALLING
            if self._line is not Line.ONLINE:
                self._pulse.begin(self._now)
            request = SyncRequest(
                device=prepared.device,
                epoch=prepared.epoch,
                cursor=prepared.cursor,
                cid=prepared.cid,
                m=tuple(_queued(each) for each in mutations),
            )
            self._effects.append(Call(request))

    def _take_line(self, line: bytes) -> None:
        answer = self._call.answer
        if self._phase is not _Phase.CALLING or answer is None:
            return
        try:
            done = answer.receive(line)
        except BrokenStream as broken:
            self._settle_rest()
            self._hang_up()
            self._went_wrong(broken)
            return
        for each in done:
            self._take(each)

    def _take(self, done: Done) -> None:
        match done:
            case Commit():
                self._call.records += len(done.changes)
                self._received += len(done.changes)
                self._effects.append(done)
                self._tell(Line.ONLINE, received=self._received, left=done.left)
            case Settle():
                self._settle(done.results)
            case Accept():
                self._accept(done)

    def _accept(self, accept: Accept) -> None:
        if accept.head.reset:
            # Before the new epoch is kept: else, killed in between, nobody would know that there is something to do.
            self._call.reset = True
            self._effects.append(NewClient(again=True))
        self._effects.append(accept)
        if self._suspect is not None:
            # Without it the call is heard. It leaves a gap that nothing can fill.
            self._effects += [Settle((self._suspect,)), NewClient(again=False)]
            if self._suspect.code != "too_large":
                self._count = wire.MAX_MUTATIONS
            self._suspect = None
            self._again_at = self._now

    def _settle(self, results: tuple[Result, ...]) -> None:
        kept = tuple(result for result in results if result.st != "gap")
        self._call.gap = self._call.gap or len(kept) < len(results)
        self._call.stuck = self._call.stuck or any(result.st == "retry" for result in kept)
        self._call.settled.update(result.mid for result in kept if result.st != "retry")
        if kept:
            self._effects.append(Settle(kept))

    def _settle_rest(self) -> None:
        """Keep the results that came, whatever else goes wrong with their answer."""
        for each in self._call.answer.unsettled() if self._call.answer else ():
            self._settle(each.results)

    def _take_end(self) -> None:
        call, answer = self._call, self._call.answer
        if self._phase is not _Phase.CALLING or answer is None:
            return
        self._settle_rest()
        call.answer = None
        if answer.finished is None:
            self._went_wrong(BrokenStream(CUT))
            return
        self._end = answer.finished
        self._empty = 0 if call.records or call.settled else self._empty + 1
        renews = call.gap or call.reset
        if self._empty >= EMPTY_ANSWERS:
            self._went_wrong(BrokenStream(f"the backend asked {EMPTY_ANSWERS} times in a row and sent nothing"))
        elif renews and self._renewed:
            self._went_wrong(BrokenStream("the backend forgets this terminal again and again"))
        elif renews:
            if call.gap:
                # What it misses was settled long ago, or is not here any more: everything anew, and it takes its pick.
                self._effects.append(NewClient(again=True))
            self._renewed = True
            self._prepare()
        else:
            self._judge_push()
            if self._end.more or self._more_to_send:
                self._prepare()
            else:
                self._phase = _Phase.ENDING
                self._effects.append(EndPass())

    def _judge_push(self) -> None:
        if self._call.stuck or self._call.sent.keys() - self._call.settled:
            self._push_failures += 1
            self._push_at = self._now + self._backoff(self._push_failures)
        elif self._call.sent:
            self._push_failures = 0

    @property
    def _more_to_send(self) -> bool:
        settled, waiting = len(self._call.settled), self._call.waiting
        return (settled > 0 or self._call.held_back) and settled < waiting and self._push_at <= self._now

    def _take_pass_end(self, at: dt.datetime) -> None:
        if self._phase is not _Phase.ENDING:
            return
        self._failures = 0
        self._given_up = False
        self._patient_until = 0.0
        if self._call.waiting == len(self._call.settled):
            self._count, self._push_failures = wire.MAX_MUTATIONS, 0
        self._tell(Line.ONLINE, synced_at=at)
        poll = float(min(max(self._end.poll_s, SHORTEST_POLL), LONGEST_POLL))
        spread = self._chance.uniform(0, min(max(self._end.spread_ms, 0), LONGEST_POLL * 1000) / 1000)
        poll *= self._chance.uniform(1 - POLL_JITTER, 1 + POLL_JITTER)
        self._pause(poll + spread, hearing=poll * HEARING_POLLS + spread)
        self._hasten(self._again_at)

    # ------------------------------------------------------------------ what goes wrong

    def _hang_up(self) -> None:
        if self._phase is _Phase.CALLING and self._call.answer is not None:
            self._effects.append(HangUp())
        self._call.answer = None

    def _take_failure(self, error: TransportError) -> None:
        if self._phase not in (_Phase.CALLING, _Phase.SALVAGING):
            return
        self._settle_rest()
        self._call.answer = None
        self._went_wrong(error)

    def _went_wrong(self, error: Exception) -> None:
        """Say and decide what comes of what stopped a pass."""
        if self._phase is _Phase.SALVAGING:
            if isinstance(error, TransportError) and not isinstance(error, Interrupted):
                self._salvage_again()
            else:
                self._end_disabled()
            return
        match error:
            case Interrupted():
                self._effects.append(Failed(error))
                self._halt()
            case sealed.Corrupt():
                self._stop_for_good(Line.DAMAGED, str(error), error)
            case sealed.Replaced():  # by another version: it leads from now on
                self._stop_for_good(Line.REFUSED, str(error), error)
            case Overtaken():
                self._pause(OVERTAKEN_SECONDS)
                self._effects.append(Failed(error))
            case Refused():
                self._take_refusal(error)
            case Broken() | BrokenStream() | Malformed():
                self._fail(Line.OFFLINE, "The server's answer broke off or makes no sense.", error)
            case TransportError():
                self._fail(Line.OFFLINE, str(error), error)
            case _:  # a file that cannot be written now says nothing about the line
                self._fail(self._line, str(error), error)

    def _take_refusal(self, refused: Refused) -> None:
        code = refused.problem.code
        call = self._call
        if code == "account_disabled":
            self._refusal = refused
            self._phase = _Phase.SALVAGING
            self._salvage_tries = 0
            self._effects.append(Prepare(wire.MAX_MUTATIONS, BATCH_BYTES, fresh=True))
        elif code == "signed_out":
            self._stop_for_good(Line.SIGNED_OUT, str(refused), refused)
        elif code == "upgrade_required":
            self._stop_for_good(Line.REFUSED, _upgrade(refused.problem), refused)
        elif code == "client_forked" and not self._renewed:
            self._renewed = True
            self._effects.append(NewClient(again=False))
            self._prepare()
        elif code in _FAULTS and len(call.sent) > 1:
            self._count = len(call.sent) // 2
            self._prepare()
        elif code in _FAULTS and call.sent:
            ((mid, seq),) = call.sent.items()
            self._suspect = msgspec.structs.replace(_FAULTS[code], mid=mid, seq=seq)
            self._prepare()
        else:
            wait = refused.retry_after or 0.0
            self._patient_until = self._now + wait
            self._fail(Line.OFFLINE, str(refused), refused, at_least=wait)

    def _fail(self, line: Line, problem: str, error: Exception, *, at_least: float = 0.0) -> None:
        """Say what is wrong and try again in a while."""
        if isinstance(error, Unreachable):
            self._pause(self._chance.uniform(*RETRY_UNREACHABLE))
        else:
            self._failures += 1
            self._pause(max(at_least, self._backoff(self._failures)))
        if isinstance(error, TransportError) and not isinstance(error, Refused):
            self._stop_listening()  # that a stream does not come through either is no fault of the stream
            self._pulse.doubt(self._now)
        self._tell(line, problem)
        self._effects += [Purge(HIDDEN_FOR), Failed(error)]

    def _stop_for_good(self, line: Line, problem: str, error: Exception) -> None:
        self._tell(line, problem)
        self._effects.append(Failed(error))
        self._halt()

    def _halt(self) -> None:
        self._stop_listening()
        self._phase = _Phase.HALTED
        self._effects.append(Halt())

    def _tell(
        self,
        line: Line,
        problem: str = "",
        *,
        received: int = 0,
        left: int | None = None,
        synced_at: dt.datetime | None = None,
    ) -> None:
        self._line = line
        self._effects.append(Tell(line, problem, received, left, synced_at))

    # ------------------------------------------------------------------ a disabled account

    def _salvage(self, cid: str, mutations: list[Outgoing]) -> None:
        self._call = _Call(mutations)
        if mutations:
            self._effects.append(CallSalvage(cid, tuple(_queued(each) for each in mutations)))
        else:
            self._end_disabled()

    def _take_salvaged(self, results: tuple[Result, ...]) -> None:
        if self._phase is not _Phase.SALVAGING:
            return
        done = [each for each in results if each.mid in self._call.sent and each.st not in ("retry", "gap")]
        if done:
            self._salvage_tries = 0
            self._effects += [Settle(tuple(done)), Prepare(wire.MAX_MUTATIONS, BATCH_BYTES, fresh=True)]
        else:
            self._salvage_again()

    def _salvage_again(self) -> None:
        """Try it a little longer: the key is at hand for the last time, and a line that broke once may hold."""
        self._salvage_tries += 1
        if self._salvage_tries < SALVAGE_TRIES:
            self._effects.append(Prepare(wire.MAX_MUTATIONS, BATCH_BYTES, fresh=True))
        else:
            self._end_disabled()

    def _end_disabled(self) -> None:
        """Nothing more can be sent, and what is left stays in the journal."""
        refusal, self._refusal = self._refusal, None
        if refusal is not None:
            self._stop_for_good(Line.DISABLED, str(refusal), refusal)


_FINAL = ("signed_out", "account_disabled", "upgrade_required")
"""Refusals after which only a person can help."""

_FAULTS = {
    "body_too_large": Result(
        mid="", seq=0, st="rejected", code="too_large", detail="The server takes no change of this size."
    ),
    "bad_request": Result(mid="", seq=0, st="rejected", code="invalid", detail="The server cannot read this change."),
}
"""Refusals of a whole call that may be one mutation's fault, and what is said of it then."""


def _upgrade(problem: wire.Problem) -> str:
    if problem.min_protocol is not None and problem.min_protocol <= wire.PROTOCOL:
        return "The server is older than this app and does not understand it. Ask whoever looks after the server."
    return "The server wants a newer version of Sellmode. Ask whoever looks after this terminal for it."


def _fitting(prepared: Prepared) -> list[Outgoing]:
    """As many mutations as fit into a request's body, from the first; at least one if there is any."""
    room = wire.MAX_BODY_BYTES - 2000 - 2 * len(prepared.cursor or "") - 2 * len(prepared.device)
    fitting: list[Outgoing] = []
    for each in prepared.mutations:
        room -= len(each.body) + _AROUND
        if room < 0 and fitting:
            break
        fitting.append(each)
    return fitting


def _queued(outgoing: Outgoing) -> msgspec.Raw:
    return msgspec.Raw(
        msgspec.json.encode(
            Queued(mid=outgoing.mid, seq=outgoing.seq, age_ms=outgoing.age_ms, do=msgspec.Raw(outgoing.body))
        )
    )

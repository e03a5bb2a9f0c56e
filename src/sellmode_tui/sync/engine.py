"""What decides about sync, without I/O: when to ask, what to send, what an answer means, how long to wait.

An `Engine` is told what happens and says what is to be done (``events``). It has no clock, no thread and no socket, so
that a simulation on virtual time runs the same decisions as the app.

A *pass* is a row of calls until nothing is left to fetch or to send. A call first sends, then fetches, so that what
was written here is judged before its record may leave. There is never more than one call.
"""

from __future__ import annotations

import datetime as dt
import random
from enum import Enum
from typing import Final

from sellmode_contract import wire
from sellmode_contract.wire import Result
from sellmode_tui import sealed
from sellmode_tui.cache.store import Overtaken
from sellmode_tui.cache.tables import Malformed
from sellmode_tui.language import tr, trd
from sellmode_tui.sync import events
from sellmode_tui.sync.answer import CUT, BrokenStream, Done
from sellmode_tui.sync.event_stream import EventStreamMonitor
from sellmode_tui.sync.liveness import PROBE_AFTER, Liveness
from sellmode_tui.sync.pending_call import PendingCall
from sellmode_tui.sync.salvage import Salvage
from sellmode_tui.sync.schedule import Schedule
from sellmode_tui.sync.sending import BATCH_BYTES, Sending, fitting, request
from sellmode_tui.sync.status import Line, upgrade_problem
from sellmode_tui.sync.typing_notice import TypingNotice
from sellmode_tui.transport.errors import Broken, Interrupted, Refused, TransportError, Unreachable

OVERTAKEN_SECONDS: Final = 1.0
"""Another process led until a moment ago; what it did stands."""
EMPTY_ANSWERS: Final = 5
"""A backend that sends nothing and yet says "more" is asked this often in a row, and then counts as broken."""
HIDDEN_FOR: Final = dt.timedelta(minutes=15)
"""What left the view is hidden at once and deleted when a pass completes; if none does, after this time."""


class _Phase(Enum):
    IDLE = "idle"
    PREPARING = "preparing"
    CALLING = "calling"
    ENDING = "ending"
    SALVAGING = "salvaging"
    HALTED = "halted"


class Engine:
    """Decides for one account on one machine. `due` says when it wants to hear `TimeIsUp`."""

    def __init__(self, chance: random.Random, *, careful: bool = False) -> None:
        """One that is ``careful`` puts nothing new into a call before it has heard of the backend.

        Nobody can tell whether what is in a call has arrived, so that it can be undone only by a change of its own.
        """
        self._careful = careful
        self._stream = EventStreamMonitor(chance)
        self._liveness = Liveness(chance)
        self._schedule = Schedule(chance)
        self._sending = Sending(chance)
        self._typing = TypingNotice()
        self._now = 0.0
        self._effects: list[events.Effect] = []
        self._phase = _Phase.IDLE
        self._leading = False
        self._line = Line.CONNECTING
        # A pass
        self._call = PendingCall()
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
        self._salvage: Salvage | None = None

    # ------------------------------------------------------------------ outside

    @property
    def due(self) -> float | None:
        """When `TimeIsUp` is to come, by the clock of ``now``; None if nothing is waited for."""
        if not self._leading or self._phase is _Phase.HALTED:
            return None
        moments = [
            self._stream.due(may_listen=self._may_listen),
            self._next_pass if self._phase is _Phase.IDLE else None,
            self._liveness.due(told=self._line is Line.OFFLINE) if self._watches else None,
        ]
        return min((moment for moment in moments if moment is not None), default=None)

    @property
    def idle(self) -> bool:
        """Whether nothing is under way."""
        return self._phase in (_Phase.IDLE, _Phase.HALTED)

    def step(self, event: events.Event, now: float) -> list[events.Effect]:
        """What is to be done because of an event, in order. ``now`` is in seconds of a clock that nobody sets."""
        self._now = max(now, self._now)
        if self._phase is not _Phase.HALTED:
            self._hear(event)
        effects, self._effects = self._effects, []
        return effects

    def _hear(self, event: events.Event) -> None:  # noqa: C901, PLR0912 - a case for each event
        match event:
            case events.Received():
                self._liveness.alive(self._now)
                self._call.heard_at = self._now
                self._take_line(event.line)
            case events.AnswerEnded():
                self._liveness.alive(self._now)
                self._take_end()
            case events.CallFailed():
                if isinstance(event.error, Refused):
                    self._liveness.alive(self._now)
                self._take_failure(event.error)
            case events.Prepared():
                self._take_prepared(event)
            case events.PassEnded():
                self._take_pass_end(event.at)
            case events.StorageFailed():
                self._hang_up()
                self._went_wrong(event.error)
            case events.Salvaged():
                if self._phase is _Phase.SALVAGING and self._salvage is not None:
                    self._salvage_on(self._salvage.take(event.results))
            case events.Led():
                self._lead(leading=event.leading)
            case events.LocalChange():
                self._take_local_change()
            case events.Typed():
                self._take_typed(event.request)
            case events.RetryNow():
                self._take_retry()
            case events.TimeIsUp():
                self._take_time()
            case events.Probed():
                self._take_probed(event.error)
            case events.Awoke():
                self._liveness.awoke(self._now)
            case events.ListenOpened():
                if self._stream.opened(event.number, self._now):
                    self._take_sign_of_life()
                    self._take_change_notice()  # what changed since the last pass was not heard of
            case events.Heard() | events.Poked():
                if self._stream.heard(event.number, self._now):
                    self._take_sign_of_life()
                    if isinstance(event, events.Poked):
                        self._take_change_notice()
            case events.ListenEnded():
                self._take_stream_end(event)

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

    def _take_retry(self) -> None:
        """The person's: breaks every pause."""
        self._sending.hasten(self._now)
        if self._phase is not _Phase.IDLE:
            self._schedule.again(self._now)
        elif self._leading:
            self._begin()

    def _take_change_notice(self) -> None:
        soon = self._schedule.poked(self._now)
        if self._phase is not _Phase.IDLE:
            self._schedule.again(soon)
        elif self._line is Line.ONLINE:
            self._hasten(soon)

    def _take_local_change(self) -> None:
        if self._phase is not _Phase.IDLE:
            self._schedule.again(self._now)
            return
        soon = self._now
        if self._line is not Line.ONLINE or self._sending.failing:
            soon = self._schedule.written(self._now)
            self._sending.hasten(soon)
        self._hasten(soon)

    def _take_typed(self, request: str) -> None:
        if not self._leading or self._line is not Line.ONLINE or not self._typing.typed(request, self._now):
            return
        if self._phase is _Phase.IDLE:
            self._hasten(self._now)
        else:
            self._schedule.again(self._now)

    def _take_time(self) -> None:
        if not self._leading:
            return
        if self._stream.timed_out(self._now):
            self._effects.append(events.StopListening())
        self._look_at_line()
        if self._phase is _Phase.IDLE and self._now >= self._next_pass:
            self._begin()
        elif self._may_listen and self._stream.wants_to_listen(self._now):
            self._effects.append(events.Listen(self._stream.listen(self._now)))

    @property
    def _next_pass(self) -> float:
        at = self._schedule.next_pass(hearing=self._stream.hearing)
        return min(at, self._sending.next_at) if self._sending.failing and self._line is Line.ONLINE else at

    def _hasten(self, at: float) -> None:
        """Let the next pass begin no later."""
        self._schedule.hasten(at)
        self._take_time()

    # ------------------------------------------------------------------ whether the line is up

    @property
    def _watches(self) -> bool:
        """Whether signs of life are waited for: while the line counts as up, and during a call."""
        return self._phase is _Phase.CALLING or (self._phase is _Phase.IDLE and self._line is Line.ONLINE)

    def _look_at_line(self) -> None:
        if not self._watches:
            return
        if self._line is not Line.OFFLINE and self._liveness.is_silent(self._now):
            self._goes_down(Unreachable(tr("The server does not respond. Check the connection.")))
        elif self._liveness.wants_probe(self._now):
            self._liveness.probe(self._now)
            self._effects.append(events.Probe())

    def _take_probed(self, error: TransportError | None) -> None:
        if error is None or isinstance(error, Refused):
            self._liveness.answered()
            self._take_sign_of_life()
            if error is not None:
                self._take_change_notice()  # it lives and is not well: a call will tell
        elif self._liveness.unanswered(self._now) and not isinstance(error, Interrupted):
            self._goes_down(error)

    def _goes_down(self, error: TransportError) -> None:
        if self._phase is _Phase.IDLE and self._line is Line.ONLINE:
            self._fail(Line.OFFLINE, trd(error), error)
        elif self._phase is _Phase.CALLING and self._line is not Line.OFFLINE:
            # Its answer may still come: the call goes on.
            self._stop_listening()
            self._tell(Line.OFFLINE, trd(error))

    def _take_sign_of_life(self) -> None:
        """The backend lives, by something else than the answer to a call."""
        self._liveness.alive(self._now)
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

    def _take_stream_end(self, ended: events.ListenEnded) -> None:
        refused = ended.error if isinstance(ended.error, Refused) else None
        if not self._stream.ended(ended.number, self._now, (refused and refused.retry_after) or 0.0):
            return
        self._liveness.doubt(self._now)
        if refused and refused.problem.code in _FINAL:
            self._take_change_notice()  # a call will tell

    def _stop_listening(self) -> None:
        if self._stream.stop():
            self._effects.append(events.StopListening())

    # ------------------------------------------------------------------ a pass

    def _begin(self) -> None:
        self._schedule.begin(self._now)
        self._sending.begin()
        self._received = self._empty = 0
        self._renewed = False
        self._prepare()

    def _prepare(self) -> None:
        self._phase = _Phase.PREPARING
        self._schedule.call()
        most = self._sending.most(self._now)
        self._holds_back = most > 0 and self._careful and not self._liveness.is_fresh(self._now)
        self._effects.append(events.Prepare(most, BATCH_BYTES, fresh=not self._holds_back))

    def _take_prepared(self, prepared: events.Prepared) -> None:
        mutations = fitting(prepared)
        if self._phase is _Phase.SALVAGING and self._salvage is not None:
            self._salvage_on(self._salvage.offer(prepared.cid, mutations))
        elif self._phase is _Phase.PREPARING:
            self._call = PendingCall(mutations, prepared.waiting, self._now)
            self._call.held_back = self._holds_back and len(mutations) < prepared.waiting
            self._phase = _Phase.CALLING
            typing = self._typing.said(self._now) if self._line is Line.ONLINE else ""
            if self._line is not Line.ONLINE:
                self._liveness.begin(self._now)
            self._effects.append(events.Call(request(prepared, mutations, typing)))

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
            case events.Commit():
                self._call.records += len(done.changes)
                self._received += len(done.changes)
                self._effects.append(done)
                self._tell(Line.ONLINE, received=self._received, left=done.left)
            case events.Settle():
                self._settle(done.results)
            case events.Accept():
                self._accept(done)

    def _accept(self, accept: events.Accept) -> None:
        if accept.head.reset:
            # Before the new epoch is kept: else, killed in between, nobody would know that there is something to do.
            self._call.reset = True
            self._effects.append(events.NewClient(again=True))
        self._effects.append(accept)
        if (suspect := self._sending.convicted()) is not None:
            # Without it the call is heard. It leaves a gap that nothing can fill.
            self._effects += [events.Settle((suspect,)), events.NewClient(again=False)]
            self._schedule.again(self._now)

    def _settle(self, results: tuple[Result, ...]) -> None:
        if kept := self._call.settle(results):
            self._effects.append(events.Settle(kept))

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
                self._effects.append(events.NewClient(again=True))
            self._renewed = True
            self._prepare()
        else:
            self._sending.judge(call.sent.keys(), call.settled, stuck=call.stuck, now=self._now)
            if self._end.more or (call.leaves_more and self._sending.next_at <= self._now):
                self._prepare()
            else:
                self._phase = _Phase.ENDING
                self._effects.append(events.EndPass())

    def _take_pass_end(self, at: dt.datetime) -> None:
        if self._phase is not _Phase.ENDING:
            return
        self._given_up = False
        if self._call.settles_all:
            self._sending.done()
        self._tell(Line.ONLINE, synced_at=at)
        self._phase = _Phase.IDLE
        self._schedule.done(self._now, self._end)
        self._take_time()

    # ------------------------------------------------------------------ what goes wrong

    def _hang_up(self) -> None:
        if self._phase is _Phase.CALLING and self._call.answer is not None:
            self._effects.append(events.HangUp())
        self._call.answer = None

    def _take_failure(self, error: TransportError) -> None:
        if self._phase not in (_Phase.CALLING, _Phase.SALVAGING):
            return
        self._settle_rest()
        self._call.answer = None
        self._went_wrong(error)

    def _went_wrong(self, error: Exception) -> None:
        """Say and decide what comes of what stopped a pass."""
        if self._phase is _Phase.SALVAGING and self._salvage is not None:
            on_the_way = isinstance(error, TransportError) and not isinstance(error, Interrupted)
            self._salvage_on(self._salvage.again() if on_the_way else [])
            return
        match error:
            case Interrupted():
                self._halt(error)
            case sealed.Corrupt():
                self._stop_for_good(Line.DAMAGED, trd(error), error)
            case sealed.Replaced():  # by another version: it leads from now on
                self._stop_for_good(Line.REFUSED, trd(error), error)
            case Overtaken():
                self._phase = _Phase.IDLE
                self._schedule.pause(self._now, OVERTAKEN_SECONDS)
                self._effects.append(events.Failed(error))
            case Refused():
                self._take_refusal(error)
            case Broken() | BrokenStream() | Malformed():
                self._fail(Line.OFFLINE, tr("The server's answer broke off or makes no sense."), error)
            case TransportError():
                self._fail(Line.OFFLINE, trd(error), error)
            case _:  # a file that cannot be written now says nothing about the line
                self._fail(self._line, trd(error), error)

    def _take_refusal(self, refused: Refused) -> None:
        code = refused.problem.code
        if code == "account_disabled":
            self._phase = _Phase.SALVAGING
            self._salvage = Salvage(refused)
            self._effects += self._salvage.begin()
        elif code == "signed_out":
            self._stop_for_good(Line.SIGNED_OUT, str(refused), refused)
        elif code == "upgrade_required":
            self._stop_for_good(Line.REFUSED, upgrade_problem(refused.problem), refused)
        elif code == "client_forked" and not self._renewed:
            self._renewed = True
            self._effects.append(events.NewClient(again=False))
            self._prepare()
        elif self._sending.blame(code, self._call.sent):
            self._prepare()
        else:
            wait = refused.retry_after or 0.0
            self._schedule.leave_alone(self._now + wait)
            self._fail(Line.OFFLINE, str(refused), refused, at_least=wait)

    def _fail(self, line: Line, problem: str, error: Exception, *, at_least: float = 0.0) -> None:
        """Say what is wrong and try again in a while."""
        self._phase = _Phase.IDLE
        self._schedule.failed(self._now, at_least, unreachable=isinstance(error, Unreachable))
        if isinstance(error, TransportError) and not isinstance(error, Refused):
            self._stop_listening()  # that a stream does not come through either is no fault of the stream
            self._liveness.doubt(self._now)
        self._tell(line, problem)
        self._effects += [events.Purge(HIDDEN_FOR), events.Failed(error)]

    def _stop_for_good(self, line: Line, problem: str, error: Exception) -> None:
        self._tell(line, problem)
        self._halt(error)

    def _halt(self, error: Exception) -> None:
        self._effects.append(events.Failed(error))
        self._stop_listening()
        self._phase = _Phase.HALTED
        self._effects.append(events.Halt())

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
        self._effects.append(events.Tell(line, problem, received, left, synced_at))

    def _salvage_on(self, effects: list[events.Effect]) -> None:
        """Go on with what an account that is disabled had not sent; at its end what is left stays in the journal."""
        if effects:
            self._effects += effects
        elif self._salvage is not None:
            refusal = self._salvage.refusal
            self._stop_for_good(Line.DISABLED, str(refusal), refusal)


_FINAL = ("signed_out", "account_disabled", "upgrade_required")
"""Refusals after which only a person can help."""

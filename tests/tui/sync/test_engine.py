"""What the engine decides: alone on a standing clock, and over every row of faults that Hypothesis can think of."""

from __future__ import annotations

import contextlib
import datetime as dt
import random
from collections.abc import Iterable
from pathlib import Path

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from sellmode_contract import wire
from sellmode_contract.mutations import Queued
from sellmode_contract.visibility import Account
from sellmode_contract.wire import Checkpoint, End, Head, Lease, Problem, Put, Result, SyncRequest, View
from sellmode_tui import sealed
from sellmode_tui.cache.store import Overtaken
from sellmode_tui.sync.engine import OVERTAKEN_SECONDS, Engine
from sellmode_tui.sync.event_stream import MAX_FAILURES, RETRY_AFTER, SILENCE_TIMEOUT, STABLE_AFTER
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
    StorageEffect,
    StorageFailed,
    Tell,
    TimeIsUp,
    Typed,
)
from sellmode_tui.sync.liveness import SILENT_AFTER
from sellmode_tui.sync.salvage import SALVAGE_TRIES
from sellmode_tui.sync.schedule import (
    HEARING_POLLS,
    MAX_BACKOFF,
    POKES_APART,
    RETRY_UNREACHABLE,
    WRITING_BREAKS_BACKOFF,
)
from sellmode_tui.sync.status import Line
from sellmode_tui.sync.typing_notice import TYPING_APART
from sellmode_tui.transport.errors import Broken, Interrupted, Refused, TransportError, Unreachable

NOON = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
SCOPE = "own/person:s:p"
DISK_FULL = sealed.DiskFull(Path("cache.db"), "The disk is full.")


def refused(code: str, retry_after: float | None = None, min_protocol: int | None = None) -> Refused:
    return Refused(Problem(code=code, title="No", status=400, min_protocol=min_protocol), retry_after)


class Backend:
    """A backend of a few lines: a ledger and a clock, no records but one."""

    def __init__(self) -> None:
        self.epoch = 1
        self.clients: dict[str, int] = {}
        self.ledger: dict[str, Result] = {}
        self.effects: list[str] = []
        self.failing: dict[str, int] = {}
        """So often it will still fail at a mutation."""
        self.unreadable: set[str] = set()
        self.room = wire.MAX_MUTATIONS
        """More mutations in a call are too large a body."""

    def answer(self, request: SyncRequest) -> list[bytes]:
        """The lines. Raises Refused."""
        queued = [msgspec.json.decode(raw, type=Queued) for raw in request.m]
        if len(queued) > self.room:
            raise refused("body_too_large")
        if any(each.mid in self.unreadable for each in queued):
            raise refused("bad_request")
        reset = request.epoch not in (None, str(self.epoch))
        acked = self.clients.get(request.cid, 0)
        results = [] if reset else self._push(request.cid, queued)
        head = Head(
            epoch=str(self.epoch),
            view=View(
                mode="associate", account=Account(id="p", user_name="p", name="P", role="associate", stores=("s",))
            ),
            scopes=(SCOPE,),
            now=NOON,
            lease=Lease(soft_s=1, hard_s=2),
            schema=(1, 1),
            reset=reset,
            acked=acked,
        )
        page = [
            Put(k="customer", id="c", v=1, s=SCOPE, d=msgspec.Raw(b'{"id":"c"}')),
            Checkpoint(cur=f"{self.epoch}", n=1),
        ]
        return [msgspec.json.encode(line) for line in (head, *results, *page, End())]

    def _push(self, cid: str, queued: list[Queued]) -> list[Result]:
        results = []
        for each in queued:
            last = self.clients.get(cid, 0)
            known = self.ledger.get(each.mid)
            if each.seq <= last and known is None:
                raise refused("client_forked")
            if known is not None:
                self.clients[cid] = max(last, each.seq)
                results.append(msgspec.structs.replace(known, seq=each.seq))
            elif each.seq > last + 1:
                results.append(Result(mid=each.mid, seq=each.seq, st="gap"))
                break
            elif self.failing.get(each.mid):
                self.failing[each.mid] -= 1
                results.append(Result(mid=each.mid, seq=each.seq, st="retry"))
                break
            else:
                self.clients[cid] = each.seq
                self.effects.append(each.mid)
                self.ledger[each.mid] = Result(mid=each.mid, seq=each.seq, st="applied")
                results.append(self.ledger[each.mid])
        return results

    def restore(self, kept: int) -> None:
        """Go back to a backup with the first `kept` mutations."""
        self.epoch += 1
        lost = self.effects[kept:]
        self.effects = self.effects[:kept]
        for mid in lost:
            del self.ledger[mid]
        self.clients = {}


class Ground:
    """An engine with files and a line of a few lines each."""

    def __init__(self, *, careful: bool = False) -> None:
        self.engine = Engine(random.Random(1), careful=careful)
        self.now = 0.0
        self.call: Call | CallSalvage | None = None
        self.told: Tell | None = None
        self.halted = False
        self.heard: list[Effect] = []
        """All effects, in their order."""
        self.stream: int | None = None
        self.probing = False
        self.probes = 0
        self.down: TransportError | None = None
        """Why a question for a sign of life gets no answer."""
        self.mute = False
        """Whether nothing comes at all."""
        self.storage_fails: Exception | None = None
        # files
        self.cid = 0
        self.next_seq = 1
        self.written: list[str] = []
        self.sent: set[str] = set()
        self.seqs: dict[str, int] = {}
        self.settled: dict[str, Result] = {}
        self.epoch: str | None = None
        self.cursor: str | None = None
        self.passes = 0

    @property
    def calling(self) -> bool:
        return self.call is not None

    def listening(self) -> bool:
        return self.stream is not None

    @property
    def waiting(self) -> list[str]:
        return [mid for mid in self.written if mid not in self.settled]

    def write(self, mid: str) -> None:
        self.written.append(mid)
        self.step(LocalChange())

    def step(self, event: Event) -> list[Effect]:
        """What came of an event, the effects on the files performed."""
        events, effects = [event], []
        while events:
            failed = False
            for effect in self.engine.step(events.pop(0), self.now):
                effects.append(effect)
                if isinstance(effect, StorageEffect):
                    if failed:
                        continue
                    if self.storage_fails and not isinstance(effect, Purge):
                        error, self.storage_fails, failed = self.storage_fails, None, True
                        events.append(StorageFailed(error))  # type: ignore[arg-type] # one of them
                    else:
                        events += self._store(effect)
                else:
                    self._do(effect)
        self.heard += effects
        assert len(self.heard) < 100_000, "it goes round and round"
        return effects

    def _do(self, effect: Effect) -> None:
        match effect:
            case Call() | CallSalvage():
                assert self.call is None, "two calls at once"
                self.call = effect
            case HangUp():
                assert self.call is not None
                self.call = None
            case Tell():
                self.told = effect
            case Listen():
                assert self.stream is None
                self.stream = effect.number
            case StopListening():
                self.stream = None
            case Probe():
                assert not self.probing
                self.probing = True
                self.probes += 1
            case Halt():
                self.halted = True

    def _store(self, effect: Effect) -> Iterable[Event]:
        match effect:
            case Prepare():
                waiting = [mid for mid in self.waiting if effect.fresh or mid in self.sent]
                taken = waiting[: effect.most]
                self.sent.update(taken)
                for mid in taken:
                    if mid not in self.seqs:
                        self.seqs[mid] = self.next_seq
                        self.next_seq += 1
                mutations = tuple(Outgoing(mid, self.seqs[mid], 0, b'{"op":"x"}') for mid in taken)
                yield Prepared("d", self.epoch, self.cursor, f"c{self.cid}", mutations, len(self.waiting))
            case Accept():
                self.epoch = effect.head.epoch
            case Commit():
                self.cursor = effect.cursor
            case Settle():
                for result in effect.results:
                    assert result.mid in self.written
                    if result.st != "retry":
                        self.settled.setdefault(result.mid, result)
            case NewClient():
                self.cid, self.next_seq, self.seqs = self.cid + 1, 1, {}
                if effect.again:
                    self.settled = {mid: each for mid, each in self.settled.items() if each.st != "applied"}
            case EndPass():
                self.passes += 1
                yield PassEnded(NOON)

    # ------------------------------------------------------------------ the line

    @property
    def request(self) -> SyncRequest:
        """Of the call under way."""
        assert isinstance(self.call, Call)
        return self.call.request

    def answered(self, lines: list[bytes], error: TransportError | None = None) -> None:
        """The call under way gets these lines, and ends in order or by an error."""
        call = self.call
        for line in lines:
            if self.call is call:
                self.step(Received(line))
        if self.call is call:
            self.call = None
            self.step(CallFailed(error) if error else AnswerEnded())

    def fails(self, error: TransportError) -> None:
        self.answered([], error)

    def served(self, backend: Backend) -> None:
        """The backend answers the call under way."""
        if isinstance(self.call, CallSalvage):
            results = backend._push(
                self.call.cid, [msgspec.json.decode(raw, type=Queued) for raw in self.call.mutations]
            )
            self.call = None
            self.step(Salvaged(tuple(results)))
            return
        assert self.call is not None
        try:
            lines = backend.answer(self.call.request)
        except Refused as error:
            self.fails(error)
        else:
            self.answered(lines)

    def passes_time(self) -> None:
        """The engine gets what it waits for."""
        assert self.engine.due is not None
        self.now = max(self.now, self.engine.due)
        self.step(TimeIsUp())
        if self.probing and not self.mute:
            self.probed(self.down)

    def probed(self, error: TransportError | None = None) -> None:
        """What came of the question under way."""
        self.probing = False
        self.step(Probed(error))

    @property
    def pause(self) -> float:
        assert self.engine.due is not None
        return self.engine.due - self.now


@pytest.fixture
def ground() -> Ground:
    return Ground()


@pytest.fixture
def backend() -> Backend:
    return Backend()


@pytest.fixture
def online(ground: Ground, backend: Backend) -> Ground:
    """After a first pass; a stream is being opened."""
    ground.step(Led(leading=True))
    ground.served(backend)
    assert ground.told is not None
    assert ground.told.line is Line.ONLINE
    ground.now += POKES_APART
    return ground


# ------------------------------------------------------------------ when


def test_nothing_happens_before_it_leads(ground: Ground) -> None:
    for event in (TimeIsUp(), LocalChange(), RetryNow(), Poked(1), ListenOpened(1), AnswerEnded(), PassEnded(NOON)):
        assert ground.step(event) == []
    assert ground.engine.due is None


def test_what_is_written_goes_at_once(online: Ground, backend: Backend) -> None:
    online.write("m1")
    assert online.calling
    online.served(backend)
    assert online.settled["m1"].st == "applied"
    assert not online.calling


def test_what_is_written_or_poked_during_a_pass_makes_another(online: Ground, backend: Backend) -> None:
    number = online.stream
    assert number is not None
    for reason in (LocalChange(), Poked(number), RetryNow()):
        online.step(RetryNow())
        online.step(reason)
        online.served(backend)
        if isinstance(reason, Poked):
            online.passes_time()
        assert online.calling
        online.served(backend)
        assert not online.calling


def test_typing_is_said_now_and_then_in_a_call_and_never_later(online: Ground, backend: Backend) -> None:
    said: list[tuple[float, str]] = []
    begun = online.now
    while online.now < begun + 3 * TYPING_APART:
        online.step(Typed("r"))
        if online.calling:
            said.append((online.now - begun, online.request.typing))
            online.served(backend)
        online.now += 0.1
    assert [round(at) for at, request in said if request] == [0, 4, 8]
    assert {request for _, request in said} == {"r"}, "no call besides"
    online.now += TYPING_APART
    online.step(RetryNow())
    online.step(Typed("r"))
    assert online.request.typing == ""
    online.served(backend)
    assert online.request.typing == "r", "what is typed during a call is said in the next"
    online.fails(Unreachable("gone"))
    online.now += TYPING_APART
    online.step(Typed("r"))
    online.step(RetryNow())
    assert online.request.typing == "", "it is offline"
    online.served(backend)
    assert not online.calling, "and nothing was kept"


def test_a_storm_of_pokes_makes_no_more_passes_than_a_few_pokes(online: Ground, backend: Backend) -> None:
    assert online.stream is not None
    online.step(ListenOpened(online.stream))
    calls, begun = 0, online.now
    while online.now < begun + 10:
        if online.calling:
            calls += 1
            online.served(backend)
        online.now += 0.01
        online.step(Poked(online.stream))
        online.step(TimeIsUp())
    assert 15 <= calls <= 1 + 10 / POKES_APART


def test_a_full_outbox_goes_in_few_calls(online: Ground, backend: Backend) -> None:
    online.written += [f"m{number}" for number in range(120)]
    online.step(LocalChange())
    calls = 0
    while online.call is not None:
        calls += 1
        online.served(backend)
    assert calls == 3
    assert online.waiting == []
    assert backend.effects == online.written


def test_polls_are_rarer_while_the_stream_is_alive(online: Ground, backend: Backend) -> None:
    assert 24 <= online.engine._next_pass <= 36
    assert online.stream is not None
    online.step(ListenOpened(online.stream))
    assert online.calling, "what changed before it was opened was not heard of"
    online.served(backend)
    assert 24 <= online.engine._next_pass <= 36, "being opened proves nothing"
    online.step(Heard(online.stream))
    assert 24 * HEARING_POLLS <= online.engine._next_pass <= 36 * HEARING_POLLS
    online.step(ListenEnded(online.stream, None))
    assert 24 <= online.engine._next_pass <= 36


def test_a_mute_stream_is_given_up_and_after_some_there_is_only_polling(online: Ground, backend: Backend) -> None:
    begun, tries = online.now, 0
    while online.now < begun + 600:
        if online.stream is not None and online.stream > tries:
            tries = online.stream
        online.passes_time()
        if online.call is not None:
            online.served(backend)
    assert tries == MAX_FAILURES
    assert not online.listening()
    assert online.engine._next_pass - online.now <= 36
    while not online.listening():
        online.passes_time()
        if online.call is not None:
            online.served(backend)
    assert 0.9 * RETRY_AFTER <= online.now - begun <= 1.1 * RETRY_AFTER + 4 * SILENCE_TIMEOUT


def test_a_stream_that_is_cut_again_and_again_is_given_up_too(online: Ground, backend: Backend) -> None:
    streams = set()
    while online.now < 180:
        if online.stream is not None:
            number = online.stream
            streams.add(number)
            online.stream = None
            online.now += 10
            online.step(Poked(number))
            if online.call is not None:
                online.served(backend)
            online.step(ListenEnded(number, Broken("cut")))
        online.passes_time()
        if online.call is not None:
            online.served(backend)
    assert len(streams) == MAX_FAILURES


def test_a_stream_that_lived_is_opened_again_soon(online: Ground, backend: Backend) -> None:
    for _ in range(10):
        assert online.stream is not None
        number, begun = online.stream, online.now
        while online.now < begun + 2 * STABLE_AFTER:
            online.now += wire.ALIVE_SECONDS
            online.step(Heard(number))
        online.stream = None
        online.step(ListenEnded(number, Broken("the server ends")))
        ended = online.now
        while not online.listening():
            online.passes_time()
            if online.call is not None:
                online.served(backend)
        assert online.now - ended < 10


def test_old_streams_say_nothing(online: Ground, backend: Backend) -> None:
    number = online.stream
    assert number is not None
    online.step(ListenEnded(number, None))
    for event in (Poked(number), ListenOpened(number), Heard(number), Poked(number + 1)):
        online.step(event)
        assert not online.calling


def test_a_stream_that_is_refused_for_good_makes_a_call_find_out(online: Ground) -> None:
    assert online.stream is not None
    online.step(ListenEnded(online.stream, refused("signed_out")))
    online.fails(refused("signed_out"))
    assert online.told == Tell(Line.SIGNED_OUT, "The server refused: No")
    assert online.halted


def test_no_stream_while_the_line_is_down(online: Ground) -> None:
    assert online.stream is not None
    online.step(RetryNow())
    effects = online.step(CallFailed(Unreachable("down")))
    assert StopListening() in effects
    assert online.told == Tell(Line.OFFLINE, "down")
    online.call = None
    for _ in range(5):
        online.passes_time()
        assert not online.listening()
        online.fails(Unreachable("down"))


# ------------------------------------------------------------------ whether the line is up


def online_with(seed: int) -> Ground:
    """An engine after a first pass, its events' stream alive."""
    ground, backend = Ground(), Backend()
    ground.engine = Engine(random.Random(seed))
    ground.step(Led(leading=True))
    ground.served(backend)
    assert ground.stream is not None
    ground.now += POKES_APART
    ground.step(ListenOpened(ground.stream))
    ground.served(backend)
    ground.step(Heard(ground.stream))
    return ground


def tells(ground: Ground) -> list[Tell]:
    """All that was told."""
    return [effect for effect in ground.heard if isinstance(effect, Tell)]


def until_offline(ground: Ground) -> float:
    """How long it takes until the line is said to be down."""
    begun = ground.now
    while ground.told is None or ground.told.line is not Line.OFFLINE:
        assert ground.now < begun + 60
        ground.passes_time()
    return ground.now - begun


@pytest.mark.parametrize("seed", range(20))
def test_a_silent_server_is_offline_within_five_seconds(seed: int) -> None:
    idle = online_with(seed)
    idle.mute = True
    assert until_offline(idle) == SILENT_AFTER < 5
    assert idle.probes == 1
    assert not idle.listening()

    calling = online_with(seed)
    calling.mute = True
    calling.step(RetryNow())
    assert until_offline(calling) == SILENT_AFTER
    assert calling.calling, "its answer may still come"

    first = Ground()
    first.engine = Engine(random.Random(seed))
    first.mute = True
    first.step(Led(leading=True))
    assert until_offline(first) == SILENT_AFTER


@pytest.mark.parametrize("seed", range(20))
def test_a_stream_that_breaks_makes_it_look_whether_the_server_is_dead(seed: int) -> None:
    ground = online_with(seed)
    ground.down = Unreachable("Nothing answers.")
    assert ground.stream is not None
    number, ground.stream = ground.stream, None
    ground.step(ListenEnded(number, Broken("cut")))
    assert until_offline(ground) < 2
    assert ground.told == Tell(Line.OFFLINE, "Nothing answers.")
    assert ground.pause <= RETRY_UNREACHABLE[1]


def test_a_stream_that_breaks_says_nothing_while_the_server_answers() -> None:
    ground = online_with(1)
    assert ground.stream is not None
    number, ground.stream = ground.stream, None
    told = ground.told
    ground.step(ListenEnded(number, Broken("cut")))
    ground.passes_time()
    assert ground.probes == 1
    assert ground.told is told


def test_a_question_that_fails_says_nothing_if_the_stream_has_spoken_since() -> None:
    ground = online_with(1)
    ground.mute = True
    ground.passes_time()
    assert ground.probing
    assert ground.stream is not None
    ground.now += 0.1
    ground.step(Heard(ground.stream))
    told = ground.told
    ground.probed(Unreachable("too late"))
    assert ground.told is told


def test_what_signs_of_life_cost(backend: Backend) -> None:
    """Nothing is asked while the stream brings them; where it does not come through, some twenty times a minute."""
    hearing = online_with(1)
    while hearing.now < 600:
        if hearing.call is not None:
            hearing.served(backend)
        assert hearing.stream is not None
        hearing.now += wire.ALIVE_SECONDS
        hearing.step(Heard(hearing.stream))
        hearing.step(TimeIsUp())
    assert hearing.probes == 0
    deaf = online_with(1)
    deaf.step(ListenEnded(1, refused("unavailable", 3600)))
    while deaf.now < 600:
        deaf.passes_time()
        if deaf.call is not None:
            deaf.served(backend)
    assert 10 * 17 <= deaf.probes <= 10 * 24
    assert deaf.told is not None
    assert deaf.told.line is Line.ONLINE


@pytest.mark.parametrize("seed", range(20))
def test_a_call_on_a_dead_connection_is_given_up_when_the_line_is_back(seed: int, backend: Backend) -> None:
    ground = online_with(seed)
    ground.mute = True
    ground.step(RetryNow())
    until_offline(ground)
    ground.mute, dead = False, ground.call
    back_at = ground.now
    if ground.probing:
        ground.probed(Unreachable("timed out"))
    while ground.call is dead:
        assert ground.now < back_at + 3
        ground.passes_time()
    ground.served(backend)
    assert ground.told is not None
    assert ground.told.line is Line.ONLINE


def test_a_call_that_silences_a_thin_line_is_given_up_only_once(backend: Backend) -> None:
    ground = online_with(1)
    ground.mute = True
    ground.step(RetryNow())
    until_offline(ground)
    first = ground.call
    ground.probed()
    second = ground.call
    assert second is not first
    assert [told.line for told in tells(ground)][-1] is Line.OFFLINE, "that something answers is no sync yet"
    while not ground.probing:
        ground.passes_time()
    ground.probed()
    assert ground.call is second
    assert [told.line for told in tells(ground)][-1] is Line.ONLINE
    ground.served(backend)
    assert not ground.calling


def test_a_server_that_is_there_and_not_well_makes_a_call_find_out() -> None:
    ground = online_with(1)
    ground.down = refused("unavailable")
    ground.now += POKES_APART
    while not ground.probes:
        ground.passes_time()
    assert ground.calling


def test_a_process_that_was_asleep_asks_before_it_says_anything() -> None:
    ground = online_with(1)
    told = ground.told
    ground.now += 300
    ground.step(Awoke())
    ground.step(TimeIsUp())
    assert ground.told is told
    assert ground.probing or ground.calling
    ground.mute = True
    slept = ground.now
    until_offline(ground)
    assert ground.now - slept < 5


def test_nothing_new_is_put_into_a_call_before_the_server_is_heard_of(backend: Backend) -> None:
    ground = Ground(careful=True)
    ground.written = ["m1", "m2"]
    ground.step(Led(leading=True))
    assert ground.request.m == ()
    ground.fails(Unreachable("down"))
    assert not ground.sent
    ground.passes_time()
    calls = 0
    while ground.call is not None:
        calls += 1
        ground.served(backend)
    assert calls == 2
    assert backend.effects == ["m1", "m2"]
    ground.write("m3")
    assert [mid for mid in ground.sent if mid not in ground.settled] == ["m3"], "it was heard of just now"


# ------------------------------------------------------------------ backoff


def test_pauses_stay_bounded_however_long_the_line_is_down(ground: Ground) -> None:
    ground.step(Led(leading=True))
    pauses = []
    for _ in range(2000):
        ground.fails(Broken("cut"))
        pauses.append(ground.pause)
        ground.passes_time()
    assert all(0.5 <= pause <= MAX_BACKOFF + 0.5 for pause in pauses)
    assert sum(pauses) / len(pauses) > MAX_BACKOFF / 3


def test_a_backend_that_cannot_be_reached_is_tried_soon_however_long_it_is_away(ground: Ground) -> None:
    ground.step(Led(leading=True))
    pauses = []
    for _ in range(2000):
        ground.fails(Unreachable("down"))
        pauses.append(ground.pause)
        ground.passes_time()
    shortest, longest = RETRY_UNREACHABLE
    assert shortest <= min(pauses) < shortest + 0.1
    assert longest - 0.1 < max(pauses) <= longest


def test_writing_breaks_a_backoff_but_not_too_often(ground: Ground) -> None:
    ground.step(Led(leading=True))
    for _ in range(12):
        ground.fails(Unreachable("down"))
        ground.passes_time()
    ground.fails(Unreachable("down"))
    calls = 0
    for tenth in range(300):
        ground.now += 0.1
        ground.write(f"m{tenth}")
        if ground.engine.due is not None and ground.engine.due <= ground.now:
            ground.step(TimeIsUp())
        if ground.call is not None:
            calls += 1
            ground.fails(Unreachable("down"))
    assert 30 / WRITING_BREAKS_BACKOFF - 2 <= calls <= 30 / WRITING_BREAKS_BACKOFF + 1


def test_a_person_breaks_every_pause(ground: Ground) -> None:
    ground.step(Led(leading=True))
    ground.fails(refused("unavailable", 300))
    ground.write("m1")
    assert ground.pause >= 300, "the backend asked to be left alone"
    ground.step(RetryNow())
    assert ground.calling


def test_a_mutation_that_the_backend_fails_at_waits_while_the_rest_goes_on(online: Ground, backend: Backend) -> None:
    backend.failing["m1"] = 3
    online.write("m1")
    online.served(backend)
    assert not online.calling
    assert online.told is not None
    assert online.told.line is Line.ONLINE
    assert online.stream is not None
    online.now += POKES_APART
    online.step(Poked(online.stream))
    assert isinstance(online.call, Call)
    assert online.call.request.m == (), "its pause is not over"
    online.served(backend)
    while online.waiting:
        assert online.pause <= MAX_BACKOFF
        online.passes_time()
        if online.call is not None:
            online.served(backend)
    assert backend.effects == ["m1"]
    assert online.now < 60


def test_overtaken_and_then_again(ground: Ground, backend: Backend) -> None:
    ground.step(Led(leading=True))
    ground.storage_fails = Overtaken()
    ground.served(backend)
    assert not ground.calling
    assert ground.pause == OVERTAKEN_SECONDS
    assert ground.told is None
    ground.passes_time()
    ground.served(backend)
    assert ground.passes == 1


def test_a_full_disk_is_told_and_says_nothing_about_the_line(online: Ground, backend: Backend) -> None:
    online.write("m1")
    online.storage_fails = DISK_FULL
    online.served(backend)
    assert online.told == Tell(Line.ONLINE, "The disk is full.")
    assert online.waiting == ["m1"]
    online.passes_time()
    online.served(backend)
    assert online.waiting == []
    assert backend.effects == ["m1"]


def test_a_damaged_file_needs_a_person(online: Ground) -> None:
    online.storage_fails = sealed.Corrupt(Path("cache.db"), "cache.db is damaged.")
    online.step(RetryNow())
    assert online.told == Tell(Line.DAMAGED, "cache.db is damaged.")
    assert online.halted
    assert online.engine.due is None
    assert online.step(RetryNow()) == []


def test_whose_cache_another_version_has_replaced_leaves_the_lead_to_it(online: Ground) -> None:
    online.storage_fails = sealed.Replaced(Path("cache.db"))
    online.step(RetryNow())
    assert online.told is not None
    assert online.told.line is Line.REFUSED
    assert "start it again" in online.told.problem
    assert online.halted


@pytest.mark.parametrize(
    ("error", "line", "words"),
    [
        (refused("signed_out"), Line.SIGNED_OUT, "The server refused"),
        (refused("upgrade_required", min_protocol=wire.PROTOCOL + 1), Line.REFUSED, "newer version of Sellmode"),
        (refused("upgrade_required"), Line.REFUSED, "newer version of Sellmode"),
        (refused("upgrade_required", min_protocol=wire.PROTOCOL), Line.REFUSED, "server is older than this app"),
    ],
)
def test_what_only_a_person_can_mend(ground: Ground, error: Refused, line: Line, words: str) -> None:
    ground.step(Led(leading=True))
    ground.fails(error)
    assert ground.told is not None
    assert ground.told.line is line
    assert words in ground.told.problem
    assert ground.halted


def test_a_transport_that_was_closed_tells_nothing(ground: Ground) -> None:
    ground.step(Led(leading=True))
    ground.fails(Interrupted())
    assert ground.told is None
    assert ground.halted


def test_who_is_overtaken_hangs_up(online: Ground) -> None:
    online.step(RetryNow())
    effects = online.step(Led(leading=False))
    assert HangUp() in effects
    assert StopListening() in effects
    assert online.engine.due is None
    assert online.step(Received(b"{}")) == []
    online.step(Led(leading=True))
    assert online.calling


# ------------------------------------------------------------------ what is sent


def test_a_body_that_is_too_large_is_halved(online: Ground, backend: Backend) -> None:
    backend.room = 7
    online.written += [f"m{number}" for number in range(30)]
    online.step(LocalChange())
    sizes = []
    while isinstance(online.call, Call):
        sizes.append(len(online.call.request.m))
        online.served(backend)
    assert sizes[:3] == [30, 15, 7]
    assert online.waiting == []
    assert backend.effects == online.written
    backend.room = wire.MAX_MUTATIONS
    online.written += [f"n{number}" for number in range(30)]
    online.step(LocalChange())
    assert len(online.request.m) == 30


@pytest.mark.parametrize(("refusal", "code"), [("bad_request", "invalid"), ("body_too_large", "too_large")])
def test_one_that_makes_a_whole_call_be_refused_is_put_aside(
    online: Ground, backend: Backend, refusal: str, code: str
) -> None:
    backend.unreadable = {"m2"}
    backend_answer = backend.answer

    def answer(request: SyncRequest) -> list[bytes]:
        try:
            return backend_answer(request)
        except Refused:
            raise refused(refusal) from None

    backend.answer = answer  # type: ignore[method-assign] # the same backend with other words
    online.written += ["m1", "m2", "m3", "m4"]
    online.step(LocalChange())
    while online.call is not None:
        online.served(backend)
    assert online.settled["m2"].st == "rejected"
    assert online.settled["m2"].code == code
    assert backend.effects == ["m1", "m3", "m4"]


def test_nothing_is_put_aside_for_a_backend_that_refuses_everything(online: Ground) -> None:
    online.write("m1")
    for _ in range(30):
        while online.call is not None:
            online.fails(refused("bad_request"))
        assert online.waiting == ["m1"]
        online.passes_time()


def test_a_copied_journal_takes_another_name(online: Ground, backend: Backend) -> None:
    backend.clients["c0"] = 1  # the copy was first
    online.write("m1")
    online.served(backend)
    online.served(backend)
    assert not online.calling
    assert online.cid == 1
    assert backend.effects == ["m1"]


def test_a_backend_that_calls_every_client_forked_is_not_asked_without_pause(online: Ground) -> None:
    online.write("m1")
    online.fails(refused("client_forked"))
    online.fails(refused("client_forked"))
    assert not online.calling
    assert online.told is not None
    assert online.told.line is Line.OFFLINE


@pytest.mark.parametrize("says_so", [True, False], ids=["another epoch", "the operator forgot to say so"])
def test_a_restored_backend_gets_again_what_it_lost(online: Ground, backend: Backend, says_so: bool) -> None:
    for mid in ("m1", "m2", "m3"):
        online.write(mid)
        online.served(backend)
    epoch = backend.epoch
    backend.restore(1)
    if not says_so:
        backend.epoch = epoch
    online.write("m4")
    while online.call is not None:
        online.served(backend)
    assert sorted(backend.effects) == ["m1", "m2", "m3", "m4"]
    assert online.waiting == []


def test_a_backend_that_forgets_everything_at_every_call_is_not_asked_without_pause(
    online: Ground, backend: Backend
) -> None:
    for _ in range(2):
        backend.restore(0)
        if online.call is None:
            online.step(RetryNow())
        online.served(backend)
    assert not online.calling
    assert online.told is not None
    assert online.told.line is Line.OFFLINE


def test_the_new_name_is_durable_before_the_new_epoch(online: Ground, backend: Backend) -> None:
    backend.restore(0)
    online.heard.clear()
    online.step(RetryNow())
    online.served(backend)
    kinds = [type(effect) for effect in online.heard]
    assert kinds.index(NewClient) < kinds.index(Accept)


def test_results_count_though_the_answer_breaks_after_them(online: Ground, backend: Backend) -> None:
    online.write("m1")
    assert isinstance(online.call, Call)
    head, result, *_ = backend.answer(online.call.request)
    online.answered([head, result], Broken("cut"))
    assert online.settled["m1"].st == "applied"
    assert online.told is not None
    assert online.told.line is Line.OFFLINE


def test_a_result_of_something_else_breaks_the_answer(online: Ground, backend: Backend) -> None:
    online.write("m1")
    assert isinstance(online.call, Call)
    head, result, *rest = backend.answer(online.call.request)
    foreign = msgspec.json.encode(Result(mid="other", seq=1, st="rejected", code="invalid"))
    online.answered([head, result, foreign, *rest])
    assert set(online.settled) == {"m1"}
    assert online.passes == 1


def test_a_request_has_room_for_its_mutations(ground: Ground) -> None:
    ground.step(Led(leading=True))
    ground.call = None
    engine = Engine(random.Random(1))
    engine.step(Led(leading=True), 0.0)
    body = b'"' + b"x" * (wire.MAX_MUTATION_BYTES - 2) + b'"'
    many = tuple(Outgoing(f"{number:036}", number, 10**9, body) for number in range(1, 9))
    (call,) = engine.step(Prepared("d" * 36, "e" * 40, "c" * 9000, "c" * 40, many, 8), 0.0)
    assert isinstance(call, Call)
    assert len(call.request.m) == 3
    assert len(msgspec.json.encode(call.request)) <= wire.MAX_BODY_BYTES


# ------------------------------------------------------------------ a disabled account


def test_what_a_leaver_had_not_sent_is_salvaged(online: Ground, backend: Backend) -> None:
    online.written += [f"m{number}" for number in range(70)]
    online.step(LocalChange())
    online.fails(refused("account_disabled"))
    told = online.told
    while online.call is not None:
        assert isinstance(online.call, CallSalvage)
        assert online.told is told, "whoever hears of it closes the files"
        online.served(backend)
    assert online.waiting == []
    assert online.halted
    assert online.told is not None
    assert online.told.line is Line.DISABLED


def test_a_line_that_breaks_while_a_leaver_s_work_is_salvaged_is_tried_again(online: Ground, backend: Backend) -> None:
    online.written += [f"m{number}" for number in range(120)]
    online.step(LocalChange())
    online.fails(refused("account_disabled"))
    while isinstance(online.call, CallSalvage):
        for _ in range(SALVAGE_TRIES - 1):
            online.fails(Unreachable("down"))
        online.served(backend)
    assert online.waiting == []
    assert online.halted


def test_what_cannot_be_salvaged_stays(online: Ground) -> None:
    online.write("m1")
    online.fails(refused("account_disabled"))
    for _ in range(SALVAGE_TRIES):
        assert isinstance(online.call, CallSalvage)
        online.fails(Unreachable("down"))
    assert online.waiting == ["m1"]
    assert online.told is not None
    assert online.told.line is Line.DISABLED
    assert online.halted


# ------------------------------------------------------------------ whatever happens


class Whatever(RuleBasedStateMachine):
    """Everything that can happen to an engine, in any order; then nothing bad any more."""

    @initialize()
    def begin(self) -> None:
        self.ground, self.backend = Ground(), Backend()
        self.number = 0
        self.restored = False
        self.ground.step(Led(leading=True))

    @rule(count=st.integers(1, 60))
    def write(self, count: int) -> None:
        for _ in range(count):
            self.number += 1
            self.ground.written.append(f"m{self.number}")
        self.ground.step(LocalChange())

    @rule(failures=st.integers(1, 4))
    def write_what_the_backend_fails_at(self, failures: int) -> None:
        self.number += 1
        self.backend.failing[f"m{self.number}"] = failures
        self.ground.write(f"m{self.number}")

    @rule()
    def write_what_the_backend_cannot_read(self) -> None:
        self.number += 1
        self.backend.unreadable.add(f"m{self.number}")
        self.ground.write(f"m{self.number}")

    @precondition(lambda self: isinstance(self.ground.call, Call))
    @rule()
    def answer(self) -> None:
        self.ground.served(self.backend)

    @precondition(lambda self: isinstance(self.ground.call, Call))
    @rule(length=st.integers(0, 60))
    def cut(self, length: int) -> None:
        try:
            lines = self.backend.answer(self.ground.call.request)  # type: ignore[union-attr] # a Call, see above
        except Refused as error:
            self.ground.fails(error)
        else:
            self.ground.answered(lines[:length], Broken("cut") if length % 2 else None)

    @precondition(lambda self: isinstance(self.ground.call, Call))
    @rule(error=st.sampled_from([Unreachable("down"), refused("unavailable", 30), refused("internal")]))
    def fail(self, error: TransportError) -> None:
        self.ground.fails(error)

    @precondition(lambda self: isinstance(self.ground.call, Call))
    @rule()
    def lose_the_answer(self) -> None:
        with contextlib.suppress(Refused):
            self.backend.answer(self.ground.call.request)  # type: ignore[union-attr] # a Call, see above
        self.ground.fails(Unreachable("lost"))

    @rule(seconds=st.floats(0, 4000))
    def wait(self, seconds: float) -> None:
        self.ground.now += seconds
        self.ground.step(TimeIsUp())

    @rule()
    def type(self) -> None:
        self.ground.step(Typed("r"))

    @rule()
    def hear(self) -> None:
        if self.ground.stream is not None:
            self.ground.step(ListenOpened(self.ground.stream))
            self.ground.step(Poked(self.ground.stream))

    @rule()
    def hear_no_more(self) -> None:
        if self.ground.stream is not None:
            number, self.ground.stream = self.ground.stream, None
            self.ground.step(ListenEnded(number, Unreachable("cut")))

    @rule()
    def wish(self) -> None:
        self.ground.step(RetryNow())

    @rule(error=st.sampled_from([Overtaken(), DISK_FULL]))
    def break_the_files(self, error: Exception) -> None:
        self.ground.storage_fails = error

    @rule()
    def be_overtaken(self) -> None:
        self.ground.step(Led(leading=False))
        self.ground.step(Led(leading=True))

    @rule()
    def kill(self) -> None:
        self.ground.engine = Engine(random.Random(2))
        self.ground.call = self.ground.stream = None
        self.ground.probing = False
        self.ground.now = 0.0
        self.ground.step(Led(leading=True))

    @rule(kept=st.integers(0, 40))
    def restore(self, kept: int) -> None:
        self.restored = True
        self.backend.restore(kept)

    @rule()
    def be_copied(self) -> None:
        client = f"c{self.ground.cid}"
        self.backend.clients[client] = self.backend.clients.get(client, 0) + 1

    @rule(room=st.integers(1, 60))
    def change_what_fits(self, room: int) -> None:
        self.backend.room = room

    @invariant()
    def nothing_is_done_twice_or_settled_without_a_reason(self) -> None:
        if not hasattr(self, "ground"):
            return
        assert len(self.backend.effects) == len(set(self.backend.effects))
        for mid, result in self.ground.settled.items():
            assert result.mid == mid
            assert result.st == "applied" or mid in self.backend.unreadable
            if result.st == "applied" and not self.restored:
                assert mid in self.backend.ledger

    @invariant()
    def it_knows_when_to_go_on(self) -> None:
        if hasattr(self, "ground"):
            assert self.ground.call is not None or self.ground.engine.due is not None

    def teardown(self) -> None:
        """Once the faults stop, everything is sent within a few passes."""
        if not hasattr(self, "ground"):
            return
        self.ground.storage_fails = None
        self.backend.failing.clear()
        for _ in range(100 + 10 * self.number):  # one in a call, and each that is unreadable found step by step
            if self.ground.call is not None:
                self.ground.served(self.backend)
            elif not self.ground.waiting and self.ground.epoch == str(self.backend.epoch):
                break
            else:
                self.ground.passes_time()
        assert self.ground.waiting == []
        assert set(self.backend.effects) == set(self.ground.written) - self.backend.unreadable


TestWhatever = Whatever.TestCase
TestWhatever.settings = settings(stateful_step_count=40)

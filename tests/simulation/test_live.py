"""The simulated layers and the live ones, under one script: the same attempts, at the same times, to the same end."""

from __future__ import annotations

import asyncio
from enum import Enum
from random import Random
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from tests.simulation.systems import policy
from tiktoktoe_cli.resilience import VirtualClock
from tiktoktoe_cli.resilience.layers import BreakerLayer
from tiktoktoe_cli.resilience.outcome import Outcome, OutcomeKind
from tiktoktoe_cli.resilience.policy import compose
from tiktoktoe_cli.simulation.calls import CallPath
from tiktoktoe_cli.simulation.engine import Engine, Limits, Waiting
from tiktoktoe_cli.simulation.servers import Pool, Server

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiktoktoe_cli.resilience import Transition

MS = 1_000_000
PAUSE_NS = 100 * MS
LAYERS = (
    {"retry": {"jitter": "none", "base": "30ms", "max_attempts": 3}},
    {
        "circuit_breaker": {
            "minimum_calls": 3,
            "window": {"calls": 5},
            "reset_timeout": "250ms",
            "half_open_calls": 2,
        }
    },
    {"timeout": "5ms"},
)


class Answer(Enum):
    """What the callee does with an attempt: its outcome, and how long it takes."""

    GOOD = (Outcome[Any].succeeded(None), 1 * MS)
    BAD = (Outcome[Any].failed("503"), 2 * MS)
    SLOW = (Outcome[Any].succeeded(None), 50 * MS)
    OURS = (Outcome[Any].failed("404", transient=False), 1 * MS)


class Diary:
    """What happened: when each attempt arrived, and when and how each call ended."""

    def __init__(self, script: Sequence[Answer]) -> None:
        self.script = list(script)
        self.attempts_ns: list[int] = []
        self.ends: list[tuple[int, OutcomeKind]] = []
        self.transitions: tuple[Transition, ...] = ()

    def attempt(self, now_ns: int) -> tuple[Outcome[Any], int]:
        """Take the next answer of the script; when it is over, all is well."""
        self.attempts_ns.append(now_ns)
        number = len(self.attempts_ns) - 1
        return self.script[number].value if number < len(self.script) else Answer.GOOD.value

    @property
    def facts(self) -> tuple[list[int], list[tuple[int, OutcomeKind]], tuple[Transition, ...]]:
        """Everything that can be compared."""
        return self.attempts_ns, self.ends, self.transitions


def live(script: Sequence[Answer], calls: int) -> Diary:
    """Make calls through the live layers, on a virtual clock."""
    diary, clock = Diary(script), VirtualClock()
    guarded = compose(policy(*LAYERS), clock, Random(1))  # noqa: S311  # nothing is drawn: the waits have no jitter

    async def attempt() -> Outcome[Any]:
        outcome, takes_ns = diary.attempt(clock.now())
        await clock.sleep(takes_ns)
        return outcome

    async def play() -> None:
        for _ in range(calls):
            outcome = await guarded.call(attempt)
            diary.ends.append((clock.now(), outcome.kind))
            await clock.sleep(PAUSE_NS)

    asyncio.run(play())
    (breaker,) = (layer.breaker for layer in guarded.layers if isinstance(layer, BreakerLayer))
    diary.transitions = breaker.transitions
    return diary


class ScriptedServer(Server):
    """Answers as the diary's script says."""

    def __init__(self, engine: Engine, diary: Diary) -> None:
        super().__init__(engine, Pool(1, 0, lambda: 0, lambda: 0.0))
        self.events, self.diary = engine, diary

    def arrive(self, waiting: Waiting, now_ns: int) -> None:
        """Answer after a while."""
        outcome, takes_ns = self.diary.attempt(now_ns)
        self.events.at(now_ns + takes_ns, lambda then_ns: waiting.done(then_ns, outcome))


class Caller:
    """Makes one call after the other, with a pause between them."""

    def __init__(self, engine: Engine, path: CallPath, diary: Diary, calls: int) -> None:
        self.engine, self.path, self.diary, self.calls = engine, path, diary, calls

    def start(self, now_ns: int) -> None:
        """Make a call."""
        self.path.start(self, now_ns)

    def done(self, now_ns: int, outcome: Outcome[Any]) -> None:
        """Note how it ended, and make the next one later."""
        self.diary.ends.append((now_ns, outcome.kind))
        if len(self.diary.ends) < self.calls:
            self.engine.at(now_ns + PAUSE_NS, self.start)


def simulated(script: Sequence[Answer], calls: int) -> Diary:
    """Make the same calls through the simulated layers."""
    diary, engine = Diary(script), Engine(Limits())
    path = CallPath("a", "b", ScriptedServer(engine, diary))
    path.protect(policy(*LAYERS), engine, lambda: 0.0)
    engine.at(0, Caller(engine, path, diary, calls).start)
    engine.run(lambda _: None)
    diary.transitions = tuple(path.transitions or ())
    return diary


def test_a_breaker_opens_and_closes_at_the_same_times() -> None:
    """Three failures open it in both, and two good probes close it again."""
    script = [Answer.BAD] * 3

    diaries = simulated(script, 8), live(script, 8)

    for diary in diaries:
        assert diary.attempts_ns[:3] == [0, 32 * MS, 94 * MS]  # 2 ms each, waits of 30 and 60 ms
        assert [change.target for change in diary.transitions] == ["open", "half-open", "closed"]
        assert diary.transitions[0].at_ns == 96 * MS


@given(st.lists(st.sampled_from(Answer), max_size=30), st.integers(1, 12))
def test_whatever_the_callee_does_both_do_the_same(script: list[Answer], calls: int) -> None:
    """Attempts, ends and openings agree in number and time, for any script."""
    assert live(script, calls).facts == simulated(script, calls).facts

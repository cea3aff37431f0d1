"""The same calls under the same policy, once live on a virtual clock and once simulated, and what became of them.

No two things here take times of which one is a multiple of the other, so that the two engines of time never have to
agree on an order of what happens at once.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from enum import Enum
from heapq import heappop, heappush
from itertools import count
from random import Random
from typing import TYPE_CHECKING, Any

from tiktoktoe_cli.resilience.machine import Transition
from tiktoktoe_cli.resilience.outcome import Outcome
from tiktoktoe_cli.resilience.policy import compose
from tiktoktoe_cli.simulation.calls import CallPath
from tiktoktoe_cli.simulation.engine import Engine, Limits, Waiting
from tiktoktoe_cli.simulation.servers import Pool, Server

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiktoktoe_cli.resilience.settings import PolicySettings

MS = 1_000_000
GAP_NS = 11_000_087
PAUSE_NS = 83_000_117
LONGER_NS = 1_700_213
"""By so much more than the one before him does each caller pause, so that they do not fall into step."""


class Answer(Enum):
    """What the callee does with an attempt: its outcome, and how long it takes."""

    GOOD = (Outcome[Any].succeeded(None), 1_000_003)
    LATE = (Outcome[Any].succeeded(None), 27_000_017)
    NEVER = (Outcome[Any].succeeded(None), 9_000_000_011)
    BAD = (Outcome[Any].failed("503"), 2_000_029)
    LATE_AND_BAD = (Outcome[Any].failed("503"), 31_000_053)
    BUSY = (Outcome[Any].failed("429", throttled=True, retry_after_ns=53_000_071), 3_000_061)
    OURS = (Outcome[Any].failed("404", transient=False), 1_000_097)


class Steady(Random):
    """Chance that always says the same."""

    def __init__(self, share: float) -> None:
        super().__init__(0)
        self.share = share

    def random(self) -> float:
        """Say it."""
        return self.share


@dataclass(frozen=True, slots=True)
class Play:
    """Who calls whom: each caller makes some calls, one after the other; the attempts are answered by the script."""

    policy: PolicySettings
    script: Sequence[Answer]
    callers: int = 1
    calls: int = 1
    share: float = 0.5


class PatientClock:
    """Virtual time that goes on when nothing is left to happen now, however many tasks that goes through."""

    TURNS = 50

    def __init__(self) -> None:
        self.now_ns = 0
        self.sleepers: list[tuple[int, int, asyncio.Future[None]]] = []
        self.sequence = count()

    def now(self) -> int:
        """Return virtual time."""
        return self.now_ns

    async def sleep(self, duration_ns: int) -> None:
        """Return when virtual time has got there."""
        woken = asyncio.get_running_loop().create_future()
        heappush(self.sleepers, (self.now_ns + duration_ns, next(self.sequence), woken))
        await woken

    async def tick(self) -> None:
        """Let time pass for as long as anybody sleeps: wake one, and wait until all have done what they can."""
        while True:
            for _ in range(self.TURNS):
                await asyncio.sleep(0)
            if not self.sleepers:
                return
            at_ns, _, woken = heappop(self.sleepers)
            if not woken.done():
                self.now_ns = at_ns
                woken.set_result(None)


class Diary:
    """What happened: when attempts arrived, how each caller's calls ended, what a breaker and a fallback did."""

    def __init__(self, play: Play) -> None:
        self.script = list(play.script)
        self.attempts_ns: list[int] = []
        self.ends: dict[int, list[tuple[Any, ...]]] = {caller: [] for caller in range(play.callers)}
        self.transitions: list[Transition] = []
        self.fallbacks = 0

    def attempt(self, now_ns: int) -> tuple[Outcome[Any], int]:
        """Take the next answer of the script; when it is over, all is well."""
        self.attempts_ns.append(now_ns)
        number = len(self.attempts_ns) - 1
        return self.script[number].value if number < len(self.script) else Answer.GOOD.value

    def end(self, caller: int, now_ns: int, outcome: Outcome[Any]) -> None:
        """Note what a caller got: when, whether and why not, when to come back, and whose answer it is."""
        covered = outcome.covered and outcome.covered.cause
        self.fallbacks += outcome.is_fallback
        self.ends[caller].append((now_ns, outcome.cause, outcome.retry_after_ns, covered, outcome.age_ns))

    @property
    def facts(self) -> tuple[Any, ...]:
        """Everything that can be compared."""
        return self.attempts_ns, self.ends, self.transitions, self.fallbacks


def pause_ns(caller: int) -> int:
    """Return how long a caller pauses between two calls."""
    return PAUSE_NS + caller * LONGER_NS


def live(play: Play) -> Diary:
    """Make the calls through the live layers."""
    diary, clock = Diary(play), PatientClock()

    def observe(event: object) -> None:
        if isinstance(event, Transition):
            diary.transitions.append(event)

    async def other() -> Outcome[Any]:
        return Outcome.succeeded("other")

    guarded = compose(play.policy, clock, Steady(play.share), observer=observe, alternatives={"other": other})

    async def attempt() -> Outcome[Any]:
        outcome, takes_ns = diary.attempt(clock.now())
        await clock.sleep(takes_ns)
        return outcome

    async def call_on(caller: int) -> None:
        await clock.sleep(caller * GAP_NS)
        for _ in range(play.calls):
            outcome = await guarded.call(attempt)
            diary.end(caller, clock.now(), outcome)
            await clock.sleep(pause_ns(caller))

    async def perform() -> None:
        await asyncio.gather(*map(call_on, range(play.callers)), clock.tick())

    asyncio.run(perform())
    return diary


class ScriptedServer(Server):
    """Answers as the diary's script says."""

    def __init__(self, engine: Engine, diary: Diary) -> None:
        super().__init__(engine, Pool(1, 0, lambda: 0, lambda: 0.0))
        self.diary = diary

    def arrive(self, caller: Waiting, now_ns: int) -> None:
        """Answer after a while, whether or not somebody still wants to know."""
        outcome, takes_ns = self.diary.attempt(now_ns)
        self.engine.at(now_ns + takes_ns, lambda then_ns: caller.done(then_ns, outcome))


class Caller:
    """Makes one call after the other, with a pause between them."""

    def __init__(self, number: int, calls: int, path: CallPath, diary: Diary, engine: Engine) -> None:
        self.number, self.calls, self.path, self.diary, self.engine = number, calls, path, diary, engine
        engine.at(number * GAP_NS, self.start)

    def start(self, now_ns: int) -> None:
        """Make a call."""
        self.calls -= 1
        self.path.start(self, now_ns)

    def done(self, now_ns: int, outcome: Outcome[Any]) -> None:
        """Note how it ended, and make the next one later."""
        self.diary.end(self.number, now_ns, outcome)
        if self.calls:
            self.engine.at(now_ns + pause_ns(self.number), self.start)


def simulated(play: Play) -> Diary:
    """Make the same calls through the simulated steps."""
    diary, engine = Diary(play), Engine(Limits())
    path = CallPath("a", "b", ScriptedServer(engine, diary))
    path.protect(play.policy, engine, lambda _: Steady(play.share))
    for caller in range(play.callers):
        Caller(caller, play.calls, path, diary, engine)
    engine.run(lambda _: None)
    diary.transitions = path.transitions or []
    assert diary.fallbacks == path.fallbacks
    return diary

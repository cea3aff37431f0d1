"""Calls in virtual time: the layers of a policy, deciding with the very functions that live calls use."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from tiktoktoe_cli.resilience.breaker import INITIAL, acquire, failure_of, release, result, transition
from tiktoktoe_cli.resilience.retry import retry_delay
from tiktoktoe_cli.simulation.servers import REJECTED, TIMED_OUT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tiktoktoe_cli.resilience import Outcome
    from tiktoktoe_cli.resilience.breaker import BreakerRules, State, Transition
    from tiktoktoe_cli.resilience.retry import RetryRules
    from tiktoktoe_cli.resilience.settings import PolicySettings
    from tiktoktoe_cli.simulation.engine import Engine, Waiting
    from tiktoktoe_cli.simulation.servers import Server


class Step(Protocol):
    """A layer around a call, or the call itself."""

    def start(self, waiting: Waiting, now_ns: int) -> None:
        """Begin; the outcome goes to whoever waits."""
        ...


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a layer needs of its world: time, chance, and what is around the same call."""

    engine: Engine
    jitter: Callable[[], float]
    path: CallPath


class CallPath:
    """The calls from one service to another: the way through the layers, and what became of them."""

    def __init__(self, source: str, target: str, server: Server) -> None:
        self.source = source
        self.target = target
        self.calls = 0
        self.attempts = 0
        self.failures: Counter[str] = Counter()
        self.transitions: list[Transition] | None = None
        self._server = server
        self._outermost: Step = Sending(self, server)

    def protect(self, policy: PolicySettings, engine: Engine, jitter: Callable[[], float]) -> None:
        """Put the layers of a policy around the calls."""
        surroundings = Surroundings(engine, jitter, self)
        for layer in reversed(policy):
            self._outermost = _STEPS[layer.kind](surroundings, self._outermost, layer.chosen)

    def start(self, waiting: Waiting, now_ns: int) -> None:
        """Make a call."""
        self.calls += 1
        self._outermost.start(waiting, now_ns)


class Sending:
    """The innermost step: one attempt reaches the other service."""

    def __init__(self, path: CallPath, server: Server) -> None:
        self.path = path
        self.server = server

    def start(self, waiting: Waiting, now_ns: int) -> None:
        """Send an attempt."""
        self.path.attempts += 1
        self.server.arrive(waiting, now_ns)


class LimitedStep:
    """`timeout`: the caller gives up after a while."""

    def __init__(self, surroundings: Surroundings, inner: Step, timeout_ns: int) -> None:
        self.engine = surroundings.engine
        self.inner = inner
        self.timeout_ns = timeout_ns

    def start(self, waiting: Waiting, now_ns: int) -> None:
        """Begin, and set the alarm."""
        limited = _Limited(waiting)
        self.engine.at(now_ns + self.timeout_ns, limited.expire)
        self.inner.start(limited, now_ns)


class _Limited:
    """A call under a timeout: the first of answer and alarm counts."""

    __slots__ = ("waiting",)

    def __init__(self, waiting: Waiting) -> None:
        self.waiting: Waiting | None = waiting

    def done(self, now_ns: int, outcome: Outcome[Any]) -> None:
        waiting, self.waiting = self.waiting, None
        if waiting is not None:
            waiting.done(now_ns, outcome)

    def expire(self, now_ns: int) -> None:
        self.done(now_ns, TIMED_OUT)


class RetryStep:
    """`retry`: tries again after a wait."""

    def __init__(self, surroundings: Surroundings, inner: Step, settings: Any) -> None:  # RetrySettings
        self.surroundings = surroundings
        self.inner = inner
        self.rules: RetryRules = settings.rules

    def start(self, waiting: Waiting, now_ns: int) -> None:
        """Begin the first attempt."""
        self.inner.start(_Retried(self, waiting), now_ns)


class _Retried:
    """A call that may take several attempts."""

    __slots__ = ("attempt", "delay_ns", "step", "waiting")

    def __init__(self, step: RetryStep, waiting: Waiting) -> None:
        self.step = step
        self.waiting = waiting
        self.attempt = 1
        self.delay_ns = 0

    def done(self, now_ns: int, outcome: Outcome[Any]) -> None:
        surroundings = self.step.surroundings
        delay_ns = retry_delay(self.step.rules, outcome, self.attempt, self.delay_ns, surroundings.jitter)
        if delay_ns is None:
            self.waiting.done(now_ns, outcome)
            return
        self.attempt, self.delay_ns = self.attempt + 1, delay_ns
        surroundings.engine.at(now_ns + delay_ns, self.again)

    def again(self, now_ns: int) -> None:
        self.step.inner.start(self, now_ns)


class BreakerStep:
    """`circuit_breaker`: one for each caller and callee."""

    def __init__(
        self, surroundings: Surroundings, inner: Step, settings: Any
    ) -> None:  # CircuitBreakerSettings
        self.inner = inner
        self.rules: BreakerRules = settings.rules
        self.ring = bytearray(self.rules.window_calls)
        self.state = INITIAL
        self.transitions = surroundings.path.transitions = []

    def start(self, waiting: Waiting, now_ns: int) -> None:
        """Begin, or reject at once."""
        permitted, state = acquire(self.rules, self.state, now_ns)
        if state is not self.state:
            self.move(state, now_ns)
        if permitted:
            self.inner.start(_Guarded(self, waiting, state[1]), now_ns)
        else:
            waiting.done(now_ns, REJECTED)

    def move(self, state: State, now_ns: int) -> None:
        """Take on a state, and note it if it has another name."""
        if state[0] != self.state[0]:
            self.transitions.append(transition(self.state, state, now_ns))
        self.state = state


class _Guarded:
    """A call that a breaker let through."""

    __slots__ = ("generation", "step", "waiting")

    def __init__(self, step: BreakerStep, waiting: Waiting, generation: int) -> None:
        self.step = step
        self.waiting = waiting
        self.generation = generation

    def done(self, now_ns: int, outcome: Outcome[Any]) -> None:
        step, failure = self.step, failure_of(outcome)
        if failure is None:
            step.state = release(step.rules, step.state, self.generation)
        else:
            step.move(result(step.rules, step.ring, step.state, now_ns, self.generation, failure), now_ns)
        self.waiting.done(now_ns, outcome)


# Any: each kind of layer has its own settings class
_STEPS: Mapping[str, Callable[[Surroundings, Step, Any], Step]] = {
    "retry": RetryStep,
    "circuit_breaker": BreakerStep,
    "timeout": LimitedStep,
}

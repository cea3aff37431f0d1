"""What went through a policy: how many calls, how they ended, how long they took."""

from __future__ import annotations

import threading
from collections import Counter, deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from tiktoktoe_cli.resilience.machine import BreakerState, Transition, Window
    from tiktoktoe_cli.resilience.outcome import Cause, Outcome

_KEPT: Final = 1024


@dataclass(frozen=True, slots=True)
class ResponseTimes:
    """How long the latest calls took at most: half of them, 95 and 99 of 100; in nanoseconds."""

    p50_ns: int
    p95_ns: int
    p99_ns: int

    @classmethod
    def of(cls, durations_ns: Collection[int]) -> ResponseTimes | None:
        """Take the times that occurred (nearest rank); None if there are none."""
        if not durations_ns:
            return None
        ranked = sorted(durations_ns)
        return cls(*(ranked[-(-len(ranked) * percent // 100) - 1] for percent in (50, 95, 99)))


@dataclass(frozen=True, slots=True)
class BreakerMetrics:
    """What a breaker has seen since it was made, and where it stands; `in_state_ns` is None before it ever changed.

    `late` results belong to calls of an earlier state and were not counted there; `released` calls ended without a
    result. Both are in neither `succeeded` nor `failed`. `window` is what the next decision would look at: there a
    cancelled call may be a failure. `response_times` are those of the latest 1,024 results, `transitions` the latest
    1,024, oldest first.
    """

    state: BreakerState
    in_state_ns: int | None
    succeeded: int
    failed: int
    late: int
    released: int
    not_permitted: int
    window: Window
    response_times: ResponseTimes | None
    transitions: tuple[Transition, ...]

    @property
    def success_rate(self) -> float | None:
        """The share of successes among all counted results; None before the first."""
        return _share(self.succeeded, self.succeeded + self.failed)

    @property
    def failure_rate(self) -> float | None:
        """The share of failures in the window; None if it is empty."""
        return _share(self.window.failures, self.window.calls)

    @property
    def slow_call_rate(self) -> float | None:
        """The share of slow calls in the window; None if it is empty."""
        return _share(self.window.slow, self.window.calls)


@dataclass(frozen=True, slots=True)
class LayerMetrics:
    """What a layer has done: its word in the YAML, and its own frozen facts."""

    kind: str
    facts: Any  # each kind's own frozen dataclass


@dataclass(frozen=True, slots=True)
class PolicyMetrics:
    """What a policy has done since it was made.

    `attempts` counts how often the call itself was begun, `failures` the calls that did not succeed by cause;
    `fallbacks` are the successes that only stand in for one. The response times are those of the latest
    1,024 successes and failures, all layers and waits included.
    """

    calls: int
    attempts: int
    successes: int
    fallbacks: int
    failures: Mapping[Cause, int]
    success_times: ResponseTimes | None
    failure_times: ResponseTimes | None
    layers: tuple[LayerMetrics, ...]


class Recorder:
    """Counts the calls of a policy, for threads and tasks alike."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._attempts = self._fallbacks = 0
        self._ends: Counter[Cause | None] = Counter()
        self._times: dict[bool, deque[int]] = {good: deque(maxlen=_KEPT) for good in (True, False)}

    def count_attempt(self) -> None:
        """Count that the call itself is begun."""
        with self._lock:
            self._attempts += 1

    def count_end(self, outcome: Outcome[Any], duration_ns: int) -> None:  # whatever the call was about
        """Count how a call ended, and how long it took."""
        with self._lock:
            self._ends[outcome.cause] += 1
            self._fallbacks += outcome.is_success and outcome.is_fallback
            self._times[outcome.is_success].append(duration_ns)

    def metrics(self, layers: tuple[LayerMetrics, ...]) -> PolicyMetrics:
        """Read what was counted."""
        with self._lock:
            return PolicyMetrics(
                calls=self._ends.total(),
                attempts=self._attempts,
                successes=self._ends[None],
                fallbacks=self._fallbacks,
                failures={cause: count for cause, count in self._ends.items() if cause is not None},
                success_times=ResponseTimes.of(self._times[True]),
                failure_times=ResponseTimes.of(self._times[False]),
                layers=layers,
            )


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None

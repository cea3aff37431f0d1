"""What a simulation found out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tiktoktoe_cli.resilience import BreakerState, Transition
    from tiktoktoe_cli.resilience.outcome import RejectedBy


@dataclass(frozen=True, slots=True)
class Second:
    """One second of a run: requests that arrived in it, what became of them, and the worst breaker's state.

    `degraded` ones were answered, but some fallback stood in for what they asked of another service.
    """

    offered: int
    good: int
    failed: int
    state: BreakerState
    degraded: int = 0


@dataclass(frozen=True, slots=True)
class CallCounts:
    """The calls from one service to another in one replication.

    `failures` counts calls by the reason at the root, which may lie further on; `rejections` those that a layer of
    this very call turned away, by layer; `fallbacks` those whose failure was covered, which are no failures.
    `transitions` is None where no breaker stands.
    """

    source: str
    target: str
    calls: int
    attempts: int
    failures: Mapping[str, int]
    rejections: Mapping[RejectedBy, int]
    fallbacks: int
    transitions: tuple[Transition, ...] | None


@dataclass(frozen=True, slots=True)
class Replication:
    """One run: raw counts, from which everything else is computed.

    `latencies_ns` are those of the successes, sorted; `expected` is how many visits each service would have
    had if nothing had failed; `duration_ns` is shorter than the scenario's if the run was `stopped`.
    """

    duration_ns: int
    timeline: tuple[Second, ...]
    latencies_ns: tuple[int, ...]
    failures: Mapping[str, int]
    calls: tuple[CallCounts, ...]
    arrivals: Mapping[str, int]
    expected: Mapping[str, int]
    events: int
    stopped: str | None

    @property
    def offered(self) -> int:
        """How many requests arrived from outside."""
        return sum(second.offered for second in self.timeline)

    @property
    def good(self) -> int:
        """How many of them succeeded."""
        return len(self.latencies_ns)

    @property
    def degraded(self) -> int:
        """How many of them were answered with the help of a fallback."""
        return sum(second.degraded for second in self.timeline)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over replications with its 95 % confidence interval, which needs at least two of them.

    `measured` counts the replications that had a value at all.
    """

    mean: float
    low: float | None
    high: float | None
    measured: int


class AssertionOutcome(StrEnum):
    """Whether what must hold does."""

    HELD = "held"
    BROKEN = "broken"
    UNDECIDED = "undecided"  # a value is missing, or the run was stopped: never a pass


@dataclass(frozen=True, slots=True)
class AssertionFacts:
    """One assertion: its text, how it came out, and the values that it looked at, in words."""

    text: str
    outcome: AssertionOutcome
    measured: str


@dataclass(frozen=True, slots=True)
class CallFacts:
    """The calls from one service to another, averaged over the replications.

    Shares are of calls, `attempts_per_call` of those that were made; a call that was answered by a fallback is no
    success. `rejected_by` counts the calls that a layer turned away, by layer, as `rejected_share` does all of them.
    `open_share` and `half_open_share` are of the time and, like `openings`, None where no breaker stands.
    """

    source: str
    target: str
    calls: Estimate
    attempts_per_call: Estimate | None
    success_rate: Estimate | None
    fallbacks: Estimate
    rejected_share: Estimate | None
    rejected_by: Mapping[str, Estimate]
    openings: Estimate | None
    open_share: Estimate | None
    half_open_share: Estimate | None


@dataclass(frozen=True, slots=True)
class SimulationFacts:
    """The answer: measures by name, failures by reason, calls, assertions, and the first replication in full.

    `stopped` says why not everything was simulated; what there is stands all the same.
    """

    scenario: str
    seed: int
    duration_ns: int
    replications: tuple[Replication, ...]
    measures: Mapping[str, Estimate]
    failures: Mapping[str, Estimate]
    calls: tuple[CallFacts, ...]
    assertions: tuple[AssertionFacts, ...]
    stopped: str | None

    @property
    def holds(self) -> bool:
        """Whether the scenario was simulated to its end and every assertion held."""
        return not self.stopped and all(one.outcome is AssertionOutcome.HELD for one in self.assertions)

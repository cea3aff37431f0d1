"""Counts of several replications → means: calls, breakers and failures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.resilience import BreakerState
from tiktoktoe_cli.simulation.estimates import estimate
from tiktoktoe_cli.simulation.facts import CallFacts, Estimate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tiktoktoe_cli.resilience import Transition
    from tiktoktoe_cli.simulation.facts import CallCounts, Replication

_NONE = Estimate(0.0, None, None, 0)


def failure_facts(runs: Sequence[Replication]) -> dict[str, Estimate]:
    """Return how many requests from outside failed in a replication, by reason."""
    return _by_word([run.failures for run in runs])


def call_facts(runs: Sequence[Replication]) -> tuple[CallFacts, ...]:
    """Average the calls between each two services; every replication has the same ones in the same order."""
    columns = zip(*(run.calls for run in runs), strict=True)
    return tuple(_call_facts(column, [run.duration_ns for run in runs]) for column in columns)


def _call_facts(column: Sequence[CallCounts], durations_ns: Sequence[int]) -> CallFacts:
    shares = [
        state_shares(counts.transitions, duration_ns)
        for counts, duration_ns in zip(column, durations_ns, strict=True)
        if counts.transitions is not None
    ]
    return CallFacts(
        source=column[0].source,
        target=column[0].target,
        calls=estimate(counts.calls for counts in column) or _NONE,
        attempts_per_call=estimate(_share(counts.attempts, counts) for counts in column),
        success_rate=estimate(
            _share(counts.calls - sum(counts.failures.values()) - counts.fallbacks, counts)
            for counts in column
        ),
        fallbacks=estimate(counts.fallbacks for counts in column) or _NONE,
        rejected_share=estimate(_share(sum(counts.rejections.values()), counts) for counts in column),
        rejected_by=_by_word(
            [{by.value: count for by, count in counts.rejections.items()} for counts in column]
        ),
        openings=estimate(_openings(counts) for counts in column),
        open_share=estimate(share[BreakerState.OPEN] for share in shares),
        half_open_share=estimate(share[BreakerState.HALF_OPEN] for share in shares),
    )


def _by_word(runs: Sequence[Mapping[str, int]]) -> dict[str, Estimate]:
    words = sorted({word for run in runs for word in run})
    return {word: estimate(run.get(word, 0) for run in runs) or _NONE for word in words}


def _share(number: int, counts: CallCounts) -> float | None:
    return number / counts.calls if counts.calls else None


def _openings(counts: CallCounts) -> int | None:
    if counts.transitions is None:
        return None
    return sum(change.target is BreakerState.OPEN for change in counts.transitions)


def state_shares(transitions: Sequence[Transition], duration_ns: int) -> Mapping[BreakerState, float]:
    """Return which share of a duration a breaker that started closed has spent in each state."""
    spent_ns = dict.fromkeys(BreakerState, 0)
    state, since_ns = BreakerState.CLOSED, 0
    for change in transitions:
        at_ns = min(change.at_ns, duration_ns)
        spent_ns[state] += at_ns - since_ns
        state, since_ns = change.target, at_ns
    spent_ns[state] += duration_ns - since_ns
    return {name: time_ns / duration_ns if duration_ns else 0.0 for name, time_ns in spent_ns.items()}

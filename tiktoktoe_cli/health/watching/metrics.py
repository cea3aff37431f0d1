"""What a watch has counted as metrics, beside those of the latest results: these know the thresholds and the past."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from tiktoktoe_cli.config.units import NS_PER_S
from tiktoktoe_cli.report.facts import Metric, MetricKind, Sample

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tiktoktoe_cli.health.watching.tally import Tally

    Labels: TypeAlias = tuple[tuple[str, str], ...]


class _Count(NamedTuple):
    """What is counted of a check, at a moment in nanoseconds."""

    name: str
    kind: MetricKind
    help: str
    value: Callable[[Tally, int], float]
    unit: str = ""


_COUNTS: Final = (
    _Count(
        "tiktoktoe_check_passing",
        MetricKind.GAUGE,
        "1 if the check passes by its thresholds",
        lambda tally, _: tally.standing.state.is_passing,
    ),
    _Count("tiktoktoe_checks", MetricKind.COUNTER, "checks made", lambda tally, _: tally.checks_made),
    _Count(
        "tiktoktoe_check_failures", MetricKind.COUNTER, "checks that failed", lambda tally, _: tally.failures
    ),
    _Count(
        "tiktoktoe_check_state_changes",
        MetricKind.COUNTER,
        "changes of state",
        lambda tally, _: tally.changes,
    ),
    _Count(
        "tiktoktoe_check_spent_seconds",
        MetricKind.COUNTER,
        "how long all checks that were made took together",
        lambda tally, _: tally.took_ns / NS_PER_S,
        "seconds",
    ),
    _Count(
        "tiktoktoe_check_state_age_seconds",
        MetricKind.GAUGE,
        "for how long the check has been in its state",
        lambda tally, now_ns: (now_ns - tally.since_ns) / NS_PER_S,
        "seconds",
    ),
)


def watch_metrics(tallies: Sequence[Tally], now_ns: int) -> tuple[Metric, ...]:
    """Make the metrics of a watch: where every check stands, and its counts."""
    known = [tally for tally in tallies if tally.result]
    return tuple(
        Metric(
            one.name,
            one.kind,
            one.help,
            one.unit,
            tuple(Sample(float(one.value(tally, now_ns)), _labels(tally)) for tally in known),
        )
        for one in _COUNTS
    )


def _labels(tally: Tally) -> Labels:
    return (("service", tally.service), ("check", tally.check.name), ("kind", tally.check.kind))

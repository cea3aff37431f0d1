"""How full the nodes of `graph capacity` are, as a report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.config.quantity import NANOS_PER_UNIT
from tiktoktoe_cli.graph.capacity import Fit
from tiktoktoe_cli.graph.capacity.amounts import NOTHING
from tiktoktoe_cli.graph.capacity.words import missing_words, verdict_words
from tiktoktoe_cli.report.facts import (
    Case,
    CaseOutcome,
    Column,
    Json,
    Metric,
    MetricKind,
    Report,
    Sample,
    Shows,
)
from tiktoktoe_cli.words import listed, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tiktoktoe_cli.graph.capacity import Study
    from tiktoktoe_cli.graph.capacity.amounts import Amounts
    from tiktoktoe_cli.graph.capacity.study import Node

_MOST_NAMES = 3
_NAMES = ("cpu", "memory_bytes")
_OUTCOMES = {
    Fit.FITS: CaseOutcome.PASSED,
    Fit.DOES_NOT_FIT: CaseOutcome.FAILED,
    Fit.UNKNOWN: CaseOutcome.ERROR,
}


def report_of(study: Study) -> Report:
    """Turn a study into a report: one item a node; it is ok if everything fits."""
    verdict = verdict_words(study)
    fit, more = study.fitting.fit, study.more()
    return Report(
        command="graph capacity",
        ok=fit is Fit.FITS,
        verdict=verdict,
        summary=_summary(study, more),
        items=[_node(node) for node in study.nodes()],
        columns=(
            Column("name", "NODE"),
            Column("cpu.requested", "CPU", shows=Shows.NUMBER),
            Column("cpu.free", "CPU_FREE", shows=Shows.NUMBER),
            Column("memory_bytes.requested", "MEMORY", shows=Shows.BYTES),
            Column("memory_bytes.free", "MEMORY_FREE", shows=Shows.BYTES),
            Column("replicas", "REPLICAS"),
        ),
        cases=(Case("graph", "capacity", _OUTCOMES[fit], "" if fit is Fit.FITS else verdict),),
        metrics=tuple(_metrics(study)),
        advice=tuple(missing_words(study)),
        remarks=tuple(_remarks(study, more)),
    )


def _summary(study: Study, more: Mapping[str, int] | None) -> dict[str, Json]:
    proof, most_free = study.fitting.proof, _written(study.most_room)
    return {
        "fit": study.fitting.fit.value,
        "reason": proof.reason.value if proof else None,
        **_amounts(study.room, study.needed),
        "nodes": [
            {"name": kind.name, "count": kind.count, **_amounts(NOTHING.plus(kind.room, kind.count), taken)}
            for kind, taken in study.taken().items()
        ],
        "missing": _written(study.missing),
        "too_large": {
            need.service: {"requested": _written(need.each), "most_free": most_free}
            for need in study.oversized
        },
        "unplaced": dict(study.fitting.packing.unplaced),
        "unplaced_requests": _written(study.homeless),
        "anywhere": dict(study.anywhere),
        "losses": [
            {"node": loss.kind, "fit": loss.fit.value, "unplaced": dict(loss.unplaced)}
            for loss in study.losses
        ],
        "unstated": {name: [one.value for one in lacking] for name, lacking in study.unstated.items()},
        "more_replicas": None if more is None else dict(more),
        "without": list(study.what_if.without),
        "replicas": {need.service: need.replicas for need in study.needs},
    }


def _node(node: Node) -> dict[str, Json]:
    return {
        "name": node.name,
        "kind": node.kind.name,
        **_amounts(node.kind.room, node.taken),
        "replicas": dict(node.replicas),
    }


def _amounts(room: Amounts, taken: Amounts) -> dict[str, dict[str, float]]:
    """Write what there is, what of it is requested, and what that leaves."""
    sides = {"offered": room, "requested": taken, "free": room.plus(taken, -1)}
    written = {side: _written(amounts) for side, amounts in sides.items()}
    return {name: {side: row[name] for side, row in written.items()} for name in _NAMES}


def _written(amounts: Amounts) -> dict[str, float]:
    """Write amounts in cores and bytes."""
    return dict(zip(_NAMES, map(_units, amounts), strict=True))


def _units(nano: int) -> float:
    return nano / NANOS_PER_UNIT if nano % NANOS_PER_UNIT else nano // NANOS_PER_UNIT


def _metrics(study: Study) -> Iterator[Metric]:
    """Make gauges of whether all replicas fit, and of what they request of all nodes together."""
    fits = (Sample(float(study.fitting.fit is fit), (("fit", fit.value),)) for fit in Fit)
    meaning = "1 for what is known: whether all replicas fit on the nodes"
    yield Metric("tiktoktoe_capacity_fit", MetricKind.GAUGE, meaning, "", tuple(fits))
    amounts = _amounts(study.room, study.needed)
    for name, unit in zip(_NAMES, ("cores", "bytes"), strict=True):
        samples = tuple(Sample(float(value), (("amount", side),)) for side, value in amounts[name].items())
        meaning = "what all nodes offer, what all replicas request, and what that leaves"
        yield Metric(f"tiktoktoe_capacity_{name}", MetricKind.GAUGE, meaning, unit, samples)


def _remarks(study: Study, more: Mapping[str, int] | None) -> Iterator[str]:
    if study.unstated:
        does = "does" if len(study.unstated) == 1 else "do"
        names = listed(study.unstated, limit=_MOST_NAMES)
        yield f"{names} {does} not say how much one replica needs: what is not said counts as nothing"
    if study.fitting.fit is Fit.FITS and more:
        tightest = sorted(more, key=lambda name: (more[name], name))[:_MOST_NAMES]
        words = " or ".join(f"{more[name]:,} more of {quoted(name)}" for name in tightest)
        option = quoted(f"--replicas {tightest[0]}=+1")
        yield f"with no replica moved, there is room for {words}; {option} tells if one more fits with all moved"

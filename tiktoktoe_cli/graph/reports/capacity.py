"""How full the nodes of `graph capacity` are, as a report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.config.quantity import NANOS_PER_UNIT
from tiktoktoe_cli.graph.capacity import Fit
from tiktoktoe_cli.graph.capacity.amounts import NOTHING
from tiktoktoe_cli.graph.capacity.words import homeless_words, verdict_words
from tiktoktoe_cli.report.facts import Case, CaseOutcome, Column, Json, Report, Shows
from tiktoktoe_cli.words import listed, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tiktoktoe_cli.graph.capacity import Study
    from tiktoktoe_cli.graph.capacity.amounts import Amounts
    from tiktoktoe_cli.graph.capacity.study import Node

_MOST_NAMES = 3
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
        remarks=tuple(_remarks(study, more)),
    )


def _summary(study: Study, more: Mapping[str, int] | None) -> dict[str, Json]:
    proof = study.fitting.proof
    return {
        "fit": study.fitting.fit.value,
        "reason": proof.reason.value if proof else None,
        **_amounts(study.room, study.needed),
        "nodes": [
            {"name": kind.name, "count": kind.count, **_amounts(NOTHING.plus(kind.room, kind.count), taken)}
            for kind, taken in study.taken().items()
        ],
        "unplaced": dict(study.fitting.packing.unplaced),
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


def _amounts(room: Amounts, taken: Amounts) -> dict[str, Json]:
    """Write amounts in cores and bytes."""
    free = room.plus(taken, -1)
    rows = zip(("cpu", "memory_bytes"), room, taken, free, strict=True)
    return {
        name: {"offered": _units(there), "requested": _units(asked), "free": _units(left)}
        for name, there, asked, left in rows
    }


def _units(nano: int) -> float:
    return nano / NANOS_PER_UNIT if nano % NANOS_PER_UNIT else nano // NANOS_PER_UNIT


def _remarks(study: Study, more: Mapping[str, int] | None) -> Iterator[str]:
    if study.fitting.packing.unplaced:
        yield f"packed as well as was found, {homeless_words(study.fitting.packing.unplaced)}"
    if study.unstated:
        does = "does" if len(study.unstated) == 1 else "do"
        names = listed(study.unstated, limit=_MOST_NAMES)
        yield f"{names} {does} not say how much one replica needs: what is not said counts as nothing"
    if study.fitting.fit is Fit.FITS and more:
        tightest = sorted(more, key=lambda name: (more[name], name))[:_MOST_NAMES]
        words = ", ".join(f"{more[name]:,} of {quoted(name)}" for name in tightest)
        yield f"as they are placed, with nothing moved, the least room is for {words}; `--replicas` packs anew"

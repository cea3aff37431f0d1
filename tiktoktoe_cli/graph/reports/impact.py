"""The effects of `graph impact` as a report, and whose failure hits most as another."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.graph.impact import Effect
from tiktoktoe_cli.graph.reports.edges import edge_data
from tiktoktoe_cli.graph.reports.pen import arrows
from tiktoktoe_cli.report.facts import Column, Json, Report, Shows
from tiktoktoe_cli.words import listed, plural, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tiktoktoe_cli.graph.blast import Radius
    from tiktoktoe_cli.graph.impact import Hit, Impact
    from tiktoktoe_cli.graph.model import Graph

_COLUMNS = (
    Column("effect", "EFFECT", shows=Shows.STATE),
    Column("name", "SERVICE"),
    Column("hops", "HOPS", shows=Shows.NUMBER),
    Column("can_restart", "CAN_RESTART"),
    Column("group", "GROUP"),
    Column("replicas", "REPLICAS", shows=Shows.NUMBER, wide=True),
    Column("path", "PATH"),
)
_WORDS: Final = {
    Effect.DOWN: "down",
    Effect.DEGRADED: "degraded",
    Effect.AT_RESTART: "cannot be started again",
    Effect.INDIRECT: "reached through degraded ones only",
}
_RANKING = (
    Column("name", "SERVICE"),
    Column("down", "DOWN", shows=Shows.NUMBER),
    Column("share_down", "SHARE", shows=Shows.RATIO),
    Column("degraded", "DEGRADED", shows=Shows.NUMBER),
    Column("group", "GROUP"),
    Column("replicas", "REPLICAS", shows=Shows.NUMBER, wide=True),
)


def report_of(facts: Impact) -> Report:
    """Turn effects into a report: one item for each service that is reached, what failed first."""
    counts = Counter(hit.effect for hit in facts.hits if hit.name in facts.graph.services)
    size = len(facts.graph.services)
    return Report(
        command="graph impact",
        ok=True,
        verdict=_verdict(facts, counts),
        summary={
            "failed": facts.failed,
            "services": size,
            **{effect.value: counts[effect] for effect in Effect},
            "works": list(facts.works),
            "share_down": counts[Effect.DOWN] / size if size else 0.0,
            "replicas": sum(service.replicas for service in facts.graph.services.values()),
            "replicas_down": sum(
                _replicas(hit, facts.graph) for hit in facts.hits if hit.effect is Effect.DOWN
            ),
            "groups": list(_groups(facts)),
        },
        items=[_item(hit, facts) for hit in facts.hits],
        columns=_COLUMNS,
        remarks=(f"still work: {listed(facts.works)}",) if facts.works else (),
    )


def ranking_of(graph: Graph, ranked: Sequence[Radius], top: int) -> Report:
    """Turn a ranking into a report of its first services."""
    shown = ranked[:top]
    worst = shown[0] if shown else None
    verdict = "there is no service"
    if worst:
        verdict = f"{quoted(worst.name)} hits most: {plural(worst.down, 'other service')} down with it"
    return Report(
        command="graph impact",
        ok=True,
        verdict=verdict,
        summary={"services": len(graph.services), "shown": len(shown)},
        items=[_radius(one, graph) for one in shown],
        columns=_RANKING,
        next_steps=(f"tiktoktoe graph impact {worst.name}",) if worst else (),
    )


def _verdict(facts: Impact, counts: Counter[Effect]) -> str:
    size = len(facts.graph.services)
    share = f" ({counts[Effect.DOWN] / size:.0%})" if size else ""
    parts = [f"{counts[Effect.DOWN]} of {plural(size, 'service')} down{share}"]
    parts += [f"{counts[effect]} {_WORDS[effect]}" for effect in list(Effect)[1:] if counts[effect]]
    verb = "fails" if len(facts.failed) == 1 else "fail"
    return f"if {listed(facts.failed)} {verb}: {', '.join(parts)}; {len(facts.works)} not reached"


def _replicas(hit: Hit, graph: Graph) -> int:
    service = graph.services.get(hit.name)
    return service.replicas if service else 0


def _groups(facts: Impact) -> Iterator[dict[str, Json]]:
    """Count for each group what its services suffer; those of no group come under null."""
    effects = {hit.name: hit.effect for hit in facts.hits}
    sizes: Counter[str | None] = Counter()
    suffered: Counter[tuple[str | None, Effect]] = Counter()
    for name, service in facts.graph.services.items():
        sizes[service.group] += 1
        if effect := effects.get(name):
            suffered[service.group, effect] += 1
    for group, size in sizes.items():
        yield {
            "group": group,
            "services": size,
            **{effect.value: suffered[group, effect] for effect in Effect},
        }


def _item(hit: Hit, facts: Impact) -> dict[str, Json]:
    service = facts.graph.services.get(hit.name)
    path = [hit.name, *(edge.target for edge in hit.path)]
    return {
        "name": hit.name,
        "defined": service is not None,
        "effect": hit.effect.value,
        "hops": len(hit.path),
        "can_restart": hit.can_restart,
        "group": service.group if service else None,
        "replicas": service.replicas if service else None,
        "path": arrows(path),
        "edges": list(map(edge_data, hit.path)),
    }


def _radius(one: Radius, graph: Graph) -> dict[str, Json]:
    service = graph.services[one.name]
    others = len(graph.services) - 1
    return {
        "name": one.name,
        "down": one.down,
        "share_down": one.down / others if others else 0.0,
        "degraded": one.degraded,
        "group": service.group,
        "replicas": service.replicas,
    }

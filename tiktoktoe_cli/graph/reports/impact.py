"""The effects of `graph impact` as a report, and whose failure hits most as another."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.graph.impact import Effect
from tiktoktoe_cli.graph.reports.edges import edge_data
from tiktoktoe_cli.graph.reports.pen import arrows
from tiktoktoe_cli.report.facts import Column, Json, Report, Shows
from tiktoktoe_cli.words import listed, plural

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
    Column("kind", "KIND"),
    Column("path", "PATH"),
)
_RESTART_WORDS: Final = "CAN_RESTART: could it be started again while this is down?"
_MOST_NAMES: Final = 8  # of a path; of a longer one the first ones and the last
_FIRST_NAMES: Final = 2
_MOST_WORST: Final = 3
_WORDS: Final = {
    Effect.DOWN: "down",
    Effect.DEGRADED: "degraded",
    Effect.AT_RESTART: "cannot be started again",
    Effect.INDIRECT: "reached through degraded ones only",
}
_DOWN, *_LESS = [Column(effect.value, effect.upper(), shows=Shows.NUMBER) for effect in Effect]
_RANKING = (
    Column("rank", "RANK", shows=Shows.NUMBER),
    Column("name", "SERVICE"),
    _DOWN,
    Column("share_down", "SHARE_DOWN", shows=Shows.RATIO),
    *_LESS,
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
            "share_down": _share(counts[Effect.DOWN], facts.graph),
            "replicas": sum(service.replicas for service in facts.graph.services.values()),
            "replicas_down": sum(
                _replicas(hit, facts.graph) for hit in facts.hits if hit.effect is Effect.DOWN
            ),
            "groups": list(_groups(facts)),
        },
        items=[_item(hit, facts) for hit in facts.hits],
        columns=_COLUMNS,
        remarks=(*([f"still work: {listed(facts.works)}"] if facts.works else []), _RESTART_WORDS),
    )


def ranking_of(graph: Graph, ranked: Sequence[Radius], top: int) -> Report:
    """Turn a ranking into a report of its first services."""
    shown = ranked[:top]
    more = len(ranked) - len(shown)
    return Report(
        command="graph impact",
        ok=True,
        verdict=_worst_words(graph, ranked),
        summary={"services": len(graph.services), "shown": len(shown), "more": more},
        items=[_radius(one, graph) for one in shown],
        columns=_RANKING,
        advice=(f"and {more:,} more: `--top {len(ranked)}` shows all",) if more else (),
        next_steps=(f"tiktoktoe graph impact {shown[0].name}",) if shown else (),
    )


def _worst_words(graph: Graph, ranked: Sequence[Radius]) -> str:
    """Say whose failure hits most; several may hit alike."""
    worst = [one for one in ranked if one.rank == 1]
    if not worst:
        return "there is no service"
    hit = "hits most" if len(worst) == 1 else "hit most, each alike"
    names = listed((one.name for one in worst), limit=_MOST_WORST)
    return f"{names} {hit}: {_down_words(worst[0].counts[Effect.DOWN], graph)}"


def _down_words(down: int, graph: Graph) -> str:
    share = f" ({_share(down, graph):.0%})" if graph.services else ""
    return f"{down:,} of {plural(len(graph.services), 'service')} down{share}"


def _share(down: int, graph: Graph) -> float:
    """Return which share of all services is down, what has failed included."""
    return down / len(graph.services) if graph.services else 0.0


def _verdict(facts: Impact, counts: Counter[Effect]) -> str:
    parts = [_down_words(counts[Effect.DOWN], facts.graph)]
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
    return {
        "name": hit.name,
        "defined": service is not None,
        "effect": hit.effect.value,
        "hops": hit.hops,
        "can_restart": hit.can_restart,
        "group": service.group if service else None,
        "replicas": service.replicas if service else None,
        "kind": hit.via.kind.value if hit.via else None,
        "path": arrows(_path_words(hit, facts)),
        "via": edge_data(hit.via) if hit.via else None,
        "cause": hit.cause,
    }


def _path_words(hit: Hit, facts: Impact) -> Iterator[str]:
    """Name what is on the way to what failed; the middle of a long way is counted, not named."""
    is_long = hit.hops >= _MOST_NAMES
    steps = islice(facts.path_of(hit), _FIRST_NAMES - 1 if is_long else None)
    yield from (hit.name, *(edge.target for edge in steps))
    if is_long:
        yield f"… ({hit.hops - _FIRST_NAMES:,} more)"
        yield hit.cause


def _radius(one: Radius, graph: Graph) -> dict[str, Json]:
    service = graph.services[one.name]
    return {
        "rank": one.rank,
        "name": one.name,
        **{effect.value: count for effect, count in one.counts.items()},
        "share_down": _share(one.counts[Effect.DOWN], graph),
        "group": service.group,
        "replicas": service.replicas,
    }

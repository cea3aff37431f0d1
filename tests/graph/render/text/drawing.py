"""Graphs to be drawn, and what a reader of their pictures should learn."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from tests.graph.systems import graph_of
from tiktoktoe_cli.graph.render.text import draw_graph
from tiktoktoe_cli.graph.selection.overview import survey
from tiktoktoe_cli.report import View

if TYPE_CHECKING:
    from tests.graph.render.text.reading import Edge
    from tiktoktoe_cli.graph import Graph
    from tiktoktoe_cli.graph.choices import GraphView
    from tiktoktoe_cli.graph.selection.selection import Selection

HOSTILE = [
    'a "b"', "c\n\r\t", "─┐", "🦀", "+1", "-", "like a: b", "a; soft: b", "x, y", "e\u0301", "\u202e", "end", "-->",
    "a (soft)", "(*)", "│ ●", "1 2", "\\", "a  b", "n" * 300, "(cycle)", "undefined", "ghost/", "12", "a:",
]  # fmt: skip
CONDITIONS = ["started", "healthy", "completed", "completed_successfully", "ready_line"]

EDGES = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["start", "start", "runtime", "soft"]),
        "required": st.booleans(),
        "condition": st.sampled_from(CONDITIONS),
    }
)


@st.composite
def systems(draw: st.DrawFn, *, acyclic: bool = False) -> Graph:
    """Draw services with plain or hostile names and edges of all kinds, also to names that no service has.

    With `acyclic` they lead to earlier services only.
    """
    names = draw(
        st.lists(
            st.sampled_from([*HOSTILE, *(f"s{number}" for number in range(20))]),
            min_size=1,
            max_size=8,
            unique=True,
        )
    )
    services: dict[str, Any] = {}
    for number, name in enumerate(names):
        targets = [*(names[:number] if acyclic else names), "ghost", "ghost, town"]
        services[name] = {
            "depends_on": draw(st.dictionaries(st.sampled_from(targets), EDGES, max_size=5)),
            "group": draw(st.sampled_from([None, "core", "edge"])),
            "tags": draw(st.lists(st.sampled_from(["fast", "slow"]), max_size=2, unique=True)),
        }
    return graph_of(services)


def drawn(
    graph: Graph,
    kind: GraphView | None = None,
    view: View = View(),  # noqa: B008  # frozen
    selection: Selection | None = None,
) -> str:
    """Draw a graph, or a part of it."""
    overview = survey(graph, selection) if selection else survey(graph)
    return draw_graph(overview, view, kind).text


def edges_of(graph: Graph, *, wordy: bool) -> set[Edge]:
    """Return the edges with their kind, whether they are optional and undefined, and, if `wordy`, their condition."""
    return {
        (
            edge.source,
            edge.target,
            frozenset(
                {
                    edge.kind.value,
                    *(["optional"] if not edge.required and edge.kind != "soft" else []),
                    *(["undefined"] if edge.target not in graph.services else []),
                    *(
                        [edge.condition.value]
                        if wordy and edge.kind == "start" and edge.condition != "healthy"
                        else []
                    ),
                }
            ),
        )
        for edge in graph.edges()
    }


def monitoring_stack(seed: int = 7) -> Graph:
    """Build a system of the size and shape of self-hosted Sentry: 57 services, 236 edges, most of them workers'."""
    stores = ["postgres", "redis", "memcached", "kafka", "clickhouse", "smtp", "symbolicator", "seaweedfs"]
    needs = {name: [] for name in [*stores, "cleanup", "symbolicator-cleanup"]}
    needs |= {"pgbouncer": ["postgres"], "search-api": ["clickhouse", "redis", "kafka"]}
    needs |= {f"search-writer-{number}": ["clickhouse", "redis", "kafka"] for number in range(13)}
    of_worker = ["redis", "kafka", "pgbouncer", "memcached", "smtp", "search-api", "symbolicator"]
    needs |= {f"event-worker-{number}": of_worker for number in range(26)}
    needs |= {
        "web": ["redis", "kafka", "search-api"],
        "relay": ["kafka", "redis", "web"],
        "nginx": ["web", "relay"],
    }
    needs |= {name: ["kafka"] for name in ("profiles", "task-broker", "uptime")}
    chance = Random(seed)  # noqa: S311  # an order, not a secret
    names = chance.sample(list(needs), len(needs))
    return graph_of(
        {name: {"depends_on": dict.fromkeys(chance.sample(needs[name], len(needs[name])))} for name in names}
    )

"""In which order services start and stop."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import networkx as nx
import pytest
from hypothesis import given

from tests.graph.systems import graph_of, graph_of_edges, random_edges, real_system
from tiktoktoe_cli.graph.plan import StartCycleError, start_waves

if TYPE_CHECKING:
    from pathlib import Path


def test_a_service_starts_in_the_wave_after_its_last_dependency() -> None:
    """Waves count the longest chain of start edges; calls, soft edges and undefined names order nothing."""
    graph = graph_of(
        {
            "shop": {"depends_on": {"cart": {}, "redis": {}, "ghost": {}}},
            "cart": {"depends_on": {"redis": {"required": False}, "tracing": {"kind": "soft"}}},
            "redis": {"depends_on": {"shop": {"kind": "runtime"}}},
            "tracing": {},
        }
    )

    assert start_waves(graph) == (("redis", "tracing"), ("cart",), ("shop",))


@given(random_edges(acyclic=True))
def test_waves_are_the_topological_generations(drawn: tuple[list[str], list[tuple[str, str]]]) -> None:
    """The waves of any acyclic graph are networkx's generations."""
    names, edges = drawn
    oracle = nx.DiGraph((target, source) for source, target in edges)
    oracle.add_nodes_from(names)

    waves = start_waves(graph_of_edges(names, edges))

    assert waves == tuple(tuple(sorted(wave)) for wave in nx.topological_generations(oracle))


@pytest.mark.parametrize("name", ["online-boutique", "otel-demo-core", "robot-shop", "spring-petclinic"])
def test_real_systems_start_in_the_waves_that_were_counted(vectors: Path, name: str) -> None:
    """The waves of real systems have the sizes that were counted from their files."""
    index = json.loads((vectors / "graph" / "systems" / "INDEX.json").read_text())
    counted = next(system for system in index["systems"] if system["name"] == name)

    waves = start_waves(real_system(vectors, name))

    assert [len(wave) for wave in waves] == counted["wave_sizes"]
    assert list(waves[0]) == sorted(counted["wave_1"])


def test_a_cycle_has_no_order() -> None:
    """Who asks for the order of a cycle is told its path."""
    graph = graph_of_edges("abc", [("b", "c"), ("c", "a"), ("a", "b")])

    with pytest.raises(StartCycleError) as refused:
        start_waves(graph)

    assert refused.value.message == "no start order exists: `a` → `b` → `c` → `a`"


def test_a_service_that_waits_for_itself_has_no_order() -> None:
    """A service cannot start after itself."""
    graph = graph_of({"a": {"depends_on": {"a": {}}}})

    with pytest.raises(StartCycleError) as refused:
        start_waves(graph)

    assert refused.value.message == "no start order exists: `a` → `a`"


def test_a_chain_of_a_hundred_thousand_is_ordered() -> None:
    """A chain far beyond Python's recursion limit is put in order."""
    names = [f"s{number}" for number in range(100_000)]

    waves = start_waves(graph_of_edges(names, list(zip(names[1:], names, strict=False))))

    assert len(waves) == 100_000
    assert waves[-1] == ("s99999",)

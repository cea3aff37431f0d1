"""How long the start takes, what decides it, and what a faster service would save."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.graph.systems import graph_of, random_edges
from tiktoktoe_cli.config.units import NS_PER_S
from tiktoktoe_cli.errors import UsageError
from tiktoktoe_cli.graph.starting.critical import Knowledge, Times, predict
from tiktoktoe_cli.graph.starting.plan import StartCycleError

if TYPE_CHECKING:
    from tiktoktoe_cli.graph import Graph
    from tiktoktoe_cli.graph.starting.critical import Critical

SHOP = {
    "gateway": {"start_time": "4s", "depends_on": {"catalog": {}, "orders": {}}},
    "orders": {"start_time": "6s", "depends_on": {"payments": {}}},
    "payments": {"start_time": "2s", "depends_on": {"ledger": {}}},
    "ledger": {"start_time": "8s"},
    "catalog": {"start_time": "3s"},
}


@st.composite
def timed_systems(draw: st.DrawFn) -> Graph:
    """Draw an acyclic system whose services take up to 9 s, with waits of every kind."""
    names, edges = draw(random_edges(acyclic=True))
    services: dict[str, Any] = {
        name: {"start_time": f"{draw(st.integers(0, 9))}s", "depends_on": {}} for name in names
    }
    for source, target in edges:
        services[source]["depends_on"][target] = {
            "condition": draw(st.sampled_from(["started", "healthy", "completed"])),
            "required": draw(st.booleans()),
            "timeout": f"{draw(st.integers(1, 9))}s",
            "kind": draw(st.sampled_from(["start", "start", "runtime"])),
        }
    return graph_of(services)


def longest_path_s(graph: Graph) -> float:
    """Let networkx find the longest path between moments: each service starts, and is ready some time later."""
    moments = nx.DiGraph()
    for service in graph.services.values():
        takes = service.start_time.seconds if service.start_time else 0.0
        moments.add_edge((service.name, "starts"), (service.name, "is ready"), weight=takes)
    for edge in graph.edges():
        target = graph.services[edge.target]
        takes = target.start_time.seconds if target.start_time else 0.0
        waits = 0.0 if edge.condition == "started" else takes
        if edge.kind == "start":
            weight = waits if edge.required else min(waits, edge.timeout.seconds)
            moments.add_edge((edge.target, "starts"), (edge.source, "starts"), weight=weight)
    return float(nx.dag_longest_path_length(moments))


def prediction(graph: Graph, sooner_s: float = 5, goal: str | None = None, **times: Any) -> Critical:
    """Predict with nothing measured."""
    return predict(
        graph, Times(times.get("measured", {}), times.get("unknown_ns", 0)), round(sooner_s * NS_PER_S), goal
    )


def seconds(ns: int) -> float:
    """Turn nanoseconds into seconds."""
    return ns / NS_PER_S


@given(timed_systems())
def test_the_total_is_the_longest_path(graph: Graph) -> None:
    """The time until everything is ready is the length of networkx's longest path."""
    assert seconds(prediction(graph).schedule.total_ns) == longest_path_s(graph)


@given(timed_systems())
def test_slack_is_never_negative_and_none_on_the_chain(graph: Graph) -> None:
    """A service that decides has no slack, nor have the waits between two that do; nobody has less than none."""
    facts = prediction(graph)

    slacks = {name: facts.slack_ns(name) for name in graph.services}
    assert min(slacks.values()) >= 0
    assert {slacks[name] for name in facts.chain} == {0}
    for source, target in zip(facts.chain[1:], facts.chain, strict=False):
        (edge,) = (edge for edge in graph.start_edges_of(source) if edge.target == target)
        assert facts.slack_of_ns(edge) == 0
    assert all(facts.slack_of_ns(edge) >= 0 for name in graph.services for edge in graph.start_edges_of(name))


@given(timed_systems(), st.data())
def test_slack_is_how_much_later_a_service_may_be(graph: Graph, data: st.DataObject) -> None:
    """A service whose start comes later by its slack delays nothing; by one second more, it delays by that second."""
    name = data.draw(st.sampled_from(sorted(graph.services)))
    facts = prediction(graph)
    slack_s = seconds(facts.slack_ns(name))

    def total_s(later_s: float) -> float:
        # a service that starts later is one that waits for something that takes so long
        names = {other: _settings(graph, other) for other in graph.services}
        start_s = seconds(facts.schedule.starts[name]) + later_s
        names["delay"] = {"start_time": f"{start_s:g}s"}
        names[name]["depends_on"]["delay"] = {"timeout": "1h"}
        return seconds(prediction(graph_of(names)).schedule.total_ns)

    before_s = seconds(facts.schedule.total_ns)
    assert total_s(slack_s) == before_s
    assert total_s(slack_s + 1) == before_s + 1


def _settings(graph: Graph, name: str) -> dict[str, Any]:
    """Write a service as the YAML would."""
    service = graph.services[name]
    return {
        "start_time": str(service.start_time),
        "depends_on": {
            edge.target: {
                "condition": edge.condition.value,
                "required": edge.required,
                "timeout": str(edge.timeout),
                "kind": edge.kind.value,
            }
            for edge in service.dependencies
        },
    }


@given(timed_systems(), st.integers(1, 6))
def test_a_saving_is_what_a_new_prediction_gives(graph: Graph, sooner_s: int) -> None:
    """Making a service faster in the configuration gives the total that was promised."""
    for saving in prediction(graph, sooner_s).savings:
        services = {name: _settings(graph, name) for name in graph.services}
        before = graph.services[saving.name].start_time
        assert before is not None
        services[saving.name]["start_time"] = f"{max(before.seconds - sooner_s, 0):g}s"

        again = prediction(graph_of(services))

        assert saving.total_ns == again.schedule.total_ns
        assert saving.chain == again.chain


def test_the_chain_that_decides_and_the_next_one() -> None:
    """The longest chain decides; beyond the slack of the next one, being faster saves nothing more."""
    facts = prediction(graph_of(SHOP), sooner_s=15)

    assert facts.chain == ("ledger", "payments", "orders", "gateway")
    assert seconds(facts.schedule.total_ns) == 20
    assert seconds(facts.slack_ns("catalog")) == 13
    assert [(one.name, seconds(one.sooner_ns), seconds(one.total_ns)) for one in facts.savings] == [
        ("ledger", 8, 12),
        ("orders", 6, 14),
        ("gateway", 4, 16),
        ("payments", 2, 18),
    ]


def test_another_chain_takes_over() -> None:
    """Where a faster service leaves the decision to others, these are named."""
    services = SHOP | {"catalog": {"start_time": "14s"}}

    ledger = next(one for one in prediction(graph_of(services)).savings if one.name == "ledger")

    assert (ledger.name, seconds(ledger.total_ns), ledger.chain) == ("ledger", 18, ("catalog", "gateway"))


def test_all_that_is_critical_is_told() -> None:
    """Of two chains that take as long, one is told, and the services of both are critical."""
    facts = prediction(
        graph_of({"a": {"start_time": "5s"}, "b": {"start_time": "5s"}, "c": {"start_time": "4s"}})
    )

    assert facts.chain == ("a",)
    assert [name for name in "abc" if facts.is_critical(name)] == ["a", "b"]
    assert facts.savings == ()


def test_what_saves_most_is_told_first() -> None:
    """A slower service may save less: 2s sooner, `b` leaves the decision to `c`; `a` holds up both."""
    services = {
        "a": {"start_time": "4s"},
        "b": {"start_time": "6s", "depends_on": {"a": {}}},
        "c": {"start_time": "4s", "depends_on": {"a": {}}},
    }

    facts = prediction(graph_of(services), sooner_s=4)

    assert [(one.name, seconds(one.total_ns)) for one in facts.savings] == [("a", 6), ("b", 8)]


def test_nothing_is_critical_if_nothing_takes_time() -> None:
    """Without any start times, nobody decides anything."""
    facts = prediction(graph_of({"a": {}, "b": {"depends_on": {"a": {}}}}))

    assert facts.schedule.total_ns == 0
    assert not facts.is_critical("a")
    assert facts.savings == ()


def test_a_goal_leaves_out_what_it_does_not_wait_for() -> None:
    """Only the way to the goal counts, and slack is measured to the moment when it is ready."""
    facts = prediction(graph_of(SHOP), goal="orders")

    assert set(facts.schedule.starts) == {"orders", "payments", "ledger"}
    assert seconds(facts.schedule.total_ns) == 16


def test_what_is_ready_after_the_goal_has_slack_to_spare() -> None:
    """A dependency that only has to be started may still be starting when the goal is ready."""
    services = {
        "goal": {"start_time": "1s", "depends_on": {"slow": {"condition": "started"}}},
        "slow": {"start_time": "30s", "depends_on": {"first": {}}},
        "first": {"start_time": "2s"},
    }

    facts = prediction(graph_of(services), goal="goal")

    assert facts.chain == ("first", "slow", "goal")
    assert seconds(facts.schedule.total_ns) == 3


def test_an_optional_wait_ends_with_its_timeout() -> None:
    """Who can do without a slow service goes on when it has waited long enough."""
    services = {
        "a": {"start_time": "1s", "depends_on": {"b": {"required": False, "timeout": "4s"}}},
        "b": {"start_time": "3s", "depends_on": {"c": {}}},
        "c": {"start_time": "10s"},
    }
    slow = services | {"b": {"start_time": "9s", "depends_on": {"c": {}}}}

    assert seconds(prediction(graph_of(services)).schedule.ready("a")) == 14
    assert seconds(prediction(graph_of(slow)).schedule.ready("a")) == 15


def test_waits_that_are_too_short_are_told() -> None:
    """A timeout counts from the start of what is waited for; who waits for a start alone waits for nothing."""
    services = {
        "a": {"depends_on": {"slow": {"timeout": "9s"}}},
        "b": {"depends_on": {"slow": {"timeout": "10s"}}},
        "c": {"depends_on": {"slow": {"timeout": "1s", "condition": "started"}}},
        "d": {"depends_on": {"slow": {"timeout": "1s", "kind": "runtime"}}},
        "e": {"depends_on": {"slow": {"timeout": "2s", "required": False}}},
        "slow": {"start_time": "10s", "depends_on": {"first": {}}},
        "first": {"start_time": "20s"},
    }

    assert {edge.source for edge in prediction(graph_of(services)).late} == {"a", "e"}


def test_measured_times_win_and_unknown_ones_are_counted() -> None:
    """What was measured wins over what is declared; a service that is scaled to 0 takes no time."""
    services = {
        "a": {"start_time": "1s"},
        "b": {"start_time": "2s"},
        "c": {},
        "d": {"replicas": 0, "start_time": "9m"},
    }

    facts = prediction(graph_of(services), measured={"a": 7 * NS_PER_S, "ghost": 1}, unknown_ns=3 * NS_PER_S)

    assert {name: seconds(takes) for name, takes in facts.schedule.takes.items()} == {
        "a": 7,
        "b": 2,
        "c": 3,
        "d": 0,
    }
    assert facts.knowledge == {
        "a": Knowledge.MEASURED,
        "b": Knowledge.DECLARED,
        "c": Knowledge.ASSUMED,
        "d": Knowledge.SCALED_TO_ZERO,
    }
    assert facts.strangers == ("ghost",)


def test_the_goal_is_a_service() -> None:
    """A goal that is none is refused, with the nearest name."""
    with pytest.raises(UsageError) as refused:
        prediction(graph_of(SHOP), goal="order")

    assert refused.value.hint == "did you mean `orders`?"


def test_a_cycle_has_no_prediction() -> None:
    """Services that wait for each other are never ready."""
    with pytest.raises(StartCycleError, match="`a` → `b` → `a`"):
        prediction(graph_of({"a": {"depends_on": {"b": {}}}, "b": {"depends_on": {"a": {}}}}))


def test_an_empty_system_is_ready_at_once() -> None:
    """Without services there is nothing to wait for."""
    facts = prediction(graph_of({}))

    assert (facts.schedule.total_ns, facts.chain) == (0, ())

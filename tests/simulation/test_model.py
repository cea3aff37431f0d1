"""The simulated system is the graph: required start and runtime dependencies are called."""

from tests.graph.systems import build_graph
from tests.simulation.systems import by_name, service
from tiktoktoe_cli.graph.settings import ServiceSettings
from tiktoktoe_cli.simulation import SimulatedCall, simulated_services
from tiktoktoe_cli.simulation.model import call_cycle, reachable, visits_per_request

DIAMOND = by_name(
    service("gateway", calls=("left", "right")),
    service("left", calls=("bottom",)),
    service("right", calls=("bottom",)),
    service("bottom"),
    service("island"),
)


def test_only_required_start_and_runtime_dependencies_are_called() -> None:
    """Soft and optional dependencies are left out; policies and replicas are kept."""
    words = {
        "a": {"kind": "start", "policy": "default"},
        "b": {"kind": "runtime"},
        "c": {"kind": "soft"},
        "d": {"required": False},
    }
    settings = {name: ServiceSettings() for name in words}
    settings["gateway"] = ServiceSettings.model_validate({"depends_on": words, "replicas": 3})

    services = simulated_services(build_graph(settings), {})

    assert services["gateway"].calls == (SimulatedCall("a", "default"), SimulatedCall("b"))
    assert services["gateway"].replicas == 3


def test_what_no_request_reaches_is_left_out() -> None:
    """Only services on the way from an entry are simulated."""
    assert set(reachable(DIAMOND, ["gateway"])) == {"gateway", "left", "right", "bottom"}


def test_visits_are_counted_along_every_way() -> None:
    """The bottom of a diamond is visited twice by each request."""
    assert visits_per_request(DIAMOND, "gateway") == {"gateway": 1, "left": 1, "right": 1, "bottom": 2}


def test_a_cycle_is_named_in_the_order_of_its_calls() -> None:
    """Each service of the cycle calls the next one."""
    circle = by_name(service("gateway", calls=("a",)), service("a", calls=("b",)), service("b", calls=("a",)))

    cycle = call_cycle(circle, ["gateway"])

    assert cycle in {("a", "b", "a"), ("b", "a", "b")}
    assert call_cycle(DIAMOND, ["gateway"]) == ()

"""Small systems to simulate, written as the YAML holds them."""

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter

from tiktoktoe_cli.resilience.settings import PolicySettings
from tiktoktoe_cli.simulation import SimulatedCall, SimulatedService, SimulationFacts, run_scenario
from tiktoktoe_cli.simulation.settings import PerformanceSettings, SimulationSettings

SECOND = 1_000_000_000
FAST = {"constant": "1ms"}


def service(  # noqa: PLR0913  # what a service is made of
    name: str,
    service_time: Any = None,
    calls: tuple[str, ...] = (),
    *,
    concurrency: int = 1000,
    queue: int = 1000,
    replicas: int = 1,
) -> SimulatedService:
    """Describe a service; without a service time it answers at once."""
    performance = service_time and PerformanceSettings.model_validate(
        {"service_time": service_time, "concurrency": concurrency, "queue": queue}
    )
    return SimulatedService(name, performance, replicas, tuple(SimulatedCall(target) for target in calls))


def scenario(**words: Any) -> SimulationSettings:
    """Read a scenario; 10 s of 100 requests a second to `gateway`, unless told otherwise."""
    plain = {"duration": "10s", "replications": 1, "traffic": {"gateway": {"constant": "100/s"}}}
    return SimulationSettings.model_validate(plain | words)


def policy(*layers: Any) -> Any:
    """Read a policy."""
    return TypeAdapter(PolicySettings).validate_python(list(layers))


def by_name(*services: SimulatedService) -> dict[str, SimulatedService]:
    """Collect services."""
    return {one.name: one for one in services}


def simulate(
    services: tuple[SimulatedService, ...], policies: Mapping[str, Any] | None = None, **words: Any
) -> SimulationFacts:
    """Run a scenario over some services."""
    return run_scenario("test", scenario(**words), by_name(*services), policies or {})

"""A round of checks as the front desk calls it."""

from __future__ import annotations

import asyncio
import socket
from datetime import UTC, datetime

from tests.graph.systems import build_graph
from tiktoktoe_cli.graph.settings import ServiceSettings
from tiktoktoe_cli.health.session import HealthInputs, check_once
from tiktoktoe_cli.health.settings import CheckSettings, HealthSettings
from tiktoktoe_cli.health.state import HealthState
from tiktoktoe_cli.resilience import VirtualClock


def test_checks_a_listening_and_a_silent_port() -> None:
    """A service that listens is healthy, one that does not is the cause."""
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        ports = {"up": server.getsockname()[1], "down": unused.getsockname()[1]}
        checks = {
            name: [
                CheckSettings.model_validate(
                    {"name": "port", "tcp": {"address": f"127.0.0.1:{port}"}, "retries": 0}
                )
            ]
            for name, port in ports.items()
        }
        graph = build_graph({name: ServiceSettings() for name in ports})

        facts = asyncio.run(check_once(HealthInputs(checks, graph, {})))

    assert {service.name: service.state for service in facts.services} == {
        "up": HealthState.HEALTHY,
        "down": HealthState.UNHEALTHY,
    }


def test_maintenance_is_by_the_wall_clock_of_the_moment() -> None:
    """However long we run, and whoever sets the clock: a window is open when its dates say so."""
    clock = Set()
    window = {"from": "2026-12-01T20:00:00Z", "until": "2026-12-01T21:00:00Z", "services": ["a"]}
    settings = HealthSettings.model_validate({"maintenance": [window]})
    graph = build_graph({"a": ServiceSettings()})
    inputs = HealthInputs({"a": []}, graph, {}, settings, clock=clock)
    before = inputs.round().maintained

    clock.wall = datetime(2026, 12, 1, 20, 30, tzinfo=UTC)

    assert (before, inputs.round().maintained) == (set(), {"a"})


class Set(VirtualClock):
    """A clock on which no time passes, and whose date is what it is set to."""

    wall = datetime(2026, 12, 1, 19, 30, tzinfo=UTC)

    def wall_now(self) -> int:
        """Return what it was set to."""
        return int(self.wall.timestamp()) * 1_000_000_000

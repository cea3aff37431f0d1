"""A round of checks as the front desk calls it."""

from __future__ import annotations

import asyncio
import socket

from tiktoktoe_cli.graph import build_graph
from tiktoktoe_cli.graph.settings import ServiceSettings
from tiktoktoe_cli.health.facts import HealthState
from tiktoktoe_cli.health.session import HealthInputs, check_once
from tiktoktoe_cli.health.settings import CheckSettings


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
        graph = build_graph({name: ServiceSettings() for name in ports}, lambda *_: None)

        facts = asyncio.run(check_once(HealthInputs(checks, graph, {})))

    assert {service.name: service.state for service in facts.services} == {
        "up": HealthState.HEALTHY,
        "down": HealthState.UNHEALTHY,
    }

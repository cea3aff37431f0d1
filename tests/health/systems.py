"""A small system for what the front desk calls: services with a port each, by the machine's own clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.graph.systems import build_graph
from tests.health.making import make_check
from tiktoktoe_cli.graph.settings import ServiceSettings
from tiktoktoe_cli.health.session import HealthInputs

if TYPE_CHECKING:
    from collections.abc import Mapping


def listening(ports: Mapping[str, int]) -> HealthInputs:
    """Describe services of which each has one check: somebody listens at its port."""
    checks = {
        name: [make_check("port", tcp={"address": f"127.0.0.1:{port}"}, retries=0)]
        for name, port in ports.items()
    }
    return HealthInputs(checks, build_graph({name: ServiceSettings() for name in ports}), {})

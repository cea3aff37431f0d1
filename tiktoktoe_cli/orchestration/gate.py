"""Waits for the health of services with the checks of the configuration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tiktoktoe_cli.health import HealthState, Wait
from tiktoktoe_cli.health.waiting import wait_healthy
from tiktoktoe_cli.orchestration.effects import GateVerdict

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tiktoktoe_cli.health import Effects
    from tiktoktoe_cli.health.settings import CheckSettings


@dataclass(frozen=True, slots=True)
class CheckGate:
    """Lets a service pass once all its checks do."""

    checks: Mapping[str, Sequence[CheckSettings]]
    effects: Effects

    async def wait_healthy(
        self, service: str, deadline_ns: int, gone: Callable[[], str | None]
    ) -> GateVerdict:
        """Check a service round after round until it passed often enough in a row, is gone, or is out of time."""
        checks = self.checks[service]
        wait = Wait(deadline_ns, gone=gone)
        health = await wait_healthy(service, checks, self.effects, wait)
        detail = "; ".join(f"{check.name}: {check.detail}" for check in health.checks if check.detail)
        return GateVerdict(health.state.is_passing, health.state is HealthState.DEGRADED, detail)

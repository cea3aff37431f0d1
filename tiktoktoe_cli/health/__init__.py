"""Is the system healthy, and if not, which service is the cause and which ones only suffer from it?

Decisions are pure (`verdict`, `thresholds`, `root_cause`, `vacuous`); `probes/` touches the world; `runner`,
`waiting` and `watching/` bring both together through the `Effects` they are given; `render/` draws what came of it.
May use the graph's model, resilience, transport, processes, config, expressions and report. Must not read the
environment or start services. What loads asyncio or httpx is imported late, by its module.
"""

from tiktoktoe_cli.health.effects import Effects, Wait
from tiktoktoe_cli.health.facts import (
    Attempt,
    CheckResult,
    Demand,
    Expectation,
    HealthFacts,
    HealthState,
    ServiceHealth,
)
from tiktoktoe_cli.health.observation import Failure, Observation
from tiktoktoe_cli.health.vacuous import find_vacuous

__all__ = [
    "Attempt",
    "CheckResult",
    "Demand",
    "Effects",
    "Expectation",
    "Failure",
    "HealthFacts",
    "HealthState",
    "Observation",
    "ServiceHealth",
    "Wait",
    "find_vacuous",
]

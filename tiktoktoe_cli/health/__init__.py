"""Is the system healthy, and if not, which service is the cause and which ones only suffer from it?

Decisions are pure (`verdict`, `thresholds`, `root_cause`, `vacuous`); `probes/` touches the world; `runner`,
`waiting` and `watching/` bring both together through the `Effects` they are given; `render/` draws what came of it.
May use the graph's model, resilience, transport, processes, config, expressions and report. Must not read the
environment or start services. What loads asyncio or httpx is imported late, by its module.
The modules are imported when one of their names is first asked for (PEP 562), as in `report`.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tiktoktoe_cli.health.effects import Effects, Wait
    from tiktoktoe_cli.health.facts import Attempt, CheckResult, Expectation, HealthFacts, ServiceHealth
    from tiktoktoe_cli.health.observation import Failure, Observation
    from tiktoktoe_cli.health.state import Demand, HealthState
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

_LIGHTEST_FIRST = ("state", "facts", "observation", "vacuous", "effects")


def __getattr__(name: str) -> object:
    """Import the modules up to the one that has a public name."""
    if name in __all__:
        for module in _LIGHTEST_FIRST:
            found = getattr(import_module(f"{__name__}.{module}"), name, None)
            if found is not None:
                return found
    raise AttributeError(f"module `{__name__}` has no attribute `{name}`")

"""How will the system fail: the graph, its policies and its load in virtual time, before production finds out.

Pure from end to end: settings in, facts and reports out; no file, no network, no clock, and chance only from
the scenario's seed, so that the same YAML gives the same answer everywhere. The decisions of all layers are
`resilience`'s own functions, the ones that live calls run. May use `graph` (the model),
`resilience`, `expressions`, `config`, `report` (facts) and the errors. Must not know any other feature.
"""

from tiktoktoe_cli.simulation.checks import check_scenario, undefined_calls
from tiktoktoe_cli.simulation.facts import SimulationFacts
from tiktoktoe_cli.simulation.model import SimulatedCall, SimulatedService, simulated_services
from tiktoktoe_cli.simulation.observer import SilentObserver, SimulationObserver
from tiktoktoe_cli.simulation.report import report_of
from tiktoktoe_cli.simulation.scenario import run_scenario

__all__ = [
    "SilentObserver",
    "SimulatedCall",
    "SimulatedService",
    "SimulationFacts",
    "SimulationObserver",
    "check_scenario",
    "report_of",
    "run_scenario",
    "simulated_services",
    "undefined_calls",
]

"""`tiktoktoe simulate`: run."""

from __future__ import annotations

from typing import Annotated

import typer

from tiktoktoe_cli.cli.app import make_group
from tiktoktoe_cli.cli.completion import scenario_names
from tiktoktoe_cli.cli.options import Common, add_command
from tiktoktoe_cli.errors import ExitCode

app = make_group("See how breakers, retries and timeouts behave under a fault.")


@add_command(
    app,
    "run",
    examples=(
        "tiktoktoe simulate run payments-brownout -c samples/shop/tiktoktoe.yaml",
        "tiktoktoe simulate run -c samples/shop/tiktoktoe.yaml -o json",
    ),
)
def run(
    common: Common,
    scenario: Annotated[
        str | None,
        typer.Argument(
            help="Which scenario; not needed if there is only one.",
            autocompletion=scenario_names,
            show_default=False,
        ),
    ] = None,
) -> ExitCode:
    """Run a scenario in virtual time with the very policies that run live, and judge its assertions."""
    from tiktoktoe_cli.cli.desk import Desk
    from tiktoktoe_cli.cli.graph import graph_of
    from tiktoktoe_cli.cli.watching import SimulationWatcher
    from tiktoktoe_cli.simulation import check_scenario, report_of, run_scenario, simulated_services

    desk = Desk.open(common)
    system = desk.load("services", "performance", "policies", "simulations")
    name = desk.choose_one(system["simulations"], scenario, "scenario")
    services = simulated_services(graph_of(system), system["performance"])
    desk.refuse(check_scenario(name, system["simulations"][name], services, system["policies"], system.place))
    with desk.progress() as progress, desk.stop_flag() as should_stop:
        facts = run_scenario(
            name,
            system["simulations"][name],
            services,
            system["policies"],
            should_stop=should_stop,
            observer=SimulationWatcher(progress),
        )
    unfinished = ExitCode.UNFINISHED if facts.stopped else None
    return desk.answer(report_of(facts, system.place), should_stop.exit_code or unfinished)

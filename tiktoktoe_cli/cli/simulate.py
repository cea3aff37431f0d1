"""`tiktoktoe simulate`: run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from tiktoktoe_cli.cli.app import make_group
from tiktoktoe_cli.cli.completion import scenario_names
from tiktoktoe_cli.cli.options import add_command
from tiktoktoe_cli.errors import ExitCode

if TYPE_CHECKING:
    from tiktoktoe_cli.cli.desk import Desk

app = make_group("simulate")


@add_command(
    app,
    "run",
    examples=(
        "tiktoktoe simulate run payments-brownout",
        "tiktoktoe simulate run -o json",
    ),
)
def run(
    desk: Desk,
    scenario: Annotated[
        str | None,
        typer.Argument(
            help="Which scenario; not needed if there is only one.",
            autocompletion=scenario_names,
            show_default=False,
        ),
    ] = None,
) -> ExitCode:
    """Run a scenario in virtual time, every call under the policies of the YAML, and judge its assertions."""
    from tiktoktoe_cli.cli.watching import SimulationWatcher
    from tiktoktoe_cli.simulation import (
        check_scenario,
        report_of,
        run_scenario,
        simulated_services,
        undefined_calls,
    )

    system = desk.load("services", "performance", "policies", "simulations")
    name = desk.choose_one(system["simulations"], scenario, "scenario")
    services = simulated_services(system.graph(), system["performance"])
    settings = system["simulations"][name]
    desk.refuse(
        (
            *undefined_calls(settings, services, system.place),
            *check_scenario(name, settings, services, system.place, system["policies"]),
        )
    )
    with desk.progress() as progress, desk.stop_flag(progress) as should_stop:
        facts = run_scenario(
            name,
            settings,
            services,
            system["policies"],
            should_stop=should_stop,
            observer=SimulationWatcher(progress, name),
        )
    code = (should_stop.exit_code or ExitCode.UNFINISHED) if facts.stopped else None
    return desk.answer(report_of(facts, system.place), code)

"""`tiktoktoe health`: check."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from tiktoktoe_cli.cli.app import make_group
from tiktoktoe_cli.cli.completion import service_names
from tiktoktoe_cli.cli.options import add_command
from tiktoktoe_cli.errors import ExitCode

if TYPE_CHECKING:
    from tiktoktoe_cli.cli.desk import Desk

app = make_group("health")


@add_command(
    app,
    "check",
    examples=(
        "tiktoktoe health check",
        "tiktoktoe health check payments ledger -o json",
        "tiktoktoe health check --report junit=out/health.xml",
    ),
)
def check(
    desk: Desk,
    services: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[SERVICE ...]", help="Only these services; all without.", autocompletion=service_names
        ),
    ] = None,
) -> ExitCode:
    """Run every check once, all at the same time, and name the services that are the cause of what fails."""
    import asyncio

    from tiktoktoe_cli.cli.graph import graph_of
    from tiktoktoe_cli.cli.watching import HealthWatcher
    from tiktoktoe_cli.health import report_of
    from tiktoktoe_cli.health.session import check_once

    system = desk.load("services", "checks")
    chosen = desk.choose_names(system["services"], services, "service")
    checks = {name: system["checks"].get(name, ()) for name in chosen}
    with desk.progress() as progress:
        facts = asyncio.run(check_once(checks, graph_of(system), desk.environ, HealthWatcher(progress)))
    return desk.answer(report_of(facts))

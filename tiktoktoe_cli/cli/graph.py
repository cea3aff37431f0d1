"""`tiktoktoe graph`: show, validate, plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from tiktoktoe_cli.cli.app import make_group
from tiktoktoe_cli.cli.options import FailOn, add_command
from tiktoktoe_cli.errors import ExitCode, Severity

if TYPE_CHECKING:
    from tiktoktoe_cli.cli.desk import Desk
    from tiktoktoe_cli.graph import Graph
    from tiktoktoe_cli.system import System

app = make_group("graph")


@add_command(
    app,
    "show",
    examples=(
        "tiktoktoe graph show",
        "tiktoktoe graph show -o wide",
    ),
)
def show(desk: Desk) -> ExitCode:
    """Draw the services in start order, one line each, with a rail for each service that others depend on."""
    from tiktoktoe_cli.graph.facts import survey
    from tiktoktoe_cli.graph.render import draw_graph, legend
    from tiktoktoe_cli.graph.report import report_of

    overview = survey(graph_of(desk.load("services")))
    report = report_of(overview)
    view = desk.terminal.answer_view
    desk.terminal.detail(legend(unicode=view.unicode))
    return desk.answer(report, picture=draw_graph(overview, report, view))


@add_command(
    app,
    "validate",
    examples=(
        "tiktoktoe graph validate",
        "tiktoktoe graph validate --fail-on warning -o json",
        "tiktoktoe graph validate --explain TTG101",
    ),
)
def validate(
    desk: Desk,
    fail_on: FailOn = "error",
    explain: Annotated[
        str | None, typer.Option(metavar="RULE", help="Explain a rule, and check nothing.")
    ] = None,
) -> ExitCode:
    """Find cycles, versions that do not agree, missing services, resources that do not suffice."""
    from tiktoktoe_cli.cli.config import explain_code
    from tiktoktoe_cli.cli.desk import choose
    from tiktoktoe_cli.graph import facts
    from tiktoktoe_cli.graph.report import report_of

    if explain is not None:
        return explain_code(desk, explain)
    level = choose(Severity, fail_on, "--fail-on")
    system = desk.load("services", "capacity", "checks")
    checked = {name for name, checks in system["checks"].items() if checks}
    return desk.answer(report_of(facts.validate(graph_of(system), system["capacity"], checked), level))


@add_command(
    app,
    "plan",
    examples=(
        "tiktoktoe graph plan",
        "tiktoktoe graph plan -o name",
    ),
)
def plan(desk: Desk) -> ExitCode:
    """List the services in waves: those of a wave need nothing but the waves before."""
    from tiktoktoe_cli.graph.plan import plan_start
    from tiktoktoe_cli.graph.report import report_of

    return desk.answer(report_of(plan_start(graph_of(desk.load("services")))))


def graph_of(system: System) -> Graph:
    """Build the graph of a system's services."""
    from tiktoktoe_cli.graph import build_graph

    return build_graph(system["services"], system.place, system.value_place)

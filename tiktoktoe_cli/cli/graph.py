"""`tiktoktoe graph`: show, validate, plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from tiktoktoe_cli.cli.app import make_group
from tiktoktoe_cli.cli.options import Common, add_command
from tiktoktoe_cli.errors import ExitCode

if TYPE_CHECKING:
    from tiktoktoe_cli.graph import Graph
    from tiktoktoe_cli.system import System

app = make_group("Do the services fit together: cycles, versions, resources, order?")


@add_command(
    app,
    "show",
    examples=(
        "tiktoktoe graph show -c samples/shop/tiktoktoe.yaml",
        "tiktoktoe graph show -c samples/shop/tiktoktoe.yaml -o wide",
    ),
)
def show(common: Common) -> ExitCode:
    """Draw the services in start order, one line each, with a rail for each service that others depend on."""
    from tiktoktoe_cli.cli.desk import Desk
    from tiktoktoe_cli.graph.facts import survey
    from tiktoktoe_cli.graph.render import draw_graph, legend
    from tiktoktoe_cli.graph.report import report_of
    from tiktoktoe_cli.report import OutputFormat

    desk = Desk.open(common)
    overview = survey(graph_of(desk.load("services")))
    report = report_of(overview)
    if desk.output is not OutputFormat.TABLE:
        return desk.answer(report)
    view = desk.terminal.answer_view
    code = desk.answer(report, picture=draw_graph(overview.graph, report, view))
    desk.terminal.detail(legend(unicode=view.unicode))
    return code


@add_command(
    app,
    "validate",
    examples=(
        "tiktoktoe graph validate -c samples/shop/tiktoktoe.yaml",
        "tiktoktoe graph validate -c samples/shop/tiktoktoe.yaml --fail-on warning -o json",
        "tiktoktoe graph validate --explain TTG101",
    ),
)
def validate(
    common: Common,
    fail_on: Annotated[
        str, typer.Option(metavar="LEVEL", help="Exit 1 from this severity on: error, warning or info.")
    ] = "error",
    explain: Annotated[
        str | None, typer.Option(metavar="RULE", help="Explain a rule, and check nothing.")
    ] = None,
) -> ExitCode:
    """Find cycles, versions that do not agree, missing services, resources that do not suffice."""
    from tiktoktoe_cli.cli.desk import Desk, choose
    from tiktoktoe_cli.errors import Severity
    from tiktoktoe_cli.graph import facts, rules
    from tiktoktoe_cli.graph.report import report_of

    desk = Desk.open(common)
    if explain is not None:
        desk.terminal.answer(rules.explain(explain) + "\n")
        return ExitCode.YES
    level = choose(Severity, fail_on, "--fail-on")
    system = desk.load("services", "capacity", "checks")
    checked = {name for name, checks in system["checks"].items() if checks}
    return desk.answer(report_of(facts.validate(graph_of(system), system["capacity"], checked), level))


@add_command(
    app,
    "plan",
    examples=(
        "tiktoktoe graph plan -c samples/shop/tiktoktoe.yaml",
        "tiktoktoe graph plan -c samples/shop/tiktoktoe.yaml -o name",
    ),
)
def plan(common: Common) -> ExitCode:
    """List the services in waves: those of a wave need nothing but the waves before."""
    from tiktoktoe_cli.cli.desk import Desk
    from tiktoktoe_cli.graph.plan import plan_start
    from tiktoktoe_cli.graph.report import report_of

    desk = Desk.open(common)
    return desk.answer(report_of(plan_start(graph_of(desk.load("services")))))


def graph_of(system: System) -> Graph:
    """Build the graph of a system's services."""
    from tiktoktoe_cli.graph import build_graph

    return build_graph(system["services"], system.place)

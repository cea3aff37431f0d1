"""`tiktoktoe graph capacity`: does the system fit on its machines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from tiktoktoe_cli.cli.completion import node_names, replica_counts
from tiktoktoe_cli.cli.graph_options import app
from tiktoktoe_cli.cli.options import add_command
from tiktoktoe_cli.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from tiktoktoe_cli.cli.desk import Desk


@add_command(
    app,
    "capacity",
    examples=(
        "tiktoktoe graph capacity",
        "tiktoktoe graph capacity --placement",
        "tiktoktoe graph capacity --without small --replicas gateway=+1",
    ),
)
def capacity(
    desk: Desk,
    *,
    without: Annotated[
        list[str] | None,
        typer.Option(
            "--without",
            metavar="NODE",
            help="As if one node of this kind were gone; repeatable. Default: all are there.",
            autocompletion=node_names,
        ),
    ] = None,
    replicas: Annotated[
        list[str] | None,
        typer.Option(
            "--replicas",
            metavar="SERVICE=N",
            help="As if a service had this many replicas (`web=5`), or so many more or fewer than now (`web=+2`, "
            "`web=-1`); repeatable: `web=5` and `web=+2` together are 7. Default: as configured.",
            autocompletion=replica_counts,
        ),
    ] = None,
    placement: Annotated[
        bool, typer.Option("--placement", help="Also show which replicas can stand on which node.")
    ] = False,
) -> ExitCode:
    """Show how full the nodes get, and prove whether all replicas fit on them, also when a node is lost."""
    from tiktoktoe_cli.graph.capacity import Fit, WhatIf, scaled, study_capacity
    from tiktoktoe_cli.graph.reports.capacity import report_of
    from tiktoktoe_cli.graph.reports.capacity_bars import draw_capacity

    system = desk.load("services", "capacity")
    if system["capacity"] is None:
        hint = 'write `capacity: {nodes: [{name: small, count: 3, cpu: "4", memory: 16Gi}], reserve: 10%}`'
        raise UsageError("the configuration has no `capacity`: nobody knows which nodes there are", hint=hint)
    graph = system.graph()
    what_if = WhatIf(tuple(without or ()), scaled(graph, replicas or ()))
    study = study_capacity(graph, system["capacity"], what_if)
    return desk.answer(
        report_of(study),
        ExitCode.UNFINISHED if study.fitting.fit is Fit.UNKNOWN else None,
        drawing=lambda view: draw_capacity(study, view, placement=placement),
    )

"""`tiktoktoe graph critical`: how long the start takes, and what decides it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from tiktoktoe_cli.cli.completion import service_names
from tiktoktoe_cli.cli.durations import any_duration_of, duration_of
from tiktoktoe_cli.cli.graph_options import answer_in_order, app
from tiktoktoe_cli.cli.options import add_command
from tiktoktoe_cli.errors import ConfigError, ExitCode, Problem

if TYPE_CHECKING:
    from tiktoktoe_cli.cli.desk import Desk


@add_command(
    app,
    "critical",
    examples=(
        "tiktoktoe graph critical --default 5s",
        "tiktoktoe graph critical --to orders --default 5s --sooner 1s",
    ),
)
def critical(
    desk: Desk,
    goal: Annotated[
        str | None,
        typer.Option(
            "--to",
            metavar="SERVICE",
            help="Only until this service is ready, with all that it waits for; what it requires at run time does not "
            "hold it up. All services by default.",
            autocompletion=service_names,
        ),
    ] = None,
    measured: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="Measured start times, which win over declared ones: what `tiktoktoe orchestrate run -o json` "
            "printed, or a map `service: 8s`; - for stdin.",
        ),
    ] = None,
    default: Annotated[
        str, typer.Option(metavar="DURATION", help="The start time of services that have none.")
    ] = "0",
    sooner: Annotated[
        str, typer.Option(metavar="DURATION", help="How much faster a service is made, to see what it saves.")
    ] = "5s",
) -> ExitCode:
    """Predict how long it takes to start everything: the chain that decides, and the slack of all others.

    Start times are those that services declare (`start_time`) or that were measured. Each service starts when its waits
    are over, with no limit on how many start at the same time. What a faster service would save is predicted anew:
    beyond some point another chain decides. If a service gives up waiting for another one before that is ready, its
    start would fail: the answer is no (1). It is no, too, if services wait for each other in a circle: every cycle is
    shown then.
    """
    from tiktoktoe_cli.graph.reports.critical import report_of
    from tiktoktoe_cli.graph.reports.timeline import draw_timeline
    from tiktoktoe_cli.graph.starting.critical import Times, predict

    default_ns, sooner_ns = any_duration_of(default, "--default"), duration_of(sooner, "--sooner")
    graph = desk.load("services").graph()
    times = Times(_measured(measured) if measured else {}, default_ns)
    return answer_in_order(
        desk, "graph critical", lambda: predict(graph, times, sooner_ns, goal), report_of, draw_timeline
    )


def _measured(name: str) -> dict[str, int]:
    from tiktoktoe_cli.config.reader import read_source
    from tiktoktoe_cli.graph.starting.measured import measured_times

    source = read_source(name)
    if isinstance(source, Problem):
        raise ConfigError((source,))
    return measured_times(source)

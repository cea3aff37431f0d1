"""`tiktoktoe replay`: run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from tiktoktoe_cli.cli.app import make_group
from tiktoktoe_cli.cli.completion import pipeline_names
from tiktoktoe_cli.cli.options import add_command
from tiktoktoe_cli.errors import ExitCode

if TYPE_CHECKING:
    from tiktoktoe_cli.cli.desk import Desk

app = make_group("replay")


@add_command(
    app,
    "run",
    examples=(
        "tiktoktoe replay run orders",
        "tiktoktoe replay run --report openmetrics=out/replay.prom",
    ),
)
def run(
    desk: Desk,
    pipeline: Annotated[
        str | None,
        typer.Argument(
            help="Which pipeline; not needed if there is only one.",
            autocompletion=pipeline_names,
            show_default=False,
        ),
    ] = None,
) -> ExitCode:
    """Validate, enrich, correlate and route every event of the pipeline's files; every one is accounted for."""
    from tiktoktoe_cli.cli.watching import ReplayWatcher
    from tiktoktoe_cli.replay import report_of, run_pipeline

    system = desk.load("pipelines")
    name = desk.choose_one(system["pipelines"], pipeline, "pipeline")
    with desk.progress() as progress, desk.stop_flag(progress) as should_stop:
        facts = run_pipeline(name, system["pipelines"][name], ReplayWatcher(progress, name), should_stop)
    # a signal that came after the end changes nothing
    code = None if facts.is_over else (should_stop.exit_code if facts.interrupted else ExitCode.UNFINISHED)
    return desk.answer(report_of(facts, system.value_place), code)

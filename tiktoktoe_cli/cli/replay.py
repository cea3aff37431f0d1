"""`tiktoktoe replay`: run."""

from __future__ import annotations

from typing import Annotated

import typer

from tiktoktoe_cli.cli.app import make_group
from tiktoktoe_cli.cli.completion import pipeline_names
from tiktoktoe_cli.cli.options import Common, add_command
from tiktoktoe_cli.errors import ExitCode

app = make_group("Replay event files through the pipeline's stages.")


@add_command(
    app,
    "run",
    examples=(
        "tiktoktoe replay run orders -c samples/shop/tiktoktoe.yaml",
        "tiktoktoe replay run -c samples/shop/tiktoktoe.yaml --report openmetrics=out/replay.prom",
    ),
)
def run(
    common: Common,
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
    from tiktoktoe_cli.cli.desk import Desk
    from tiktoktoe_cli.cli.watching import ReplayWatcher
    from tiktoktoe_cli.replay import report_of, run_pipeline

    desk = Desk.open(common)
    system = desk.load("pipelines")
    name = desk.choose_one(system["pipelines"], pipeline, "pipeline")
    with desk.progress() as progress, desk.stop_flag() as should_stop:
        facts = run_pipeline(name, system["pipelines"][name], ReplayWatcher(progress, name), should_stop)
    return desk.answer(report_of(facts), should_stop.exit_code)

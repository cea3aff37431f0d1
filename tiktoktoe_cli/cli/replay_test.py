"""`tiktoktoe replay test`: the tests of a pipeline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from tiktoktoe_cli.cli.completion import pipeline_names
from tiktoktoe_cli.cli.options import add_command
from tiktoktoe_cli.cli.replay_options import app
from tiktoktoe_cli.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from tiktoktoe_cli.cli.desk import Desk


@add_command(
    app,
    "test",
    examples=(
        "tiktoktoe replay test",
        "tiktoktoe replay test --report junit=out/replay-tests.xml",
    ),
)
def run_tests(
    desk: Desk,
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="TEST", help="Only tests with this in their names.", show_default=False),
    ] = None,
    *,
    pipeline: Annotated[
        str | None,
        typer.Option(
            "--pipeline",
            metavar="NAME",
            help="Only this pipeline's.",
            autocompletion=pipeline_names,
            show_default=False,
        ),
    ] = None,
    update: Annotated[
        bool, typer.Option("--update", help="Write the files that outputs are compared with (`file`).")
    ] = False,
) -> ExitCode:
    """Run the `tests` of the pipelines: their events go in, and what comes out is compared.

    Every stage works as in a run; nothing is sent, written or remembered. The answer is no (1) if a test fails.
    """
    from tiktoktoe_cli.replay import RunOptions
    from tiktoktoe_cli.replay.testing.report import report_of
    from tiktoktoe_cli.replay.testing.trial import try_out

    system = desk.load("pipelines", "policies")
    pipelines = system["pipelines"]
    chosen = [desk.choose_one(pipelines, pipeline, "pipeline")] if pipeline else list(pipelines)
    meant = [
        (name, number)
        for name in chosen
        for number, one in enumerate(pipelines[name].tests)
        if not names or any(word in one.name for word in names)
    ]
    if names and not meant:
        raise UsageError(f"no test has `{names[0]}` in its name", hint="`tiktoktoe replay test` runs all")
    options = RunOptions(policies=system["policies"])
    tried = [
        (name, try_out(name, pipelines[name], number, options, is_updating=update)) for name, number in meant
    ]
    return desk.answer(report_of(tried, system.value_place))

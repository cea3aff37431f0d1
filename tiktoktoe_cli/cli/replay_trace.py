"""`tiktoktoe replay trace`: one event, stage by stage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from tiktoktoe_cli.cli.completion import pipeline_names
from tiktoktoe_cli.cli.options import add_command
from tiktoktoe_cli.cli.replay_options import app
from tiktoktoe_cli.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from tiktoktoe_cli.cli.desk import Desk
    from tiktoktoe_cli.expressions import Expression


@add_command(
    app,
    "trace",
    examples=(
        "tiktoktoe replay trace ord-000004-2",
        "tiktoktoe replay trace events/orders.ndjson:364",
        "tiktoktoe replay trace --where 'data.amount > 300.0' --limit 2 -o json",
    ),
)
def trace(  # noqa: PLR0913  # its options
    desk: Desk,
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="ID|FILE:LINE", help="The event's id, or where it stands.", show_default=False
        ),
    ] = None,
    *,
    pipeline: Annotated[
        str | None,
        typer.Option(
            "--pipeline",
            metavar="NAME",
            help="Which pipeline; not needed if there is only one.",
            autocompletion=pipeline_names,
            show_default=False,
        ),
    ] = None,
    where: Annotated[
        str | None,
        typer.Option(
            "--where", metavar="CEL", help="Events for which this is true instead.", show_default=False
        ),
    ] = None,
    limit: Annotated[
        int, typer.Option("--limit", min=1, max=1000, metavar="N", help="Follow so many events at most.")
    ] = 5,
    seed: Annotated[
        int, typer.Option(metavar="N", help="What is drawn by lot is drawn the same with the same number.")
    ] = 0,
) -> ExitCode:
    """Follow an event through every stage: what each changed, found, joined and decided, and where it ends.

    The whole input runs as always, in memory: nothing is sent, written or remembered; lookups are asked. What the
    pipeline redacts is redacted here, too, at every stage.
    """
    from tiktoktoe_cli.cli.watching import ReplayWatcher
    from tiktoktoe_cli.replay import RunOptions
    from tiktoktoe_cli.replay.tracing.report import draw_trails, report_of
    from tiktoktoe_cli.replay.tracing.trace import Meant, trace

    if (name is None) == (where is None):
        hint = "name its id or `FILE:LINE`, or say which with `--where`"
        raise UsageError("which event?", hint=hint)
    system = desk.load("pipelines", "policies")
    chosen = desk.choose_one(system["pipelines"], pipeline, "pipeline")
    options = RunOptions(seed=seed, policies=system["policies"])
    with desk.progress() as progress, desk.stop_flag(progress) as should_stop:
        watcher = ReplayWatcher(progress, chosen)
        meant = Meant(name or "", _compiled(where))
        traced = trace(
            chosen,
            system["pipelines"][chosen],
            meant,
            options,
            observer=watcher,
            should_stop=should_stop,
            most=limit,
        )
    code = should_stop.exit_code if traced.facts.interrupted else None
    return desk.answer(report_of(traced), code, drawing=lambda view: draw_trails(traced, view))


def _compiled(where: str | None) -> Expression | None:
    from tiktoktoe_cli.expressions import ExpressionError, compile_expression

    try:
        return None if where is None else compile_expression(where)
    except ExpressionError as error:
        raise UsageError(f"`--where`: {error.message}", hint=error.hint) from None

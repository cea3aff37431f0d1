"""`tiktoktoe replay dead-letters`: list, show, run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from tiktoktoe_cli.cli.app import make_app
from tiktoktoe_cli.cli.completion import pipeline_names
from tiktoktoe_cli.cli.options import add_command
from tiktoktoe_cli.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from tiktoktoe_cli.cli.desk import Desk
    from tiktoktoe_cli.replay.posting.wanted import Wanted
    from tiktoktoe_cli.replay.settings.pipeline import PipelineSettings
    from tiktoktoe_cli.system import System

SUMMARY = "What could not be delivered: list it, look at it, send it again."
app = make_app(SUMMARY, name="replay dead-letters")

Pipeline: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--pipeline",
        metavar="NAME",
        help="Which pipeline; not needed if there is only one.",
        autocompletion=pipeline_names,
        show_default=False,
    ),
]
Reasons: TypeAlias = Annotated[
    list[str] | None,
    typer.Option("--reason", metavar="REASON", help="Only with this reason; repeatable.", show_default=False),
]
Stages: TypeAlias = Annotated[
    list[str] | None,
    typer.Option("--stage", metavar="STAGE", help="Only of this stage; repeatable.", show_default=False),
]
Where: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--where",
        metavar="CEL",
        help="Only those for which this is true, over the letter's fields and its `event`.",
        show_default=False,
    ),
]


@app.callback()
def _group() -> None:
    pass


@add_command(
    app,
    "list",
    examples=(
        "tiktoktoe replay dead-letters list",
        """tiktoktoe replay dead-letters list --reason invalid --where 'event.data.amount > 100.0'""",
    ),
)
def list_(  # noqa: PLR0913  # its options
    desk: Desk,
    *,
    pipeline: Pipeline = None,
    reason: Reasons = None,
    stage: Stages = None,
    where: Where = None,
    limit: Annotated[int, typer.Option("--limit", min=1, metavar="N", help="List so many at most.")] = 100,
) -> ExitCode:
    """List the dead letters of a pipeline's last run, and count them by reason."""
    from tiktoktoe_cli.replay.posting.report import list_of
    from tiktoktoe_cli.replay.posting.stored import read_letters

    _, _, settings = _pipeline(desk, pipeline)
    wanted = _wanted(reason, stage, where)
    path = settings.dead_letter.file
    return desk.answer(list_of(path, filter(wanted.has, read_letters(path)), limit))


@add_command(
    app,
    "show",
    examples=(
        "tiktoktoe replay dead-letters show 1",
        "tiktoktoe replay dead-letters show 1 -o json",
    ),
)
def show(
    desk: Desk,
    name: Annotated[
        str, typer.Argument(metavar="NUMBER|ID", help="The number in the list, or the event's id.")
    ],
    *,
    pipeline: Pipeline = None,
) -> ExitCode:
    """Show a dead letter whole: all its errors, where it came from, the original, and what to do about it."""
    from tiktoktoe_cli.replay.posting.report import draw_letters, letter_of
    from tiktoktoe_cli.replay.posting.stored import read_letters

    _, _, settings = _pipeline(desk, pipeline)
    path = settings.dead_letter.file
    wanted = _wanted((), (), None, (name,))
    letters = list(filter(wanted.has, read_letters(path)))
    if not letters:
        hint = "`tiktoktoe replay dead-letters list` has their numbers and ids"
        raise UsageError(f"no dead letter has the number or id `{name}`", hint=hint)
    return desk.answer(letter_of(path, letters), drawing=lambda view: draw_letters(letters, view))


@add_command(
    app,
    "run",
    examples=(
        "tiktoktoe replay dead-letters run --reason future --dry-run",
        "tiktoktoe replay dead-letters run --reason future",
    ),
)
def run(  # noqa: PLR0913  # its options
    desk: Desk,
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="NUMBER|ID", help="Only these; by default all.", show_default=False),
    ] = None,
    *,
    pipeline: Pipeline = None,
    reason: Reasons = None,
    stage: Stages = None,
    where: Where = None,
    fixed: Annotated[
        Path | None,
        typer.Option(
            "--fixed",
            metavar="FILE",
            help="Corrected events, one JSON object a line, for the letters in their order.",
            show_default=False,
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Tell what would become of them; send and write nothing.")
    ] = False,
) -> ExitCode:
    """Send dead letters through their pipeline again; what arrives leaves their file.

    Files take them after what they have; other destinations get them under the same idempotency key as before. What is
    dead again stays, with a higher `replay_count`; after `dead_letter.max_replays` times it goes to the quarantine, a
    file beside it. The answer is no (1) if some are not delivered.
    """
    from tiktoktoe_cli.replay import RunOptions
    from tiktoktoe_cli.replay.posting.again import Posting, send_again
    from tiktoktoe_cli.replay.posting.report import again_of

    system, name, settings = _pipeline(desk, pipeline)
    posting = Posting(name, settings, _wanted(reason, stage, where, names), fixed)
    options = RunOptions(policies=system["policies"])
    if any(choice.stdout for choice in settings.destinations.values()):
        desk.leave_stdout()
    with desk.progress() as progress, desk.stop_flag(progress) as should_stop:
        again = send_again(posting, options, should_stop, is_rehearsal=dry_run)
    return desk.answer(again_of(again))


def _pipeline(desk: Desk, name: str | None) -> tuple[System, str, PipelineSettings]:
    system = desk.load("pipelines", "policies")
    chosen = desk.choose_one(system["pipelines"], name, "pipeline")
    return system, chosen, system["pipelines"][chosen]


def _wanted(
    reasons: list[str] | tuple[str, ...] | None,
    stages: list[str] | tuple[str, ...] | None,
    where: str | None,
    names: list[str] | tuple[str, ...] | None = None,
) -> Wanted:
    from tiktoktoe_cli.replay.events.letter import Reason
    from tiktoktoe_cli.replay.posting.wanted import Wanted, compile_where
    from tiktoktoe_cli.words import listed, suggestion

    for reason in reasons or ():
        if reason not in set(Reason):
            hint = suggestion(reason, list(Reason)) or f"there are {listed(Reason)}"
            raise UsageError(f"unknown reason: `{reason}`", hint=hint)
    return Wanted(reasons or (), stages or (), names or (), compile_where(where))

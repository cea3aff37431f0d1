"""`tiktoktoe replay run`."""

from __future__ import annotations

from shlex import join
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from tiktoktoe_cli.cli.options import add_command
from tiktoktoe_cli.cli.replay_options import (
    From,
    Limit,
    Offset,
    Paths,
    Pipeline,
    Sample,
    Until,
    Where,
    app,
)
from tiktoktoe_cli.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tiktoktoe_cli.cli.desk import Desk
    from tiktoktoe_cli.replay import Start


@add_command(
    app,
    "run",
    examples=(
        "tiktoktoe replay run orders",
        "tiktoktoe replay run orders --dry-run --where 'data.amount > 200.0' --limit 10",
        "tiktoktoe replay run orders --restart --workers 2",
        "tiktoktoe replay run --report openmetrics=out/replay.prom",
    ),
)
def run(  # noqa: PLR0913  # its options
    desk: Desk,
    pipeline: Pipeline = None,
    paths: Paths = None,
    *,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Tell what would go where; send, write and remember nothing."),
    ] = False,
    resume: Annotated[
        bool,
        typer.Option("--resume", help="Go on where a run before was cut short; begin if none was."),
    ] = False,
    restart: Annotated[
        bool, typer.Option("--restart", help="Begin anew, whatever a run before has left.")
    ] = False,
    from_: From = None,
    until: Until = None,
    where: Where = None,
    sample: Sample = None,
    limit: Limit = None,
    offset: Offset = None,
    only_destination: Annotated[
        list[str] | None,
        typer.Option(
            "--only-destination",
            metavar="NAME",
            help="Only this destination gets events; repeatable. What others would have had is filtered.",
            show_default=False,
        ),
    ] = None,
    speed: Annotated[
        str | None,
        typer.Option(
            "--speed",
            metavar="N",
            help="1x as it happened, 10x ten times faster, max without waiting.",
            show_default=False,
        ),
    ] = None,
    max_gap: Annotated[
        str | None,
        typer.Option(
            "--max-gap",
            metavar="DURATION",
            help="The longest wait between two events, in real time.",
            show_default=False,
        ),
    ] = None,
    shift_to_now: Annotated[
        bool,
        typer.Option("--shift-to-now", help="Move event times, so that the first event happens now."),
    ] = False,
    follow: Annotated[
        bool,
        typer.Option("--follow", help="At the end of the file wait for more, until Ctrl-C or --idle-exit."),
    ] = False,
    idle_exit: Annotated[
        str | None,
        typer.Option(
            "--idle-exit",
            metavar="DURATION",
            help="Finish a run that follows once nothing has come for so long.",
            show_default=False,
        ),
    ] = None,
    workers: Annotated[
        int,
        typer.Option(
            min=1,
            max=256,
            metavar="N",
            help="So many processes look at events; the outputs are the same with any.",
        ),
    ] = 1,
    seed: Annotated[
        int, typer.Option(metavar="N", help="What is drawn by lot is drawn the same with the same number.")
    ] = 0,
) -> ExitCode:
    """Validate, enrich, correlate and route every event of the pipeline's files; every one is accounted for.

    A run that was cut short, by Ctrl-C, a full disk or the end of the machine, leaves a checkpoint: `--resume` goes on
    there, and the files come out byte for byte as if nothing had happened.
    """
    from tiktoktoe_cli.cli.watching import ReplayWatcher
    from tiktoktoe_cli.replay import Chosen, RunOptions, rehearse, report_of, run_pipeline

    system = desk.load("pipelines", "policies")
    name = desk.choose_one(system["pipelines"], pipeline, "pipeline")
    select = {
        "from": from_,
        "until": until,
        "where": where,
        "sample": sample,
        "limit": limit,
        "offset": offset,
    }
    pacing = {"speed": speed, "max_gap": max_gap, "shift_to_now": shift_to_now or None}
    chosen = Chosen(paths or (), select, only_destination or (), pacing, follow, idle_exit)
    settings = chosen.over(system["pipelines"][name])
    start = _start(dry_run=dry_run, resume=resume, restart=restart)
    options = RunOptions(start, workers, seed, system["policies"], _stdin())
    if not dry_run and any(choice.stdout for choice in settings.destinations.values()):
        desk.leave_stdout()
    with desk.progress() as progress, desk.stop_flag(progress) as should_stop:
        watcher = ReplayWatcher(progress, name)
        if dry_run:
            facts = rehearse(name, settings, options, watcher, should_stop, is_keeping=False).facts
        else:
            facts = run_pipeline(name, settings, watcher, should_stop, options=options)
    # a signal that came after the end changes nothing
    code = None if facts.is_over else (should_stop.exit_code if facts.interrupted else ExitCode.UNFINISHED)
    said = {f"--{option}": value for option, value in select.items()} | {
        "--only-destination": only_destination,
        "--speed": speed,
        "--max-gap": max_gap,
        "--shift-to-now": shift_to_now,
        "--follow": follow,
        "--idle-exit": idle_exit,
        "--workers": workers if workers > 1 else None,
        "--seed": seed or None,
        "--config": desk.config,
    }
    return desk.answer(report_of(facts, system.value_place, _command(name, paths or (), said)), code)


def _command(name: str, paths: Sequence[str], said: Mapping[str, object]) -> str:
    """Write the command that makes the same run."""
    words = ["tiktoktoe", "replay", "run", name, *paths]
    for option, value in said.items():
        if isinstance(value, bool):
            words += [option] if value else []
        else:
            values = value if isinstance(value, list | tuple) else () if value is None else (value,)
            words += [word for one in values for word in (option, str(one))]
    return join(words)


def _start(*, dry_run: bool, resume: bool, restart: bool) -> Start:
    from tiktoktoe_cli.replay import Start

    if dry_run and (resume or restart):
        hint = "a dry run neither knows nor leaves where a run stands"
        raise UsageError("`--dry-run` goes with neither `--resume` nor `--restart`", hint=hint)
    if resume and restart:
        hint = "`--resume` goes on, `--restart` begins anew"
        raise UsageError("`--resume` and `--restart` exclude each other", hint=hint)
    if resume:
        return Start.RESUME
    return Start.RESTART if restart else Start.ASK


def _stdin() -> BinaryIO | None:
    """Return standard input, unless somebody has closed it or read it already."""
    from tiktoktoe_cli.config.reader import STDIN, open_input

    try:
        return open_input(STDIN)
    except OSError:
        return None

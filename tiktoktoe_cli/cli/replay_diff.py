"""`tiktoktoe replay diff`: what would be delivered otherwise."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tiktoktoe_cli.cli.completion import pipeline_names
from tiktoktoe_cli.cli.options import add_command
from tiktoktoe_cli.cli.replay_options import app
from tiktoktoe_cli.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tiktoktoe_cli.cli.desk import Desk
    from tiktoktoe_cli.replay.diffing.sides import Side
    from tiktoktoe_cli.replay.events.field_path import FieldPath
    from tiktoktoe_cli.report import Progress

_KEYS = ("source", "id")


@add_command(
    app,
    "diff",
    examples=(
        "tiktoktoe replay diff tiktoktoe.yaml . --input events/orders.ndjson --ignore data.customer",
        "tiktoktoe replay diff events events --key data.order_id --key type -o json",
    ),
)
def diff(  # noqa: PLR0913  # its options
    desk: Desk,
    old: Annotated[
        str,
        typer.Argument(
            metavar="OLD",
            help="A configuration, the run.json of a run, a folder of outputs, or a file of events.",
        ),
    ],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The same.")],
    *,
    pipeline: Annotated[
        str | None,
        typer.Option(
            "--pipeline",
            metavar="NAME",
            help="Which pipeline of a configuration; not needed if there is only one.",
            autocompletion=pipeline_names,
            show_default=False,
        ),
    ] = None,
    paths: Annotated[
        list[str] | None,
        typer.Option(
            "--input",
            metavar="PATH",
            help="Let configurations read this instead of their own input; repeatable.",
            show_default=False,
        ),
    ] = None,
    keys: Annotated[
        list[str] | None,
        typer.Option(
            "--key",
            metavar="FIELD",
            help="What makes two events the same one; repeatable. By default source and id.",
            show_default=False,
        ),
    ] = None,
    ignore: Annotated[
        list[str] | None,
        typer.Option(
            "--ignore", metavar="FIELD", help="A field that does not count; repeatable.", show_default=False
        ),
    ] = None,
    limit: Annotated[
        int, typer.Option("--limit", min=0, metavar="N", help="Show so many events at most; all are counted.")
    ] = 50,
    seed: Annotated[
        int, typer.Option(metavar="N", help="What is drawn by lot is drawn the same with the same number.")
    ] = 0,
) -> ExitCode:
    """Compare what two configurations would deliver, or what two runs have delivered, event by event.

    Configurations run in memory: nothing is sent, written or remembered; lookups are asked. Each event is told that is
    changed, added, removed or moved to another destination, the dead letters among them. The answer is no (1) if there
    is a difference.
    """
    from tiktoktoe_cli.replay.diffing.pairing import Lens, compare
    from tiktoktoe_cli.replay.diffing.report import report_of
    from tiktoktoe_cli.replay.diffing.sides import without_equal_outputs
    from tiktoktoe_cli.replay.flow.engine import Watch
    from tiktoktoe_cli.replay.observer import SilentObserver
    from tiktoktoe_cli.replay.stopping import StoppedError

    paired, ignored = _fields(keys or _KEYS, "--key"), _fields(ignore or (), "--ignore")
    try:
        with desk.progress() as progress, desk.stop_flag(progress) as should_stop:
            sides = [
                _side(desk, word, pipeline, paths or (), seed, progress, should_stop) for word in (old, new)
            ]
            before, now, same = without_equal_outputs(*sides)
            watch = Watch(SilentObserver(), should_stop)
            lens = Lens(paired, ignored, lambda body: sides[1].hide(sides[0].hide(body)), watch.check)
            compared = compare(before, now, lens, limit)
            compared.add_same(sum(sides[0].counts.get(name, 0) for name in same))
    except StoppedError:
        desk.terminal.say("interrupted: nothing was compared")
        return should_stop.exit_code or ExitCode.UNFINISHED
    unknown = tuple(dict.fromkeys((*sides[0].unknown, *sides[1].unknown)))
    return desk.answer(report_of(compared, (old, new), same, unknown))


def _side(  # noqa: PLR0913, PLR0917  # what a rehearsal needs
    desk: Desk,
    word: str,
    pipeline: str | None,
    paths: Sequence[str],
    seed: int,
    progress: Progress,
    should_stop: Callable[[], bool],
) -> Side:
    """Read a side, or rehearse it."""
    from tiktoktoe_cli.cli.watching import ReplayWatcher
    from tiktoktoe_cli.config import FILE_NAME
    from tiktoktoe_cli.replay import Chosen, RunOptions
    from tiktoktoe_cli.replay.diffing.sides import read_side, rehearsed_side
    from tiktoktoe_cli.system import load_system

    if not word:
        hint = "name a configuration, the `run.json` of a run, a folder of outputs or a file of events"
        raise UsageError("an empty name is nothing to compare", hint=hint)
    path = Path(word)
    path = path / FILE_NAME if (path / FILE_NAME).is_file() else path
    if path.suffix not in {".yaml", ".yml"}:
        return read_side(path)
    system = desk.adopt(load_system([str(path)], desk.environ, ("pipelines", "policies")))
    name = desk.choose_one(system["pipelines"], pipeline, "pipeline")
    settings = Chosen(paths).over(system["pipelines"][name])
    options = RunOptions(seed=seed, policies=system["policies"])
    return rehearsed_side(word, (name, settings), options, ReplayWatcher(progress, word), should_stop)


def _fields(words: Sequence[str], option: str) -> list[FieldPath]:
    from tiktoktoe_cli.replay.events.field_path import FieldPath

    try:
        return [FieldPath.parse(word) for word in words]
    except ValueError as error:
        raise UsageError(f"`{option}`: {error}", hint="write a path such as `data.id`") from None

"""`tiktoktoe health watch`."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from tiktoktoe_cli.cli.health_options import (
    Choice,
    Concurrency,
    Groups,
    Services,
    Tags,
    WithDependencies,
    app,
    health_inputs,
)
from tiktoktoe_cli.cli.options import add_command
from tiktoktoe_cli.errors import ExitCode, UsageError
from tiktoktoe_cli.report import OutputFormat, ProgressChoice
from tiktoktoe_cli.report.catalog import SPECIAL_KINDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiktoktoe_cli.cli.desk import Desk
    from tiktoktoe_cli.health.watching.runner import WatchObserver
    from tiktoktoe_cli.health.watching.session import Listening, WatchOptions
    from tiktoktoe_cli.health.watching.watch import Change

_SHORTEST_NS = 100_000_000
_PERSONS = {OutputFormat.TABLE, OutputFormat.WIDE}


@add_command(
    app,
    "watch",
    reports=SPECIAL_KINDS,
    examples=(
        "tiktoktoe health watch --interval 1s --for 2s",
        "tiktoktoe health watch --group core --interval 1s --for 1s -o ndjson",
        "tiktoktoe health watch payments --listen 127.0.0.1:0 --for 1s",
    ),
)
def watch(  # noqa: PLR0913  # an option each
    desk: Desk,
    services: Services = None,
    *,
    tag: Tags = None,
    group: Groups = None,
    with_dependencies: WithDependencies = False,
    concurrency: Concurrency = None,
    interval: Annotated[
        str | None,
        typer.Option(metavar="DURATION", help="How often to make every check, whatever the YAML says."),
    ] = None,
    for_: Annotated[
        str | None, typer.Option("--for", metavar="DURATION", help="For how long; without end if not given.")
    ] = None,
    listen: Annotated[
        str | None,
        typer.Option(
            metavar="HOST:PORT",
            help="Also answer there: /, /health, /metrics, and /probe?target=...&module=...; port 0 takes a free one.",
        ),
    ] = None,
) -> ExitCode:
    """Check again and again, tell each change of state as a line, and sum it up at the end.

    A check has another state only when its thresholds say so. Ctrl-C and SIGTERM are how a watch ends: the exit code
    is 0 if nothing fails then, else 1. With `--for` it ends by itself, and one that is broken off before is
    interrupted (130) or terminated (143).
    """
    import asyncio

    from tiktoktoe_cli.health.watching.report import watch_report_of
    from tiktoktoe_cli.health.watching.session import watch_health

    choice = Choice(services, tag, group, with_dependencies)
    inputs = health_inputs(desk, choice, concurrency)
    options = _options(desk, interval, for_, listen)
    if not inputs.size and not listen:
        raise UsageError("no service to watch has a health check", hint="add `health` to one of them")
    with ExitStack() as stack:
        observer, should_stop = _observer(desk, stack), stack.enter_context(desk.stop_flag())
        facts = asyncio.run(watch_health(inputs, options, observer, should_stop))
    return desk.answer(watch_report_of(facts), should_stop.exit_code if facts.is_cut_short else None)


def _options(desk: Desk, interval: str | None, for_: str | None, listen: str | None) -> WatchOptions:
    from tiktoktoe_cli.cli.durations import duration_of
    from tiktoktoe_cli.health.watching.session import WatchOptions

    interval_ns = duration_of(interval, "--interval") if interval else None
    if interval_ns and interval_ns < _SHORTEST_NS:
        raise UsageError("`--interval`: expected 100ms or more", hint="as in the configuration")
    return WatchOptions(
        interval_ns,
        duration_of(for_, "--for") if for_ else None,
        _listening(desk, listen) if listen else None,
    )


def _listening(desk: Desk, text: str) -> Listening:
    from tiktoktoe_cli.health.listening.session import read_listening

    def opened(address: str) -> None:
        desk.terminal.say(f"listening on http://{address}/")

    listening, warning = read_listening(text, desk.terminal.mask, opened)
    if warning:
        desk.terminal.say(warning)
    return listening


def _observer(desk: Desk, stack: ExitStack) -> WatchObserver:
    """Choose how a watch is shown: as a board above which changes are told, or as changes alone."""
    from tiktoktoe_cli.cli.health_watchers import BoardWatcher, LineWatcher
    from tiktoktoe_cli.health.watching.report import draw_change

    terminal = desk.terminal
    if (
        not terminal.is_animated
        or terminal.options.quiet
        or terminal.options.progress is not ProgressChoice.AUTO
    ):
        return LineWatcher(_teller(desk))
    progress = stack.enter_context(desk.progress())

    def tell_above(change: Change) -> None:
        view = replace(terminal.message_view, color=False)
        progress.note(draw_change(change, view).rstrip("\n"))

    is_same_place = desk.output is not OutputFormat.NDJSON and terminal.answer_view.terminal
    tell = tell_above if is_same_place else _teller(desk)
    return BoardWatcher(tell, progress, unicode=terminal.message_view.unicode)


def _teller(desk: Desk) -> Callable[[Change], None]:
    return partial(_tell, desk)


def _tell(desk: Desk, change: Change) -> None:
    """Tell a change on standard output, but where that is kept for one document at the end."""
    from tiktoktoe_cli.health.watching.report import change_data, draw_change
    from tiktoktoe_cli.report.documents import draw_event

    terminal = desk.terminal
    if desk.output is OutputFormat.NDJSON:
        terminal.answer(draw_event("change", change_data(change), terminal.answer_view))
    elif desk.output in _PERSONS:
        terminal.answer(draw_change(change, terminal.answer_view))
    else:
        terminal.say(draw_change(change, replace(terminal.message_view, color=False)).rstrip("\n"))

"""`tiktoktoe health watch`."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from tiktoktoe_cli.cli.health_options import (
    OWN_REPORTS,
    Concurrency,
    Services,
    WithDependencies,
    app,
    health_inputs,
)
from tiktoktoe_cli.cli.options import Groups, Tags, add_command
from tiktoktoe_cli.errors import ExitCode, UsageError
from tiktoktoe_cli.report import OutputFormat, ProgressChoice

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tiktoktoe_cli.cli.desk import Desk
    from tiktoktoe_cli.health.settings import Module
    from tiktoktoe_cli.health.watching.runner import WatchObserver
    from tiktoktoe_cli.health.watching.session import Listener, WatchOptions
    from tiktoktoe_cli.health.watching.watch import Change
    from tiktoktoe_cli.report import Progress

    Modules: TypeAlias = Mapping[str, Module]

_PERSONS = {OutputFormat.TABLE, OutputFormat.WIDE}


@add_command(
    app,
    "watch",
    reports=OWN_REPORTS,
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
            help="Also answer there: /, /health, /metrics, and /probe?target=...&module=... (with &debug=true in "
            "words); port 0 takes a free one.",
        ),
    ] = None,
) -> ExitCode:
    """Check again and again, tell each change of state as a line, and sum it up at the end.

    A check has another state only when its thresholds say so. Ctrl-C and SIGTERM are how a watch ends: the exit code
    is 0 if nothing fails then, 3 if all that fails is what could not be checked, else 1. With `--for` it ends by
    itself, and one that is broken off before is interrupted (130) or terminated (143).
    """
    from tiktoktoe_cli.health.choice import Choice
    from tiktoktoe_cli.health.watching.report import draw_watch, watch_report_of
    from tiktoktoe_cli.health.watching.session import watch_health
    from tiktoktoe_cli.transport import loops

    choice = Choice(services, tag, group, with_dependencies)
    inputs = health_inputs(desk, choice, concurrency)
    options = _options(desk, interval, for_, listen, inputs.settings.modules)
    if not inputs.size and not listen:
        raise UsageError("no service to watch has a health check", hint="add `health` to one of them")
    with ExitStack() as stack:
        progress = stack.enter_context(desk.progress()) if _has_board(desk) else None
        should_stop = stack.enter_context(desk.stop_flag(progress))
        desk.begin("health watch")
        facts = loops.run(watch_health(inputs, options, _observer(desk, progress), should_stop))
    code = should_stop.exit_code if facts.is_partial else None
    report, view = watch_report_of(facts, inputs.place), desk.terminal.answer_view
    drawing = draw_watch(report, view) if view.terminal else None
    return desk.answer(report, code or facts.health.exit_code(), drawing=drawing)


def _options(
    desk: Desk, interval: str | None, for_: str | None, listen: str | None, modules: Modules
) -> WatchOptions:
    from tiktoktoe_cli.cli.durations import duration_of
    from tiktoktoe_cli.health.settings import LEAST_INTERVAL
    from tiktoktoe_cli.health.watching.session import WatchOptions

    interval_ns = duration_of(interval, "--interval") if interval else None
    if interval_ns and interval_ns < LEAST_INTERVAL:
        raise UsageError(f"`--interval`: expected {LEAST_INTERVAL} or more", hint="as in the configuration")
    return WatchOptions(
        interval_ns,
        duration_of(for_, "--for") if for_ else None,
        _listener(desk, listen, modules) if listen else None,
    )


def _listener(desk: Desk, text: str, modules: Modules) -> Listener:
    from tiktoktoe_cli.health.listening.session import open_listener, read_listening

    listening, warning = read_listening(text, desk.terminal.mask, desk.terminal.say, modules)
    if warning:
        desk.terminal.say(warning)
    return partial(open_listener, listening)


def _has_board(desk: Desk) -> bool:
    options = desk.terminal.options
    return desk.terminal.is_animated and not options.quiet and options.progress is ProgressChoice.AUTO


def _observer(desk: Desk, progress: Progress | None) -> WatchObserver:
    """Choose how a watch is shown: as a board above which changes are told, or as changes alone."""
    from tiktoktoe_cli.cli.health_watchers import BoardWatcher, LineWatcher
    from tiktoktoe_cli.health.watching.report import draw_change

    terminal = desk.terminal
    if progress is None:
        return LineWatcher(_teller(desk))

    def tell_above(change: Change) -> None:
        view = replace(terminal.message_view, color=False)
        for line in draw_change(change, view).splitlines():
            progress.note(line)

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

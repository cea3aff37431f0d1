"""`tiktoktoe health wait`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

from tiktoktoe_cli.cli.completion import check_names
from tiktoktoe_cli.cli.health_options import (
    OWN_REPORTS,
    Concurrency,
    WithDependencies,
    app,
    health_inputs,
)
from tiktoktoe_cli.cli.options import Groups, Tags, add_command
from tiktoktoe_cli.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from tiktoktoe_cli.cli.desk import Desk
    from tiktoktoe_cli.health.session import HealthInputs
    from tiktoktoe_cli.health.wait_session import WaitOptions
    from tiktoktoe_cli.health.waiting import WaitFacts
    from tiktoktoe_cli.processes import Command

_DASHES = "--"


class WithCommand(TyperCommand):
    """A command after which another one may stand, behind two dashes: its words arrive as `--then WORD`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # typer's context is private
        """Read our own arguments, and leave those of the other command alone."""
        if _DASHES in args:
            place = args.index(_DASHES)
            args = [*args[:place], *(f"--then={word}" for word in args[place + 1 :])]
        return super().parse_args(ctx, args)


@add_command(
    app,
    "wait",
    cls=WithCommand,
    reports=OWN_REPORTS,
    examples=(
        "tiktoktoe health wait --timeout 2s --invert",
        "tiktoktoe health wait payments ledger --timeout 2s --invert -- echo 'both are down'",
    ),
)
def wait(  # noqa: PLR0913  # an option each
    desk: Desk,
    services: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[SERVICE[/CHECK] ...] [-- COMMAND ...]",
            help="Only these services or checks, all without; and what to run then.",
            autocompletion=check_names,
        ),
    ] = None,
    *,
    tag: Tags = None,
    group: Groups = None,
    with_dependencies: WithDependencies = False,
    concurrency: Concurrency = None,
    timeout: Annotated[str, typer.Option(metavar="DURATION", help="How long to wait at most.")] = "60s",
    interval: Annotated[
        str, typer.Option(metavar="DURATION", help="The first pause between two rounds; they grow to 5s.")
    ] = "200ms",
    stable: Annotated[
        int,
        typer.Option(
            metavar="N",
            min=0,
            max=1000,
            help="How many rounds in a row must be good; 0 for what the checks' thresholds say.",
        ),
    ] = 0,
    invert: Annotated[bool, typer.Option("--invert", help="Wait until all of them are down.")] = False,
    then: Annotated[list[str] | None, typer.Option("--then", hidden=True)] = None,
) -> ExitCode:
    """Wait until every service is healthy, and say all the time what is still down and why; then run a command.

    The exit code is 0 as soon as all of them pass, and degraded is a pass; it is 3 if time was up before. COMMAND
    takes the place of this program then, with its terminal, signals and exit code, and is not started otherwise.
    Standard output is the command's own: with one, our answer goes to standard error.
    """
    from tiktoktoe_cli.health.choice import Choice
    from tiktoktoe_cli.health.render.about import About
    from tiktoktoe_cli.health.render.drawings import with_drawings
    from tiktoktoe_cli.health.render.status_page import StatusPage
    from tiktoktoe_cli.health.render.wait_report import wait_report_of

    options = _options(timeout, interval, stable, invert=invert)
    command = _command(desk, then)
    if command:
        desk.leave_stdout()
    inputs = health_inputs(desk, Choice(services, tag, group, with_dependencies), concurrency)
    if not inputs.size:
        raise UsageError("no service to wait for has a health check", hint="add `health` to one of them")
    facts, code = _wait(desk, inputs, options)
    page = StatusPage(facts.health, About(inputs.system))
    code = desk.answer(with_drawings(wait_report_of(facts, inputs.place), page), code)
    if command and code is ExitCode.YES:
        from tiktoktoe_cli.processes.replacement import become

        become(command)
    return code


def _options(timeout: str, interval: str, passes: int, *, invert: bool) -> WaitOptions:
    from tiktoktoe_cli.cli.durations import duration_of
    from tiktoktoe_cli.health.wait_session import WaitOptions
    from tiktoktoe_cli.health.waiting import Goal

    goal = Goal.DOWN if invert else Goal.HEALTHY
    return WaitOptions(duration_of(timeout, "--timeout"), duration_of(interval, "--interval"), passes, goal)


def _command(desk: Desk, words: list[str] | None) -> Command | None:
    """Return what to run in the end, if it could be run now: nobody wants to wait for a typing error."""
    from pathlib import Path

    from tiktoktoe_cli.processes import Command, check_command

    if words is None:
        return None
    command = Command(tuple(words), Path(), desk.environ)
    check_command(command)
    return command


def _wait(desk: Desk, inputs: HealthInputs, options: WaitOptions) -> tuple[WaitFacts, ExitCode | None]:
    from tiktoktoe_cli.cli.health_watchers import WaitWatcher
    from tiktoktoe_cli.health.wait_session import wait_for
    from tiktoktoe_cli.transport import loops

    with desk.progress() as progress, desk.stop_flag(progress) as should_stop:
        facts = loops.run(
            wait_for(inputs, options, WaitWatcher(progress, options.goal).on_round, should_stop)
        )
    return facts, None if facts.is_met else should_stop.exit_code or ExitCode.UNFINISHED

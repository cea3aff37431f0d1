"""`tiktoktoe health check`."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tiktoktoe_cli.cli.completion import words
from tiktoktoe_cli.cli.health_options import (
    OWN_REPORTS,
    Concurrency,
    Services,
    WithDependencies,
    app,
    health_inputs,
    run_checks,
)
from tiktoktoe_cli.cli.options import Groups, Tags, add_command
from tiktoktoe_cli.errors import ExitCode, TiktoktoeError, UsageError
from tiktoktoe_cli.report.catalog import OutputFormat

if TYPE_CHECKING:
    from tiktoktoe_cli.cli.desk import Desk
    from tiktoktoe_cli.health.choice import Choice
    from tiktoktoe_cli.health.facts import HealthFacts
    from tiktoktoe_cli.health.history import History, Trends
    from tiktoktoe_cli.health.render.about import About, CheckPlace
    from tiktoktoe_cli.report import Report


class FailOn(StrEnum):
    """From which state of a service on the answer is no."""

    DEGRADED = "degraded"
    UNHEALTHY = "unhealthy"


@add_command(
    app,
    "check",
    examples=(
        "tiktoktoe health check",
        "tiktoktoe health check payments --with-dependencies -o json",
        "tiktoktoe health check --group core --fail-on degraded",
        "tiktoktoe health check --report junit=out/health.xml --report html=out/health.html",
        "tiktoktoe health check --history out/health.db --keep 90d",
    ),
    reports=OWN_REPORTS,
)
def check(  # noqa: PLR0913  # an option each
    desk: Desk,
    services: Services = None,
    *,
    tag: Tags = None,
    group: Groups = None,
    with_dependencies: WithDependencies = False,
    concurrency: Concurrency = None,
    fail_on: Annotated[
        str | None,
        typer.Option(
            metavar="STATE",
            help=f"From when on the answer is no: {' or '.join(FailOn)}.",
            autocompletion=words(*FailOn),
            show_default=FailOn.UNHEALTHY,
        ),
    ] = None,
    history: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Keep the results there, and show the last 24 hours and 7 days of them."
        ),
    ] = None,
    keep: Annotated[str, typer.Option(metavar="DURATION", help="For how long they are kept.")] = "30d",
    nagios: Annotated[
        bool, typer.Option("--nagios", help="Answer as a monitoring plugin, with its exit codes 0 to 3.")
    ] = False,
) -> ExitCode:
    """Run every check once, all at the same time, and name the services that are the cause of what fails."""
    from tiktoktoe_cli.cli.desk import choose
    from tiktoktoe_cli.health.choice import Choice
    from tiktoktoe_cli.transport.loops import frozen

    wanted = Wanted(Choice(services, tag, group, with_dependencies), concurrency, history, keep)
    if nagios:
        return _answer_as_plugin(desk, wanted, fail_on)
    strict = choose(FailOn, fail_on or FailOn.UNHEALTHY, "--fail-on") is FailOn.DEGRADED
    found = _find_out(desk, wanted)
    with frozen():
        return desk.answer(found.report(strict=strict), found.code or found.facts.exit_code(strict=strict))


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a check was asked for."""

    choice: Choice
    concurrency: int | None
    history: Path | None
    keep: str


@dataclass(frozen=True, slots=True)
class Found:
    """What a check found out; there is a `code` if it was broken off, which says by what."""

    facts: HealthFacts
    about: About
    trends: Trends
    code: ExitCode | None
    place: CheckPlace

    def report(self, *, strict: bool) -> Report:
        """Make the report in all its forms."""
        from tiktoktoe_cli.health.render.drawings import with_drawings
        from tiktoktoe_cli.health.render.report import report_of
        from tiktoktoe_cli.health.render.status_page import StatusPage

        report = report_of(self.facts, strict=strict, place=self.place)
        if self.trends:
            from tiktoktoe_cli.health.history import with_trends

            report = with_trends(report, self.trends)
        return with_drawings(report, StatusPage(self.facts, self.about, trends=self.trends))


def _find_out(desk: Desk, wanted: Wanted) -> Found:
    from datetime import UTC, datetime

    from tiktoktoe_cli.health.render.about import About

    inputs = health_inputs(desk, wanted.choice, wanted.concurrency)
    with ExitStack() as stack:
        history = _open_history(desk, wanted, stack)
        facts, code = run_checks(desk, inputs)
        now = datetime.now(UTC)
        if history and (warning := history.add(facts, now)):
            desk.terminal.say(warning)
        trends = history.trends(now) if history else {}
        return Found(facts, About(inputs.system, at=now), trends, code, inputs.place)


def _open_history(desk: Desk, wanted: Wanted, stack: ExitStack) -> History | None:
    """Open the history before anything is checked: what cannot be kept is told at once."""
    from tiktoktoe_cli.cli.durations import duration_of

    keep_ns = duration_of(wanted.keep, "--keep")
    if wanted.history is None:
        return None
    from tiktoktoe_cli.health.history import open_history

    return stack.enter_context(open_history(wanted.history, keep_ns=keep_ns, mask=desk.terminal.mask))


def _answer_as_plugin(desk: Desk, wanted: Wanted, fail_on: str | None) -> ExitCode:
    """Answer in the words and the codes of the Monitoring Plugins: who cannot find out says UNKNOWN."""
    from tiktoktoe_cli.health.render.nagios import nagios_of
    from tiktoktoe_cli.report.plugin import PluginState
    from tiktoktoe_cli.report.verdicts import draw_nagios

    try:
        if fail_on or desk.output is not OutputFormat.TABLE:
            option = "--fail-on" if fail_on else "--output"
            hint = "a monitoring plugin has one form, and the states that decide are fixed"
            raise UsageError(f"`--nagios` does not go with `{option}`", hint=hint)
        found = _find_out(desk, wanted)
    except TiktoktoeError as error:
        desk.fail(error, "health check", draw=draw_nagios)
        return ExitCode(PluginState.UNKNOWN)
    text, code = nagios_of(found.facts, desk.terminal.answer_view)
    return desk.answer(found.report(strict=False), ExitCode(code), drawing=text, closing=False)

"""What can be wrong around a pipeline before it runs: files to read that are not there, tables that do not fit."""

from __future__ import annotations

from difflib import get_close_matches
from shutil import which
from typing import TYPE_CHECKING

from tiktoktoe_cli.errors import Problem, Severity, UsageError
from tiktoktoe_cli.replay.choices import CloudEventsCheck
from tiktoktoe_cli.replay.cloudevents import ATTRIBUTES
from tiktoktoe_cli.replay.enriching.opening import open_lookup
from tiktoktoe_cli.replay.enriching.table import ColumnError
from tiktoktoe_cli.replay.flow.following import check_following
from tiktoktoe_cli.replay.reading.files import find_files

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiktoktoe_cli.config.nodes import Step
    from tiktoktoe_cli.errors import Locate
    from tiktoktoe_cli.replay.settings.enrichment import LookupSettings
    from tiktoktoe_cli.replay.settings.pipeline import PipelineSettings
    from tiktoktoe_cli.replay.settings.stage import StageSettings

_NEAR = 0.8  # `dta` for `data`; a word of the user's own is further away


def check_pipeline(name: str, settings: PipelineSettings, place: Locate) -> Iterator[Problem]:
    """Yield what keeps a pipeline from running, each problem at its place; `place` locates a path of keys.

    A table belongs to the configuration: without it nothing can run. Events may come later than the check: an input
    that matches nothing is a warning.
    """
    here = ("pipelines", name)
    yield from _input_problems(settings, here, place)
    yield from _misspelt_names(settings, here, place)
    for position, stage in enumerate(settings.stages):
        if stage.context_enrichment:
            where = (*here, "stages", position, "context_enrichment", "lookup")
            yield from _table_problems(stage.context_enrichment.lookup, where, place)
    for destination, choice in settings.destinations.items():
        if choice.command is not None:
            yield from _missing_program(choice.command.run[0], (*here, "destinations", destination), place)


def _input_problems(settings: PipelineSettings, here: tuple[Step, ...], place: Locate) -> Iterator[Problem]:
    for position, path in enumerate(settings.input.paths):
        try:
            find_files([path])
        except UsageError as error:
            where = place(*here, "input", "paths", position)
            yield Problem("input-missing", error.message, where, error.hint, Severity.WARNING)
    try:
        check_following(settings, settings.input.paths)
    except UsageError as error:
        yield Problem("cannot-follow", error.message, place(*here, "input", "follow"), error.hint)


def _table_problems(lookup: LookupSettings, where: tuple[Step, ...], place: Locate) -> Iterator[Problem]:
    try:
        open_lookup(lookup)
    except ColumnError as error:
        yield Problem("lookup-column", error.message, place(*where, "match"), error.hint)
    except UsageError as error:
        yield Problem("lookup-table", error.message, place(*where, lookup.kind), error.hint)
    if lookup.command is not None:
        yield from _missing_program(lookup.command.run[0], where, place)


def _missing_program(program: str, where: tuple[Step, ...], place: Locate) -> Iterator[Problem]:
    if which(program) is None:
        hint = "install it, or write its path; a relative one starts where the command does"
        yield Problem(
            "program-missing", f"there is no program `{program}`", place(*where, "command", "run", 0), hint
        )


def _misspelt_names(settings: PipelineSettings, here: tuple[Step, ...], place: Locate) -> Iterator[Problem]:
    """Yield names of rules that are nearly those of attributes; events may have extensions of any other name."""
    if not any(_is_strict(stage) for stage in settings.stages):
        return
    for position, rule in enumerate(settings.routing):
        for name in sorted({path.partition(".")[0] for path in rule.when.names} if rule.when else ()):
            near = get_close_matches(name, ATTRIBUTES, n=1, cutoff=_NEAR)
            if near and name not in ATTRIBUTES:
                message = f"no attribute of CloudEvents is called `{name}`"
                where = place(*here, "routing", position, "when")
                hint = f"did you mean `{near[0]}`?"
                yield Problem("unknown-attribute", message, where, hint, Severity.WARNING)


def _is_strict(stage: StageSettings) -> bool:
    return stage.validation is not None and stage.validation.cloudevents is CloudEventsCheck.STRICT

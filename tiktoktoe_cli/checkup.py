"""`config check`: every problem of the whole configuration, also those that only a feature can see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tiktoktoe_cli.errors import Problem, Severity
from tiktoktoe_cli.report import Case, CaseOutcome, Report

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiktoktoe_cli.report import Json
    from tiktoktoe_cli.system import System


@dataclass(frozen=True, slots=True)
class Checkup:
    """The outcome: the files that were read and every problem in them, in the order of the text."""

    files: tuple[str, ...]
    problems: tuple[Problem, ...]


def check_everything(system: System) -> Checkup:
    """Collect the problems of a configuration that was read as far as possible."""
    document = system.document
    if not any(problem.severity is Severity.ERROR for problem in document.problems):
        document.problems += findings(system)
    return Checkup(tuple(document.sources), document.sorted_problems())


def report_of(checkup: Checkup) -> Report:
    """Turn a checkup into a report: one item a problem, one case a file."""
    errors = sum(problem.severity is Severity.ERROR for problem in checkup.problems)
    files = f"{len(checkup.files)} file{'s' * (len(checkup.files) != 1)}"
    found = f"{errors} error{'s' * (errors != 1)}" if errors else "no errors"
    return Report(
        command="config check",
        ok=not errors,
        verdict=f"{files} checked: {found}",
        summary={"files": list(checkup.files), "errors": errors, "problems": len(checkup.problems)},
        items=[_item(problem) for problem in checkup.problems],
        columns=(),
        name_key="code",
        problems=checkup.problems,
        cases=tuple(_cases(checkup)),
    )


def findings(system: System) -> Iterator[Problem]:
    """Yield what only a feature can see; it needs settings that are right in themselves."""
    from tiktoktoe_cli.graph import build_graph
    from tiktoktoe_cli.graph.rules import validate_graph
    from tiktoktoe_cli.health import find_vacuous
    from tiktoktoe_cli.simulation import check_scenario, simulated_services

    graph = build_graph(system["services"], system.place)
    checked = {name for name, checks in system["checks"].items() if checks}
    yield from validate_graph(graph, system["capacity"], checked)
    for name, checks in system["checks"].items():
        yield from find_vacuous(name, checks, system.place)
    services = simulated_services(graph, system["performance"])
    for name, settings in system["simulations"].items():
        yield from check_scenario(name, settings, services, system["policies"], system.place)


def _item(problem: Problem) -> dict[str, Json]:
    place = problem.place
    return {
        "code": problem.code,
        "severity": problem.severity.value,
        "message": problem.message,
        "file": place.file if place else None,
        "line": place.line if place else None,
    }


def _cases(checkup: Checkup) -> Iterator[Case]:
    if not checkup.problems:
        yield from (Case("config check", file, CaseOutcome.PASSED) for file in checkup.files)
    for problem in checkup.problems:
        outcome = CaseOutcome.FAILED if problem.severity is Severity.ERROR else CaseOutcome.PASSED
        yield Case(
            "config check", str(problem.place or problem.code), outcome, problem.message, place=problem.place
        )

"""`config check`: every problem of the whole configuration, also those that only a feature can see."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from importlib import import_module
from typing import TYPE_CHECKING

from tiktoktoe_cli.errors import Problem, Severity
from tiktoktoe_cli.report import Case, CaseOutcome, Report
from tiktoktoe_cli.words import plural

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tiktoktoe_cli.config.codes import Code
    from tiktoktoe_cli.graph.baseline import Baseline
    from tiktoktoe_cli.graph.rules import Subject
    from tiktoktoe_cli.health.settings import Examination
    from tiktoktoe_cli.orchestration.settings import ActionsSettings
    from tiktoktoe_cli.report import Json
    from tiktoktoe_cli.system import System

_ROOMS_WITH_CODES = (
    "config",
    "resilience",
    "transport",
    "client",
    "graph",
    "health",
    "replay",
    "simulation",
    "orchestration",
)


@dataclass(frozen=True, slots=True)
class Checkup:
    """The outcome: the files that were read and every problem in them, in the order of the text.

    `is_understood` says that the settings are right in themselves; what is left to find is what they say together.
    """

    files: tuple[str, ...]
    problems: tuple[Problem, ...]
    is_understood: bool


def check_everything(system: System, environ: Mapping[str, str]) -> Checkup:
    """Collect the problems of a configuration that was read as far as possible; `environ` has the PATH of programs."""
    document = system.document
    is_understood = not any(problem.severity is Severity.ERROR for problem in document.problems)
    if is_understood:
        document.problems += findings(system)
        document.problems += surroundings(system, environ)
    return Checkup(tuple(document.sources), document.sorted_problems(), is_understood)


def report_of(checkup: Checkup, fail_on: Severity = Severity.ERROR) -> Report:
    """Turn a checkup into a report: one item a problem, one case a file; not ok from a severity on."""
    errors = sum(problem.severity is Severity.ERROR for problem in checkup.problems)
    files = plural(len(checkup.files), "file")
    found = plural(errors, "error") if errors else "no errors"
    warnings = sum(problem.severity is Severity.WARNING for problem in checkup.problems)
    found += f", {plural(warnings, 'warning')}" if warnings else ""
    return Report(
        command="config check",
        ok=not any(problem.severity.reaches(fail_on) for problem in checkup.problems),
        verdict=f"{files} checked: {found}",
        summary={"files": list(checkup.files), "errors": errors, "problems": len(checkup.problems)},
        items=[_item(problem) for problem in checkup.problems],
        columns=(),
        name_key="code",
        problems=checkup.problems,
        cases=tuple(_cases(checkup, fail_on)),
    )


def findings(system: System) -> Iterator[Problem]:
    """Yield what only a feature can see; it needs settings that are right in themselves."""
    from tiktoktoe_cli.client.fallbacks import find_fallback_faults
    from tiktoktoe_cli.health import find_vacuous
    from tiktoktoe_cli.health.maintenance import find_unknown_groups
    from tiktoktoe_cli.resilience.lint import lint_policy
    from tiktoktoe_cli.simulation import check_scenario, simulated_services
    from tiktoktoe_cli.simulation.lint import lint_calls, lint_rates

    subject = subject_of(system)
    graph = subject.graph
    yield from _graph_findings(system, subject)
    for path, check in _checks(system):
        yield from find_vacuous(check, path, system.place)
    groups = {one.group for one in system["services"].values() if one.group}
    windows = [one.groups for one in system["health"].maintenance] if system["health"] else []
    yield from find_unknown_groups(windows, groups, system.place)
    for name, layers in system["policies"].items():
        yield from lint_policy(name, layers, system.place)
    yield from find_fallback_faults(system["requests"], system["policies"], system.place)
    services = simulated_services(graph, system["performance"])
    yield from lint_calls(services, system["policies"], system["simulations"], system.place)
    for name, settings in system["simulations"].items():
        yield from check_scenario(name, settings, services, system.place, system["policies"])
        yield from lint_rates(name, settings, services, system["policies"], system.place)


SUBJECT_PARTS = ("services", "graph", "capacity", "checks", "actions", "orchestration")
"""The parts of the configuration that the rules of the graph look at."""


def subject_of(system: System) -> Subject:
    """Collect what the rules of the graph look at, from all sections that say something about it."""
    from tiktoktoe_cli.graph import Graph
    from tiktoktoe_cli.graph.rules import Operations, Subject
    from tiktoktoe_cli.graph.rules.settings import GraphSettings
    from tiktoktoe_cli.graph.usage import find_uses

    checks, actions, plan = system["checks"], system["actions"], system["orchestration"]
    addresses = {
        name: [one for check in found if (one := check.probe.listens_at)] for name, found in checks.items()
    }
    operations = Operations(
        checked={name for name, found in checks.items() if found},
        startable=actions.keys(),
        announced={name for name, found in actions.items() if found.start.ready_line},
        undone={name for name, found in actions.items() if found.rollback},
        drained={name for name, found in actions.items() if found.drain},
        uses=find_uses(addresses, {name: _start_texts(name, found) for name, found in actions.items()}),
        deadline=plan and plan.deadline,
    )
    graph = Graph(system["services"], system.value_place, system.place)
    settings = system["graph"] or GraphSettings()
    return Subject(graph, system["capacity"], operations, settings, _is_bare(system))


def _start_texts(name: str, actions: ActionsSettings) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """List what a service is told when it is started, with where that is written."""
    at = ("services", name, "actions", "start")
    for variable, value in actions.start.env.items():
        yield (*at, "env", variable), value
    for position, argument in enumerate(actions.start.run):
        yield (*at, "run", position), argument


def _is_bare(system: System) -> Callable[..., bool]:
    """Make the function that tells whether a text stands in the file itself, and without quotes."""
    from tiktoktoe_cli.config.nodes import ScalarNode

    def is_bare(*path: str | int) -> bool:
        node = system.document.node(path) or system.document.node(path[:-1])  # `ledger: 1.10` is a short form
        return isinstance(node, ScalarNode) and node.plain and not node.interpolated

    return is_bare


def _graph_findings(system: System, subject: Subject) -> Iterator[Problem]:
    """Yield what the rules of the graph find, without what is accepted."""
    from tiktoktoe_cli.graph.baseline import Baseline
    from tiktoktoe_cli.graph.validation import validate

    path = subject.settings.baseline
    baseline = Baseline() if path is None else baseline_at(system, os.path.relpath(path))
    if isinstance(baseline, Problem):
        yield baseline
        baseline = Baseline()
    yield from validate(subject, baseline=baseline).findings


def baseline_at(system: System, path: str) -> Baseline | Problem:
    """Read a baseline; its text joins those that frames are drawn from."""
    from tiktoktoe_cli.config.reader import read_source
    from tiktoktoe_cli.graph.baseline import read_baseline

    source = read_source(path)
    if isinstance(source, Problem):
        return replace(source, place=source.place or system.place("graph", "baseline"))
    system.document.sources[source.name] = source.text
    return read_baseline(source.name, source.text)


def _checks(system: System) -> Iterator[tuple[tuple[str | int, ...], Examination]]:
    """List the checks of all services, and those without a target, with where they stand."""
    for name, checks in system["checks"].items():
        for position, check in enumerate(checks):
            yield ("services", name, "health", position), check
    for name, module in (system["health"].modules if system["health"] else {}).items():
        yield ("health", "modules", name), module


def surroundings(system: System, environ: Mapping[str, str]) -> Iterator[Problem]:
    """Yield what the configuration needs of this machine and does not find: tables, events, programs.

    Commands that need them look themselves, so that nobody is told twice. What may be there on another machine, or
    later, is a warning.
    """
    from tiktoktoe_cli.orchestration.launcher import unstartable
    from tiktoktoe_cli.replay import check_pipeline

    for name, settings in system["pipelines"].items():
        yield from check_pipeline(name, settings, system.value_place)
    for name, error in unstartable(system["actions"], environ):
        where = system.place("services", name, "actions", "start", "run")
        yield Problem("program-missing", error.message, where, error.hint, Severity.WARNING)


def explanations() -> dict[str, Code]:
    """Return what every code means that can stand in brackets: the rooms' own, and the graph's rules."""
    from tiktoktoe_cli.config.codes import Code
    from tiktoktoe_cli.graph.rules import READING, RULES

    modules = (import_module(f"tiktoktoe_cli.{room}.codes") for room in _ROOMS_WITH_CODES)
    codes: list[Code] = [code for module in modules for code in module.CODES]
    known = {entry.code: entry for entry in codes}
    before = [
        _named_in_the_field(rule, title, [known[code] for code in ids])
        for rule, (title, ids) in READING.items()
    ]
    rules = [Code(rule.id, f"{rule.title}. {rule.why}", rule.example, rule.fix) for rule in RULES]
    return known | {entry.code: entry for entry in (*before, *rules)}


def _named_in_the_field(rule: str, title: str, codes: list[Code]) -> Code:
    """Explain a rule that is applied while the text is read, by the codes that its findings have."""
    meanings = " ".join(f"`{code.code}`: {code.meaning}" for code in codes)
    return replace(codes[0], code=rule, meaning=f"{title}. Reported with more precise codes. {meanings}")


def _item(problem: Problem) -> dict[str, Json]:
    place = problem.place
    return {
        "code": problem.code,
        "severity": problem.severity.value,
        "message": problem.message,
        "file": place.file if place else None,
        "line": place.line if place else None,
    }


def _cases(checkup: Checkup, fail_on: Severity) -> Iterator[Case]:
    if not checkup.problems:
        yield from (Case("config check", file, CaseOutcome.PASSED) for file in checkup.files)
    for problem in checkup.problems:
        outcome = CaseOutcome.FAILED if problem.severity.reaches(fail_on) else CaseOutcome.PASSED
        yield Case(
            "config check", str(problem.place or problem.code), outcome, problem.message, place=problem.place
        )

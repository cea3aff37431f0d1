"""`config check`: every problem of the whole configuration, also those that only a feature can see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tiktoktoe_cli.errors import Problem, Severity
from tiktoktoe_cli.report import Case, CaseOutcome, Report, RuleText
from tiktoktoe_cli.report.diagnostics import tally
from tiktoktoe_cli.report.documents import problem_data
from tiktoktoe_cli.words import plural

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tiktoktoe_cli.config.codes import Code
    from tiktoktoe_cli.graph.rules import Subject
    from tiktoktoe_cli.health.settings import Examination
    from tiktoktoe_cli.system import System


@dataclass(frozen=True, slots=True)
class Checkup:
    """The outcome: the files that were read and every problem in them, the worst first.

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
    found = ", ".join(filter(None, ["" if errors else "no errors", tally(checkup.problems)]))
    return Report(
        command="config check",
        ok=not any(problem.severity.reaches(fail_on) for problem in checkup.problems),
        verdict=f"{files} checked: {found}",
        summary={"files": list(checkup.files), "errors": errors, "problems": len(checkup.problems)},
        items=[problem_data(problem) for problem in checkup.problems],
        tells_problems=True,
        columns=(),
        name_key="code",
        problems=checkup.problems,
        rules=_rules(checkup.problems),
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
    from tiktoktoe_cli.subject import subject_of

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


def _graph_findings(system: System, subject: Subject) -> Iterator[Problem]:
    """Yield what the rules of the graph find, without what is accepted."""
    from tiktoktoe_cli.baseline import configured, read
    from tiktoktoe_cli.graph.findings.baseline import Baseline
    from tiktoktoe_cli.graph.findings.validation import validate

    baseline = read(system, configured(system))
    if isinstance(baseline, Problem):
        yield baseline
        baseline = Baseline()
    yield from validate(subject, baseline=baseline).findings


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


def _rules(problems: tuple[Problem, ...]) -> dict[str, RuleText]:
    """Explain the codes that were found; each weighs as much as where it was found first."""
    from tiktoktoe_cli.explanations import explanations

    known = explanations() if problems else {}
    return {
        problem.code: _rule(known[problem.code], problem.severity)
        for problem in reversed(problems)
        if problem.code in known
    }


def _rule(entry: Code, severity: Severity) -> RuleText:
    title, _, _ = entry.meaning.partition(". ")
    fix = entry.right or f"`tiktoktoe config explain {entry.code}` says what is known of it"
    return RuleText(title, entry.meaning, fix, severity)


def _cases(checkup: Checkup, fail_on: Severity) -> Iterator[Case]:
    if not checkup.problems:
        yield from (Case("config check", file, CaseOutcome.PASSED) for file in checkup.files)
    for problem in checkup.problems:
        outcome = CaseOutcome.FAILED if problem.severity.reaches(fail_on) else CaseOutcome.PASSED
        yield Case(
            "config check", str(problem.place or problem.code), outcome, problem.message, place=problem.place
        )

"""Which findings are accepted: suppressed for a reason, or known to the baseline; and what accepts nothing any more."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from tiktoktoe_cli.graph.rules.rule import Finding
from tiktoktoe_cli.report.facts import Acceptance, AcceptanceKind
from tiktoktoe_cli.words import listed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from tiktoktoe_cli.errors import Problem
    from tiktoktoe_cli.graph.findings.baseline import Baseline
    from tiktoktoe_cli.graph.rules.rule import Subject
    from tiktoktoe_cli.graph.rules.settings import SuppressionSettings

_FOR_NOW = Acceptance(AcceptanceKind.EXTERNAL, "accepted for now, in the baseline")


@dataclass(frozen=True, slots=True)
class Findings:
    """Findings by whether they are accepted, each of those with the reason."""

    open: tuple[Problem, ...]
    accepted: tuple[tuple[Problem, Acceptance], ...]


def split_findings(
    problems: Iterable[Problem], suppressions: Iterable[SuppressionSettings], baseline: Baseline
) -> Findings:
    """Part what the rules found; a suppression comes before the baseline."""
    by_rule = defaultdict(list)
    for suppression in suppressions:
        if suppression.reason.strip():
            by_rule[suppression.rule].append(suppression)
    still_open, accepted = [], []
    for problem in problems:
        fitting = next((one for one in by_rule.get(problem.code, ()) if accepts(one, problem)), None)
        if fitting:
            accepted.append((problem, Acceptance(AcceptanceKind.IN_SOURCE, fitting.reason.strip())))
        elif problem.identity in baseline.entries:
            accepted.append((problem, _FOR_NOW))
        else:
            still_open.append(problem)
    return Findings(tuple(still_open), tuple(accepted))


def accepts(suppression: SuppressionSettings, problem: Problem) -> bool:
    """Tell whether a finding of the suppression's rule is about all that it names."""
    return all(
        any(name == pattern or fnmatchcase(name, pattern) for name in problem.about)
        for pattern in suppression.services
    )


def find_stale(
    subject: Subject, problems: Sequence[Problem], baseline: Baseline, judged: Collection[str]
) -> Iterator[Finding]:
    """Find what accepts none of the problems, although its rule is one of those that found everything.

    The other half of TTG902, beside the rule's own check: rules do not see what other rules found.
    """
    found = {problem.identity for problem in problems}
    for entry, place in baseline.entries.items():
        rule, *names = entry
        if rule in judged and entry not in found:
            about = f" about {listed(names, limit=5)}" if names else ""
            message = f"the baseline accepts {rule}{about}, which is no longer found"
            hint = "remove the line, or write the file anew with `--update-baseline`"
            yield Finding(message, place, hint, about=entry)
    by_rule = defaultdict(list)
    for problem in problems:
        by_rule[problem.code].append(problem)
    for number, one in enumerate(subject.settings.suppress):
        is_idle = one.rule in judged and not any(accepts(one, problem) for problem in by_rule[one.rule])
        if is_idle and one.reason.strip():
            place = subject.graph.place("graph", "suppress", number)
            message = f"this suppression of {one.rule} accepts nothing: no such finding is left"
            yield Finding(message, place, "remove it", about=(one.rule, *one.services))

"""What the rules found, without what is accepted; the facts of `graph validate`, and of `config check`."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tiktoktoe_cli.errors import worst_first
from tiktoktoe_cli.graph.findings.acceptance import find_stale, split_findings
from tiktoktoe_cli.graph.findings.baseline import Baseline
from tiktoktoe_cli.graph.rules import RULES, validate_graph
from tiktoktoe_cli.graph.rules.acceptance import STALE
from tiktoktoe_cli.graph.starting.plan import waves_if_any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tiktoktoe_cli.errors import Problem
    from tiktoktoe_cli.graph.model import Graph
    from tiktoktoe_cli.graph.rules import Rule, Subject
    from tiktoktoe_cli.graph.starting.plan import Waves
    from tiktoktoe_cli.report.facts import Acceptance


@dataclass(frozen=True, slots=True)
class Validation:
    """What the rules that were applied found: open findings, the worst first, and those that are accepted.

    A rule may tell all of its open findings as one; the accepted ones are told one by one. `waves` is None if the
    services cannot be ordered.
    """

    graph: Graph
    waves: Waves | None
    rules: tuple[Rule, ...]
    findings: tuple[Problem, ...]
    accepted: tuple[tuple[Problem, Acceptance], ...] = ()


@dataclass(frozen=True, slots=True)
class Pass:
    """All that the rules that were applied to a system found, whether it is accepted or not."""

    subject: Subject
    rules: tuple[Rule, ...]
    problems: tuple[Problem, ...]

    @property
    def judged(self) -> frozenset[str]:
        """The ids of the rules that found everything: what these do not find is gone."""
        return frozenset(rule.id for rule in self.rules if rule.can_judge(self.subject))


def apply(subject: Subject, rules: Sequence[Rule] = RULES) -> Pass:
    """Apply the rules that are not off."""
    applied = tuple(rule for rule in rules if rule.severity_in(subject.settings))
    return Pass(subject, applied, tuple(validate_graph(subject, applied)))


def validate(
    subject: Subject,
    rules: Sequence[Rule] = RULES,
    baseline: Baseline = Baseline(),  # noqa: B008  # frozen
) -> Validation:
    """Apply rules, and take off what is accepted."""
    return judge(apply(subject, rules), baseline)


def judge(found: Pass, baseline: Baseline) -> Validation:
    """Take off what is accepted, and find what accepts nothing."""
    subject = found.subject
    split = split_findings(found.problems, subject.settings.suppress, baseline)
    findings = [*_gathered(found.rules, split.open), *_stale(found, baseline)]
    return Validation(
        subject.graph, waves_if_any(subject.graph), found.rules, tuple(worst_first(findings)), split.accepted
    )


def renewed(found: Pass, baseline: Baseline) -> Baseline:
    """Return a baseline that accepts all that is not suppressed; what it says of rules that did not judge stays."""
    judged = found.judged
    split = split_findings(found.problems, found.subject.settings.suppress, Baseline())
    kept = {entry: place for entry, place in baseline.entries.items() if entry[0] not in judged}
    return Baseline(kept | dict.fromkeys(problem.identity for problem in split.open))


def _gathered(rules: Sequence[Rule], problems: Iterable[Problem]) -> Iterator[Problem]:
    by_rule = defaultdict(list)
    for problem in problems:
        by_rule[problem.code].append(problem)
    for rule in rules:
        yield from rule.gather(by_rule[rule.id])


def _stale(found: Pass, baseline: Baseline) -> Iterator[Problem]:
    severity = STALE.severity_in(found.subject.settings)
    if severity and STALE in found.rules:
        for finding in find_stale(found.subject, found.problems, baseline, found.judged):
            yield STALE.problem(finding, severity)

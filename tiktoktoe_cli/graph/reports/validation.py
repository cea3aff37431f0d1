"""The findings of `graph validate` as a report."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING

from tiktoktoe_cli.errors import Severity
from tiktoktoe_cli.graph.rules import READING, RULES
from tiktoktoe_cli.graph.size import size_words, start_counts
from tiktoktoe_cli.report.catalog import OutputFormat
from tiktoktoe_cli.report.diagnostics import tally
from tiktoktoe_cli.report.documents import problem_data
from tiktoktoe_cli.report.facts import (
    AcceptanceKind,
    Case,
    CaseOutcome,
    Column,
    Metric,
    MetricKind,
    Report,
    Sample,
)
from tiktoktoe_cli.report.names import draw_names
from tiktoktoe_cli.words import plural

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tiktoktoe_cli.errors import Problem
    from tiktoktoe_cli.graph.findings.baseline import Renewal
    from tiktoktoe_cli.graph.findings.validation import Validation
    from tiktoktoe_cli.graph.rules import Rule
    from tiktoktoe_cli.report.facts import Acceptance, Json
    from tiktoktoe_cli.report.view import View

_ACCEPTED_BY = {AcceptanceKind.IN_SOURCE: "suppression", AcceptanceKind.EXTERNAL: "baseline"}


def report_of(
    facts: Validation, fail_on: Severity = Severity.ERROR, renewal: Renewal | None = None
) -> Report:
    """Turn findings into a report; it is not ok if an open one is at least as bad as `fail_on`.

    `renewal` tells of the baseline, if it was written.
    """
    tallies = Counter(problem.severity for problem in facts.findings)
    codes = dict.fromkeys(problem.code for problem in facts.findings)
    accepted = Counter(_ACCEPTED_BY[acceptance.kind] for _, acceptance in facts.accepted)
    return Report(
        command="graph validate",
        ok=not any(severity.reaches(fail_on) for severity in tallies),
        verdict=f"{size_words(facts.graph, facts.waves)}: {', '.join(_found(facts))}",
        summary={
            **start_counts(facts.graph, facts.waves),
            "findings": {severity.value: tallies[severity] for severity in Severity},
            "accepted": {by: accepted[by] for by in _ACCEPTED_BY.values()},
            "baseline": asdict(renewal) if renewal else None,
        },
        items=[
            *(_item(problem, None) for problem in facts.findings),
            *(_item(problem, acceptance) for problem, acceptance in facts.accepted),
        ],
        columns=(),  # persons see the findings as problems, in code frames
        drawings={OutputFormat.NAME: partial(_draw_names, list(codes))},
        problems=facts.findings,
        tells_problems=True,
        accepted=facts.accepted,
        rules={rule.id: rule.text for rule in facts.rules},
        cases=_cases(facts, fail_on),
        metrics=tuple(_metrics(facts)),
        next_steps=tuple(f"tiktoktoe config explain {code}" for code in codes),
    )


def told(renewal: Renewal) -> str:
    """Say what came of writing the baseline anew."""
    counts = (
        f"{plural(renewal.accepted, 'finding')} accepted, {renewal.added:,} new, {renewal.removed:,} removed"
    )
    return f"wrote `{renewal.file}`: {counts}"


def rules_report() -> Report:
    """List all rules, and what is found before any of them is applied."""
    items: list[dict[str, Json]] = [
        {"rule": rule_id, "severity": Severity.ERROR.value, "title": title, "codes": list(codes)}
        for rule_id, (title, codes) in READING.items()
    ]
    items += (
        {"rule": rule.id, "severity": rule.severity.value, "title": rule.title, "codes": [rule.id]}
        for rule in RULES
    )
    items.sort(key=lambda item: str(item["rule"]))
    columns = (Column("rule", "RULE"), Column("severity", "SEVERITY"), Column("title", "TITLE"))
    return Report(
        "graph validate", True, f"{len(items)} rules", {"rules": len(items)}, items, columns, name_key="rule"
    )


def _draw_names(codes: Sequence[str], view: View) -> str:
    """Name the rules that have an open finding: what is accepted is among the items, too."""
    items = [{"rule": code} for code in codes]
    return draw_names(Report("graph validate", ok=not items, verdict="", items=items, name_key="rule"), view)


def _found(facts: Validation) -> list[str]:
    accepted = [f"{len(facts.accepted):,} accepted"] if facts.accepted else []
    return [tally(facts.findings) or "no findings", *accepted]


def _item(problem: Problem, acceptance: Acceptance | None) -> dict[str, Json]:
    found = problem_data(problem)
    return {
        "rule": found.pop("code"),
        **found,
        "about": problem.about,
        "accepted": {"by": _ACCEPTED_BY[acceptance.kind], "reason": acceptance.reason}
        if acceptance
        else None,
    }


def _metrics(facts: Validation) -> Iterator[Metric]:
    """Count the findings; a rule that was applied and found nothing is a zero, so that alerts on it end."""
    severities = dict.fromkeys(Severity, 0) | Counter(problem.severity for problem in facts.findings)
    rules = {rule.id: 0 for rule in facts.rules} | Counter(problem.code for problem in facts.findings)
    ways = dict.fromkeys(_ACCEPTED_BY.values(), 0)
    accepted = ways | Counter(_ACCEPTED_BY[acceptance.kind] for _, acceptance in facts.accepted)
    for name, meaning, label, counts in (
        ("findings", "open findings, by how grave they are", "severity", severities),
        ("rule_findings", "open findings of each rule that was applied", "rule", rules),
        ("accepted_findings", "findings that do not count, by where they are accepted", "by", accepted),
    ):
        samples = tuple(Sample(float(count), ((label, key),)) for key, count in counts.items())
        yield Metric(f"tiktoktoe_graph_{name}", MetricKind.GAUGE, meaning, "", samples)


def _cases(facts: Validation, fail_on: Severity) -> tuple[Case, ...]:
    """Count each rule as one test; one that was not applied is skipped, and so is each finding that is accepted."""
    found = defaultdict(list)
    for problem in facts.findings:
        found[problem.code].append(problem)
    return (
        *(_case(rule, found[rule.id], fail_on) if rule in facts.rules else _skipped(rule) for rule in RULES),
        *(_accepted(problem, acceptance) for problem, acceptance in facts.accepted),
    )


def _case(rule: Rule, found: list[Problem], fail_on: Severity) -> Case:
    failed = any(problem.severity.reaches(fail_on) for problem in found)
    return Case(
        group="graph",
        name=f"{rule.id} {rule.title}",
        outcome=CaseOutcome.FAILED if failed else CaseOutcome.PASSED,
        message="\n".join(f"{one.place}: {one.message}" if one.place else one.message for one in found),
        place=found[0].place if found else None,
    )


def _skipped(rule: Rule) -> Case:
    return Case("graph", f"{rule.id} {rule.title}", CaseOutcome.SKIPPED, "this rule was not applied")


def _accepted(problem: Problem, acceptance: Acceptance) -> Case:
    name = f"{problem.code} {' '.join(problem.about)}".rstrip()
    reason = f"{problem.message} ({_ACCEPTED_BY[acceptance.kind]}: {acceptance.reason})"
    return Case("graph", name, CaseOutcome.SKIPPED, reason, place=problem.place)

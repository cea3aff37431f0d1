"""What came of a pipeline's tests, as a report: a case each, every difference at its place in the YAML."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.errors import Problem
from tiktoktoe_cli.report.facts import Case, CaseOutcome, Column, Report, Shows
from tiktoktoe_cli.words import duration, plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiktoktoe_cli.errors import Locate
    from tiktoktoe_cli.replay.testing.trial import Tried

_COLUMNS = (
    Column("pipeline", "PIPELINE"),
    Column("name", "TEST"),
    Column("state", "STATE", shows=Shows.STATE),
    Column("failures", "FAILURES", shows=Shows.NUMBER),
    Column("took_s", "TOOK", wide=True, shows=Shows.SECONDS),
)


def report_of(tried: Sequence[tuple[str, Tried]], place: Locate = lambda *_: None) -> Report:
    """Draw the report; `place` locates expectations in the user's files."""
    failed = sum(bool(test.failures) for _, test in tried)
    updated = [str(path) for _, test in tried for path in test.updated]
    took = duration(sum(test.took_s for _, test in tried))
    parts = [plural(len(tried), "test"), f"{failed:,} failed" if failed else "all passed"]
    parts += [f"{plural(len(updated), 'file')} updated"] if updated else []
    return Report(
        command="replay test",
        ok=not failed,
        verdict=f"{', '.join(parts)} in {took}" if tried else "there are no tests",
        summary={"tests": len(tried), "failed": failed, "updated": [*updated]},
        items=[
            {
                "pipeline": pipeline,
                "name": test.name,
                "state": "failed" if test.failures else "passed",
                "failures": len(test.failures),
                "took_s": test.took_s,
                "messages": [failure.message for failure in test.failures],
            }
            for pipeline, test in tried
        ],
        columns=_COLUMNS,
        problems=tuple(
            Problem(
                "test-failed",
                f"{test.name}: {failure.message}",
                place("pipelines", pipeline, "tests", test.number, *failure.at),
            )
            for pipeline, test in tried
            for failure in test.failures
        ),
        cases=tuple(
            Case(
                pipeline,
                test.name,
                CaseOutcome.FAILED if test.failures else CaseOutcome.PASSED,
                "\n".join(failure.message for failure in test.failures),
                test.took_s,
                place("pipelines", pipeline, "tests", test.number),
            )
            for pipeline, test in tried
        ),
        next_steps=("tiktoktoe config explain pipelines.tests",) if not tried else (),
    )

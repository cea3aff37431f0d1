"""SARIF: what code scanners take must be right by the standard's own schema, and within their limits.

The schema in `schemas/` is the one of the standard (OASIS, SARIF 2.1.0).
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.report.hostile import ANY_TEXT, REPORT, SECRET, mask
from tiktoktoe_cli.errors import Place, Problem, Severity
from tiktoktoe_cli.report import Acceptance, AcceptanceKind, Report, ReportKind, RuleText, View, render_report

SCHEMA = json.loads((Path(__file__).parent / "schemas" / "sarif-2.1.0.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema_rs.validator_for(SCHEMA)
CYCLE = Problem(
    "TTG101",
    "these wait for each other: `cart` → `pricing` → `cart`",
    Place("services.yaml", 12, 7, 14),
    "remove the dependency of `cart` on `pricing`",
    related=(("`pricing` depends on `cart`", Place("shop/more services.yaml", 21, 7, 11)),),
    about=("cart", "pricing"),
)
RULES = {
    "TTG101": RuleText("cycle of start edges", "None of them ever starts.", "Remove an edge.", Severity.ERROR)
}


def report_of(*problems: Problem, **more: Any) -> Report:  # what a report holds
    """Make the report of a validation that found these."""
    return Report("graph validate", ok=not problems, verdict="", problems=problems, rules=RULES, **more)


def run_of(report: Report) -> dict[str, Any]:  # JSON
    """Draw a report, hold it against the schema, and return its run."""
    text = render_report(report, ReportKind.SARIF, View(mask=mask))
    document: dict[str, Any] = json.loads(text)
    VALIDATOR.validate(document)
    (run,) = document["runs"]
    return dict(run)


def test_a_finding_is_a_result_at_its_line() -> None:
    """The result has the rule, the level, the place with its columns, and the other places as links."""
    run = run_of(report_of(CYCLE))

    (result,) = run["results"]
    assert (result["ruleId"], result["ruleIndex"], result["level"]) == ("TTG101", 0, "error")
    assert result["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "services.yaml"},
                "region": {"startLine": 12, "startColumn": 7, "endLine": 12, "endColumn": 14},
            }
        }
    ]
    (related,) = result["relatedLocations"]
    assert related["id"] == 1
    assert related["physicalLocation"]["artifactLocation"] == {"uri": "shop/more%20services.yaml"}
    assert result["message"]["text"].splitlines() == [
        "these wait for each other: `cart` → `pricing` → `cart`",
        "[`pricing` depends on `cart`](1)",
        "help: remove the dependency of `cart` on `pricing`",
    ]


def test_the_rules_that_were_broken_are_explained_once() -> None:
    """The table of rules holds each one that a result names, with its meaning and its fix."""
    other = replace(CYCLE, code="TTG102", severity=Severity.WARNING)

    run = run_of(report_of(CYCLE, other, replace(CYCLE, about=("a", "b"))))

    known, unknown = run["tool"]["driver"]["rules"]
    assert (known["id"], known["help"]["text"]) == ("TTG101", "Remove an edge.")
    assert known["defaultConfiguration"] == {"level": "error"}
    assert unknown == {"id": "TTG102"}
    assert [result["ruleIndex"] for result in run["results"]] == [0, 0, 1]


def test_a_fingerprint_does_not_depend_on_lines_or_words() -> None:
    """What moves, or is told in other words, stays the same finding; what is about others is another."""
    moved = replace(CYCLE, place=Place("services.yaml", 99, 1), message="another text")
    other = replace(CYCLE, about=("cart", "stock"))

    marks = [
        run_of(report_of(one))["results"][0]["partialFingerprints"]["primaryLocationLineHash"]
        for one in (CYCLE, moved, other)
    ]

    assert marks[0] == marks[1] != marks[2]
    assert marks[0].endswith(":1")


def test_the_same_finding_twice_has_two_fingerprints() -> None:
    """Scanners drop a second result with the fingerprint of the first."""
    run = run_of(report_of(CYCLE, CYCLE))

    first, second = (result["partialFingerprints"]["primaryLocationLineHash"] for result in run["results"])
    assert (first[:-2], second[-2:]) == (second[:-2], ":2")


def test_what_is_accepted_is_marked_as_suppressed() -> None:
    """A finding that does not count is there with its reason, and not as an open one."""
    acceptance = Acceptance(AcceptanceKind.IN_SOURCE, "both are one process")

    run = run_of(report_of(accepted=((CYCLE, acceptance),)))

    (result,) = run["results"]
    assert result["suppressions"] == [{"kind": "inSource", "justification": "both are one process"}]


def test_no_more_results_than_scanners_take() -> None:
    """Of 25,002 findings the 25,000 worst are there, and a notice says how many are not."""
    notes = [Problem("TTG106", f"note {number}", severity=Severity.INFO) for number in range(25_001)]

    run = run_of(report_of(*notes, CYCLE))

    assert len(run["results"]) == 25_000
    assert run["results"][0]["ruleId"] == "TTG101"
    (notice,) = run["invocations"][0]["toolExecutionNotifications"]
    assert notice["message"]["text"].startswith("2 more results are left out")


def test_a_clean_system_has_a_run_without_results() -> None:
    """An empty list closes what was open; no list at all would not."""
    assert run_of(report_of())["results"] == []


def test_brackets_of_users_are_no_links() -> None:
    """What stands in brackets in a name is text, and not a link to a place."""
    run = run_of(report_of(replace(CYCLE, message="`a[1](2)`", related=(), hint=None)))

    assert run["results"][0]["message"]["text"] == r"`a\[1\](2)`"


def test_the_hostile_report_is_valid_and_keeps_its_secret() -> None:
    """Control characters, emoji and secrets in messages and files do no harm."""
    text = render_report(REPORT, ReportKind.SARIF, View(mask=mask))

    VALIDATOR.validate(json.loads(text))
    assert SECRET not in text
    assert "\x1b" not in json.loads(text)["runs"][0]["results"][0]["message"]["text"]


@given(text=ANY_TEXT.filter(str.strip), unicode=st.booleans())
def test_any_text_gives_a_valid_document(*, text: str, unicode: bool) -> None:
    """No name that a user can write makes the document invalid."""
    problem = Problem(
        text, text, Place(text, 1, 1), text, related=((text, Place(text, 2, 3)),), about=(text,)
    )

    drawn = render_report(report_of(problem), ReportKind.SARIF, View(unicode=unicode))

    VALIDATOR.validate(json.loads(drawn))


def test_it_is_like_the_least_that_scanners_ask_for(vectors: Path) -> None:
    """Every key of the smallest document that is known to be accepted is in ours."""
    least = json.loads((vectors / "graph" / "formats" / "sarif_minimum.json").read_text(encoding="utf-8"))[
        "runs"
    ][0]

    ours = run_of(report_of(CYCLE))

    assert least["results"][0].keys() - {"partialFingerprints"} <= ours["results"][0].keys()
    assert least.keys() <= ours.keys()


@pytest.mark.parametrize("kind", list(AcceptanceKind))
def test_the_kinds_of_suppression_are_the_standards(kind: AcceptanceKind) -> None:
    """The standard knows two kinds of suppressions."""
    assert kind.value in SCHEMA["definitions"]["suppression"]["properties"]["kind"]["enum"]

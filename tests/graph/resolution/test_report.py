"""What `graph resolve` answers, as a report: choices, contradictions, and what to do about them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.graph.systems import graph_of, value_place
from tiktoktoe_cli.errors import UsageError
from tiktoktoe_cli.graph.reports.resolution import draw_explanations, report_of
from tiktoktoe_cli.graph.resolution import Preference, Resolution, resolve
from tiktoktoe_cli.graph.resolution.budget import Budget
from tiktoktoe_cli.report import CaseOutcome, OutputFormat, ReportKind, View, render, render_report

FITTING: dict[str, Any] = {  # what YAML can hold
    "web": {"version": "1.0.0", "depends_on": {"db": "^1.4"}},
    "db": {"version": "1.4.0", "available": ["1.5.0"]},
}
MOVING: dict[str, Any] = {  # as above
    "web": {"version": "1.0.0", "depends_on": {"db": "^1.4", "api": "*"}},
    "api": {
        "version": "3.0.0",
        "available": [{"version": "2.0.0", "depends_on": {"audit": "^1", "db": "^1"}}],
        "depends_on": {"db": "^2"},
    },
    "db": {"version": "2.0.0", "available": ["1.5.0"]},
    "audit": {"available": ["1.0.0"]},
    "spare": {"available": ["1.0.0"]},
    "user": {"available": [{"version": "1.0.0", "depends_on": {"spare": "*"}}, "1.1.0"]},
}
CLASHING: dict[str, Any] = {  # as above
    "web": {"version": "1.0.0", "depends_on": {"db": "^1"}},
    "job": {"version": "1.0.0", "depends_on": {"db": "^2"}},
    "db": {"version": "2.0.0", "available": ["1.5.0"]},
}
CHAINED: dict[str, Any] = {  # as above
    "shop": {"version": "1.0.0", "depends_on": {"cart": "^1", "db": "^1"}},
    "cart": {"available": [{"version": "1.2.0", "depends_on": {"db": "^2"}}]},
    "db": {"available": ["1.0.0", "2.0.0"]},
}


def test_what_fits_is_kept() -> None:
    """Nothing is shown of it, but who asks for everything sees who asked for which version."""
    facts = resolve(graph_of(FITTING))
    report = report_of(facts)

    assert report.ok
    assert report.verdict == "2 services: what is deployed fits together"
    assert render(report, OutputFormat.TABLE, View()) == ""
    assert render(report_of(facts, everything=True), OutputFormat.TABLE, View()) == (
        "SERVICE  DEPLOYED  CHOSEN  CHANGE  WHY\n"
        "web      1.0.0     1.0.0   keep    <none>\n"
        "db       1.4.0     1.4.0   keep    web needs ^1.4\n"
    )
    assert report.problems == ()
    assert report.advice == ()


def test_changes_come_first_with_their_reasons() -> None:
    """Upgrades, downgrades, additions, and what nothing needs; each says why, and where it is to be written."""
    report = report_of(resolve(graph_of(MOVING)))

    rows = {str(item["name"]): (item["deployed"], item["chosen"], item["change"]) for item in report.items}
    assert rows == {
        "api": ("3.0.0", "2.0.0", "downgrade"),
        "db": ("2.0.0", "1.5.0", "downgrade"),
        "audit": (None, "1.0.0", "add"),
        "user": (None, "1.1.0", "add"),
        "web": ("1.0.0", "1.0.0", "keep"),
        "spare": (None, None, "none"),
    }
    assert list(rows)[-2:] == ["web", "spare"]
    by_name = {item["name"]: item for item in report.items}
    assert by_name["db"]["why"] == "web needs ^1.4, api needs ^1"
    assert by_name["api"]["why"] == "api 3.0.0 needs db ^2"
    assert by_name["audit"]["why"] == "api needs it"
    assert by_name["db"]["asked_by"] == [{"name": "web", "version": "^1.4"}, {"name": "api", "version": "^1"}]
    assert by_name["db"]["place"] == str(value_place("services", "db", "version"))
    assert report.verdict == "6 services fit together with 4 changes: 2 to downgrade, 2 to add; 2 stay"
    assert report.advice == (
        'at services/api/version:1 write `version: "2.0.0"` for `api`',
        'at services/api/depends_on/audit/version:1 add `audit: "^1"` to `depends_on` of `api`',
        'at services/api/depends_on/db/version:1 write `db: "^1"` for `api`',
        'at services/db/version:1 write `version: "1.5.0"` for `db`',
        'at services/audit/version:1 write `version: "1.0.0"` for `audit`',
        'at services/user/version:1 write `version: "1.1.0"` for `user`',
    )
    assert report.summary["advice"] == report.advice
    assert by_name["api"]["edits"] == [
        {
            "path": ("services", "api", *path),
            "value": value,
            "is_new": is_new,
            "place": f"{'/'.join(('services', 'api', *path))}:1:{column}",
        }
        for path, value, is_new, column in (
            (("version",), "2.0.0", False, 9),
            (("depends_on", "audit", "version"), "^1", True, 1),
            (("depends_on", "db", "version"), "^1", False, 9),
        )
    ]


@pytest.mark.parametrize("form", [OutputFormat.TABLE, OutputFormat.WIDE, OutputFormat.MARKDOWN])
def test_persons_see_what_changes(form: OutputFormat) -> None:
    """What stays is left out of every form for persons, unless they ask for everything."""
    facts = resolve(graph_of(MOVING))

    short = render(report_of(facts), form, View())
    whole = render(report_of(facts, everything=True), form, View())

    assert "downgrade" in short
    assert "keep" not in short
    assert "keep" in whole


def test_a_comment_has_what_is_to_be_written() -> None:
    """In Markdown, what to write where stands above the table."""
    drawn = render(report_of(resolve(graph_of(MOVING))), OutputFormat.MARKDOWN, View())

    assert '- at services/db/version:1 write \\`version: "1.5.0"\\` for \\`db\\`\n' in drawn


def test_an_upgrade_that_nobody_asked_for_is_said_to_be_one() -> None:
    """Where new versions are preferred, being newer is the reason."""
    (first, _) = report_of(resolve(graph_of(FITTING), Preference.NEWEST)).items

    assert (first["name"], first["change"], first["why"]) == ("db", "upgrade", "newer, and in all ranges")


@pytest.mark.parametrize(("system", "ok"), [(FITTING, True), (MOVING, False)])
def test_a_pipeline_may_ask_whether_anything_has_to_change(system: dict[str, Any], *, ok: bool) -> None:
    """With `check` the answer is no if a service has to change; its test case has failed."""
    facts = resolve(graph_of(system))

    report = report_of(facts, check=True)

    assert report_of(facts).ok
    assert report.ok is ok
    failed = {case.name for case in report.cases if case.outcome is CaseOutcome.FAILED}
    assert failed == {choice.service for choice in facts.changes}


def test_a_conflict_is_a_problem_with_places_and_fixes() -> None:
    """The sentence is the message, the ranges are the places, what was tried out is the hint."""
    report = report_of(resolve(graph_of(CLASHING)))

    (problem,) = report.problems
    assert not report.ok
    assert report.verdict == "3 services: 1 conflict, no choice of versions fits together"
    assert problem.code == "TTG202"
    assert problem.place == value_place("services", "web", "depends_on", "db", "version")
    assert problem.related == (
        ("`job` needs `db` in `^2`", value_place("services", "job", "depends_on", "db", "version")),
    )
    assert problem.about == ("db", "web", "job")
    assert problem.hint is not None
    assert problem.hint.splitlines() == [
        "any one of these ends the conflict:",
        "- widen the range of `web` on `db` (services/web/depends_on/db/version:1) to `^1 || ^2.0.0`",
        "- widen the range of `job` on `db` (services/job/depends_on/db/version:1) to `^2 || ^1.5.0`",
    ]
    assert report.next_steps == ("tiktoktoe config explain TTG202",)
    assert [case.outcome for case in report.cases] == [CaseOutcome.FAILED]
    assert report.items == []


def test_machines_get_everything_about_a_conflict() -> None:
    """The needs with their places, the explanation and every change of every fix."""
    conflicts = report_of(resolve(graph_of(CLASHING))).summary["conflicts"]

    assert isinstance(conflicts, list)
    (conflict,) = conflicts
    assert conflict["is_minimal"]
    assert conflict["has_all_fixes"]
    assert [(need["service"], need["needs"], need["version"]) for need in conflict["needs"]] == [
        ("web", "db", "^1"),
        ("job", "db", "^2"),
    ]
    assert [fix["changes"] for fix in conflict["fixes"]] == [
        [{"kind": "widen", "service": "web", "dependency": "db", "to": "^1 || ^2.0.0"}],
        [{"kind": "widen", "service": "job", "dependency": "db", "to": "^2 || ^1.5.0"}],
    ]


def test_a_chain_is_drawn_below_the_problem() -> None:
    """What takes more than one step is explained, broken at the width of a terminal."""
    facts = resolve(graph_of(CHAINED))

    drawn = draw_explanations(facts, View())
    on_terminal = draw_explanations(facts, View(terminal=True, width=60))

    assert drawn is not None
    assert drawn.startswith("how it comes to this, `cart`:\n  Because ")
    assert drawn.endswith("no choice of versions is left.\n")
    assert on_terminal is not None
    assert max(map(len, on_terminal.splitlines())) <= 60
    assert draw_explanations(resolve(graph_of(CLASHING)), View()) is None


def test_a_service_that_may_not_change_may_be_let() -> None:
    """With only some services to change, the first fix is one service more."""
    facts = resolve(graph_of(MOVING), movable=["db"])

    (problem,) = report_of(facts).problems

    assert problem.hint is not None
    (fix,) = (line for line in problem.hint.splitlines() if line.startswith("- deploy"))
    assert fix.startswith("- deploy `api 2.0.0`: let it change, too: at services/api/version:1 write ")
    assert 'at services/db/version:1 write `version: "1.5.0"` for `db`' in fix


def test_only_what_may_change_is_shown() -> None:
    """Who asks about one service sees that one, and what comes with it."""
    facts = resolve(graph_of(FITTING), Preference.NEWEST, ["db"])

    assert [item["name"] for item in report_of(facts).items] == ["db"]


def test_what_may_change_must_be_a_service() -> None:
    """A misspelt name would let nothing change, and leave that unsaid."""
    with pytest.raises(UsageError) as refused:
        resolve(graph_of(FITTING), movable=["dbb"])

    assert (refused.value.message, refused.value.hint) == ("unknown service: `dbb`", "did you mean `db`?")


def test_without_an_answer_nothing_is_claimed() -> None:
    """A search that gave up has neither choices nor contradictions."""
    facts = resolve(graph_of(MOVING), budget=Budget(left=3))

    assert facts.gave_up
    assert not resolve(graph_of({})).gave_up


def test_what_is_deployed_is_an_answer_where_the_newest_was_not_found() -> None:
    """In a ring of three, each 2 needs a 3 and each 3 a 2: nothing newer fits, which takes a search to find out."""
    others = {"2.0.0": "3.0.0", "3.0.0": "2.0.0"}
    ring = {
        name: {
            "version": "1.0.0",
            "depends_on": {after: {"kind": "runtime"}},
            "available": [{"version": one, "depends_on": {after: other}} for one, other in others.items()],
        }
        for name, after in (("a", "b"), ("b", "c"), ("c", "a"))
    }
    enough = next(left for left in range(1, 1000) if not resolve(graph_of(ring), budget=Budget(left)).gave_up)

    short = resolve(graph_of(ring), Preference.NEWEST, budget=Budget(enough))
    proved = resolve(graph_of(ring), Preference.NEWEST)

    assert (short.gave_up, short.changes, short.is_best, proved.is_best) == (False, (), False, True)
    assert report_of(short).verdict == (
        "3 services: what is deployed fits together; "
        "not proved to be the best choice: the search for a better one gave up"
    )
    assert report_of(proved).verdict == "3 services: what is deployed fits together"


def test_fixes_that_were_not_looked_for_are_not_denied() -> None:
    """Where the budget ends during the search for what helps, that is said."""
    enough = next(
        left for left in range(1, 1000) if not resolve(graph_of(CLASHING), budget=Budget(left)).gave_up
    )

    (problem,) = report_of(resolve(graph_of(CLASHING), budget=Budget(enough))).problems

    assert problem.hint == "what would help was not found out: the search gave up"


@pytest.mark.parametrize("name", ['quo"te', "line\nend", "🦀", "x" * 300, "`tick`", "]]>&<", "\x1b[31m"])
def test_hostile_names_survive_every_format(name: str) -> None:
    """Names with quotes, line ends, escapes or 300 characters are drawn in every format, and obeyed in none."""
    facts: list[Resolution] = [
        resolve(graph_of({name: one["web"] | {"depends_on": {"db": "^1"}}, **one}))
        for one in (FITTING, CLASHING)
    ]

    for report in map(report_of, facts):
        drawn = [render(report, form, View()) for form in (OutputFormat.JSON, OutputFormat.YAML)]
        drawn += [render_report(report, kind, View()) for kind in (ReportKind.JUNIT, ReportKind.SARIF)]
        assert all(drawn)
        assert not any("\x1b" in text for text in drawn)

"""What is left of the findings once those that are accepted are taken off."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.graph.systems import place, subject_of
from tiktoktoe_cli.errors import Place, Severity
from tiktoktoe_cli.graph.findings.baseline import Baseline
from tiktoktoe_cli.graph.findings.validation import Validation, apply, judge, renewed, validate
from tiktoktoe_cli.graph.rules import RULES, Subject, choose_rules
from tiktoktoe_cli.report import AcceptanceKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiktoktoe_cli.graph.rules.rule import Finding

SERVICES: dict[str, Any] = {  # what YAML can hold
    "legacy-a": {"depends_on": {"b": {}, "c": {}}},
    "b": {"depends_on": {"c": {}}},
    "c": {},
    "x": {},
    "y": {},
}
REDUNDANT = ("TTG105", "legacy-a", "c")


def suppressing(*entries: dict[str, Any], **settings: Any) -> Subject:
    """Make the system of this file, with suppressions."""
    return subject_of(SERVICES, settings={"suppress": entries, **settings})


def told(found: Validation) -> list[tuple[str, ...]]:
    """Return the open findings by rule and what they are about."""
    return [problem.identity for problem in found.findings]


def test_findings_are_told_the_worst_first() -> None:
    """A warning comes before a note, wherever both stand."""
    found = validate(subject_of(SERVICES))

    assert told(found) == [REDUNDANT, ("TTG106", "x", "y")]
    assert [one.severity for one in found.findings] == [Severity.WARNING, Severity.INFO]


@pytest.mark.parametrize(
    "services", [["legacy-a", "c"], ["c", "legacy-a"], ["legacy-*"], ["c"], ["*"], []], ids=str
)
def test_a_suppression_accepts_what_is_about_all_that_it_names(services: list[str]) -> None:
    """In any order, with patterns, and every finding of the rule where it names nothing."""
    found = validate(suppressing({"rule": "TTG105", "services": services, "reason": "it is meant"}))

    assert told(found) == [("TTG106", "x", "y")]
    ((problem, acceptance),) = found.accepted
    assert problem.identity == REDUNDANT
    assert (acceptance.kind, acceptance.reason) == (AcceptanceKind.IN_SOURCE, "it is meant")


@pytest.mark.parametrize(
    ("rule", "services"),
    [("TTG105", ["legacy-a", "b"]), ("TTG105", ["Legacy-a"]), ("TTG105", ["legacy"]), ("TTG109", [])],
    ids=str,
)
def test_a_suppression_that_accepts_nothing_is_stale(rule: str, services: list[str]) -> None:
    """It would hide the next finding that looks the same."""
    found = validate(suppressing({"rule": rule, "services": services, "reason": "it is meant"}))

    assert told(found) == [REDUNDANT, ("TTG902", rule, *services), ("TTG106", "x", "y")]
    assert found.findings[1].place == place("graph", "suppress", 0)


@pytest.mark.parametrize("reason", ["", "   "])
def test_a_suppression_without_a_reason_accepts_nothing_and_says_so(reason: str) -> None:
    """It is one finding more, not one less; and it is not called stale as well."""
    found = validate(suppressing({"rule": "TTG105", "reason": reason}))

    assert told(found) == [REDUNDANT, ("TTG903", "TTG105"), ("TTG106", "x", "y")]


def test_two_suppressions_of_one_finding_are_both_of_use() -> None:
    """The first one's reason is told; the other is not stale."""
    entries = [
        {"rule": "TTG105", "services": ["c"], "reason": "first"},
        {"rule": "TTG105", "services": ["legacy-a"], "reason": "second"},
    ]

    found = validate(suppressing(*entries))

    assert [one.reason for _, one in found.accepted] == ["first"]
    assert told(found) == [("TTG106", "x", "y")]


def test_one_of_several_that_are_told_at_once_can_be_accepted() -> None:
    """The others are still told."""
    found = validate(suppressing({"rule": "TTG106", "services": ["x"], "reason": "a tool"}))

    assert told(found) == [REDUNDANT, ("TTG106", "y")]


def test_that_a_suppression_is_stale_cannot_be_suppressed() -> None:
    """Whoever does not want to hear it turns the rule off."""
    entries = [{"rule": "TTG109", "reason": "gone"}, {"rule": "TTG902", "reason": "let it be"}]

    found = validate(suppressing(*entries))

    assert [code for code, *_ in told(found)] == ["TTG105", "TTG902", "TTG902", "TTG106"]


def test_what_is_in_the_baseline_is_accepted_for_now() -> None:
    """It does not count, and is there with its reason."""
    found = validate(subject_of(SERVICES), baseline=Baseline({REDUNDANT: None, ("TTG106", "x"): None}))

    assert told(found) == [("TTG106", "y")]
    assert {one.kind for _, one in found.accepted} == {AcceptanceKind.EXTERNAL}


def test_an_entry_of_the_baseline_that_is_mended_is_a_finding() -> None:
    """It stands at its line of the baseline."""
    place = Place("known.txt", 7, 1)

    found = validate(subject_of(SERVICES), baseline=Baseline({("TTG105", "b", "c"): place}))

    (stale,) = [one for one in found.findings if one.code == "TTG902"]
    assert stale.place == place
    assert stale.message == "the baseline accepts TTG105 about `b` and `c`, which is no longer found"


def test_an_entry_that_is_suppressed_as_well_is_not_stale() -> None:
    """What it speaks of is still there."""
    subject = suppressing({"rule": "TTG105", "reason": "it is meant"})

    found = validate(subject, baseline=Baseline({REDUNDANT: None}))

    assert told(found) == [("TTG106", "x", "y")]


@pytest.mark.parametrize("level", ["error", "warning", "info"])
def test_a_rule_can_matter_more_or_less(level: str) -> None:
    """The configuration decides."""
    found = validate(subject_of(SERVICES, settings={"severity": {"TTG105": level}}))

    assert found.findings[[one.code for one in found.findings].index("TTG105")].severity == Severity(level)


def test_a_rule_that_is_off_is_not_applied() -> None:
    """And neither is what accepts its findings called stale."""
    subject = suppressing({"rule": "TTG105", "reason": "it is meant"}, severity={"TTG105": "off"})

    found = validate(subject, baseline=Baseline({REDUNDANT: None}))

    assert told(found) == [("TTG106", "x", "y")]
    assert "TTG105" not in {rule.id for rule in found.rules}


def test_what_accepts_findings_of_rules_that_are_left_out_is_not_stale() -> None:
    """Who asks for one rule does not hear of the others."""
    subject = suppressing({"rule": "TTG109", "reason": "gone"})

    found = validate(subject, choose_rules(["TTG106", "TTG902"]), Baseline({REDUNDANT: None}))

    assert told(found) == [("TTG106", "x", "y")]


def test_what_accepts_findings_that_a_cycle_hides_is_not_stale() -> None:
    """Without a start order nothing is redundant or overruled; once the cycle is cut, the findings are back."""
    circle: dict[str, Any] = {"x": {"depends_on": {"y": {}}}, "y": {"depends_on": {"x": {}}}}
    suppress = [{"rule": "TTG109", "reason": "it is meant"}]
    subject = subject_of(SERVICES | circle, settings={"suppress": suppress})
    known = Baseline({REDUNDANT: None})

    found = validate(subject, baseline=known)

    assert {code for code, *_ in told(found)} == {"TTG101"}
    assert REDUNDANT in renewed(apply(subject), known).entries


def test_nothing_is_called_stale_where_that_rule_is_left_out() -> None:
    """It can be ignored as any other."""
    found = validate(suppressing({"rule": "TTG109", "reason": "gone"}), choose_rules([], ["TTG902"]))

    assert told(found) == [REDUNDANT, ("TTG106", "x", "y")]


def test_a_new_baseline_accepts_all_that_is_open() -> None:
    """One entry each, also where a person is told of several at once, without what is stale or suppressed."""
    subject = suppressing({"rule": "TTG106", "services": ["y"], "reason": "a tool"})
    before = Baseline({("TTG105", "b", "c"): None})

    after = renewed(apply(subject, RULES), before)

    assert set(after.entries) == {REDUNDANT, ("TTG106", "x")}
    assert told(validate(subject, baseline=after)) == []


def test_a_renewal_and_its_report_are_of_one_pass() -> None:
    """The rules look at the system once, whatever is made of what they found."""
    looks: list[Subject] = []

    def look(subject: Subject) -> Iterator[Finding]:
        looks.append(subject)
        return iter(())

    rule = replace(RULES[0], check=look)
    found = apply(subject_of(SERVICES), [rule])

    judge(found, renewed(found, Baseline()))

    assert len(looks) == 1


def test_a_new_baseline_keeps_what_was_not_looked_at() -> None:
    """Who updates it for one rule does not lose the others' entries."""
    before = Baseline({REDUNDANT: None, ("TTG106", "gone"): None})

    after = renewed(apply(subject_of(SERVICES), choose_rules(["TTG106"])), before)

    assert set(after.entries) == {REDUNDANT, ("TTG106", "x"), ("TTG106", "y")}


def test_lines_that_move_change_nothing() -> None:
    """The same findings elsewhere are as accepted as before."""
    subject = subject_of(SERVICES)
    baseline = renewed(apply(subject, RULES), Baseline())
    moved = replace(
        subject,
        graph=replace(subject.graph, place=lambda *_: None, value_place=lambda *_: Place("b.yaml", 99, 9)),
    )

    assert told(validate(moved, baseline=baseline)) == []


@pytest.mark.parametrize("name", ["a b", '"', "line\nend", "🦀", "\u202e", "*", "[x]", "x" * 300, " ", "#"])
def test_hostile_names_can_be_accepted(name: str) -> None:
    """Patterns do not keep a name from being itself."""
    services: dict[str, Any] = {
        name: {"depends_on": {"b": {}, "c": {}}},
        "b": {"depends_on": {"c": {}}},
        "c": {},
    }
    entry = {"rule": "TTG105", "services": [name, "c"], "reason": "it is meant"}

    found = validate(subject_of(services, settings={"suppress": [entry]}))

    assert told(found) == []

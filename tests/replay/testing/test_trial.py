"""The tests of a pipeline say exactly what is not as it must be."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from tiktoktoe_cli.replay import RunOptions
from tiktoktoe_cli.replay.testing.report import report_of
from tiktoktoe_cli.replay.testing.trial import Tried, try_out

if TYPE_CHECKING:
    from tests.replay.conftest import Json, Shelf


def event(n: int, **more: Any) -> dict[str, Any]:
    """Make an event."""
    return {"id": f"e{n}", "time": f"2026-03-02T08:00:{n:02}Z", "n": n} | more


def tried(shelf: Shelf, test: Json, *, is_updating: bool = False, **changed: Any) -> Tried:
    """Try a test out on a pipeline with two destinations."""
    settings = shelf.settings(
        **{
            "routing": [{"when": "n < 2", "to": ["few"]}, {"to": ["all"]}],
            "destinations": {name: {"file": f"{shelf.folder}/out/{name}.ndjson"} for name in ("few", "all")},
            "tests": [{"name": "t"} | test],
        }
        | changed
    )
    return try_out("p", settings, 0, RunOptions(), is_updating=is_updating, clock=lambda: 0)


def told(shelf: Shelf, test: Json, **changed: Any) -> list[tuple[tuple[str | int, ...], str]]:
    """Tell the failures of a test."""
    return [(failure.at, failure.message) for failure in tried(shelf, test, **changed).failures]


def test_a_test_passes_if_all_is_as_it_must_be(shelf: Shelf) -> None:
    """By equality, by a part, by a condition, by number; in order; and nothing is left behind."""
    test = {
        "input": [event(0), event(5, data={"a": 1, "b": 2}), event(6), "{"],
        "expect": {
            "few": [{"equals": event(0)}],
            "all": [{"contains": {"data": {"b": 2}}}, {"where": "n > 5"}],
        },
        "dead_letters": [{"reason": "parse", "stage": "input"}],
    }

    assert told(shelf, test) == []
    assert told(shelf, test | {"expect": {"few": 1, "all": 2}, "dead_letters": 1}) == []
    assert list(shelf.folder.iterdir()) == []


@pytest.mark.parametrize(
    ("expect", "at", "message"),
    [
        ({"all": [{"equals": event(5) | {"n": 5.0}}]}, ("expect", "all", 0), "`/n` is 5, expected 5.0"),
        ({"all": [{"contains": {"x": 1}}]}, ("expect", "all", 0), "`/x` is missing, expected 1"),
        ({"all": [{"equals": {"n": 5}}]}, ("expect", "all", 0), '`/id` is not expected: "e5"'),
        ({"all": [{"where": "n > 5"}]}, ("expect", "all", 0), "`n > 5` is not true"),
        ({"all": 2}, ("expect", "all"), "`all` got 1 event, expected 2"),
        ({}, ("expect", "all"), "`all` got 1 event, expected 0"),
        ({"all": 1, "few": 1}, ("expect", "few"), "`few` got 0 events, expected 1"),
    ],
)
def test_a_difference_is_told_with_its_place(
    shelf: Shelf, expect: Json, at: tuple[str | int, ...], message: str
) -> None:
    """What was expected, and what was found."""
    failures = told(shelf, {"input": [event(5)], "expect": expect})

    assert failures
    assert failures[0][0] == at
    assert any(message in found for _, found in failures)


def test_the_order_counts_unless_it_is_said_not_to(shelf: Shelf) -> None:
    """Each expected event takes one that fits."""
    events = [{"contains": {"n": 6}}, {"contains": {"n": 5}}]
    test = {"input": [event(5), event(6)]}

    assert len(told(shelf, test | {"expect": {"all": events}})) == 2
    assert told(shelf, test | {"expect": {"all": {"events": events, "any_order": True}}}) == []
    twice = [events[0], events[0]]
    assert told(shelf, test | {"expect": {"all": {"events": twice, "any_order": True}}})


def test_an_unexpected_dead_letter_says_why_it_died(shelf: Shelf) -> None:
    """Otherwise one would look for the event in vain."""
    failures = told(shelf, {"input": [event(5, time="soon")]})

    assert any("the time `time` is not valid" in message for _, message in failures)


def test_what_remembers_events_works_as_in_a_run(shelf: Shelf) -> None:
    """A session of two, and a duplicate."""
    test = {
        "input": [event(2, k="a"), event(3, k="a"), event(3, k="a")],
        "expect": {"all": [{"contains": {"correlationcount": 2}}] * 2},
    }
    stages = [{"dedupe": {"key": ["id"]}}, {"correlation": {"key": "k", "window": "5m"}}]

    assert told(shelf, test, stages=stages) == []


def test_a_file_is_compared_and_updated(shelf: Shelf) -> None:
    """`--update` writes what came out; after that it is as it must be."""
    golden = shelf.folder / "golden" / "all.ndjson"
    test = {"input": [event(5)], "expect": {"all": str(golden)}}

    assert "there is no file" in told(shelf, test)[0][1]
    assert tried(shelf, test, is_updating=True).updated == [golden]
    assert json.loads(golden.read_bytes()) == event(5)
    assert tried(shelf, test, is_updating=True).updated == []
    assert "line 1 of `all`" in told(shelf, test | {"input": [event(6)]})[0][1]


@pytest.mark.parametrize(
    "test",
    [{"name": "t"}, {"name": "t", "input": [{}], "expect": {"nobody": 1}}, {"name": "t", "input": [3]}],
)
def test_a_test_that_makes_no_sense_is_refused(shelf: Shelf, test: Json) -> None:
    """Without events, about a destination that is not there, or with what is no event."""
    with pytest.raises(ValidationError):
        shelf.settings(tests=[test])


def test_a_report_has_a_case_for_each(shelf: Shelf) -> None:
    """With every difference in it."""
    report = report_of(
        [
            ("p", tried(shelf, {"input": [event(5)]})),
            ("p", tried(shelf, {"input": [event(1)], "expect": {"few": 1}})),
        ]
    )

    assert not report.ok
    assert [case.outcome.value for case in report.cases] == ["failed", "passed"]
    assert "`all` got 1 event, expected 0" in report.cases[0].message


def test_lookups_answer_what_the_test_says(shelf: Shelf) -> None:
    """No server is asked: a row, none, or why there is no answer, by key; other keys have no row."""
    lookup = {"http": {"url": "http://127.0.0.1:1/{key}"}, "key": "who"}
    stage = {"context_enrichment": {"lookup": lookup, "into": "row"}}
    test = {
        "input": [event(2, who="ada"), event(3, who="bob"), event(4, who="eve"), event(5, who="?")],
        "lookups": {"context_enrichment": {"ada": {"tier": 1}, "bob": None, "eve": "timed out"}},
        "expect": {
            "all": [{"contains": {"row": {"tier": 1}}}, {"where": "row == null"}, {"where": "n == 5"}]
        },
        "dead_letters": [{"reason": "lookup", "contains": {"who": "eve"}}],
    }

    assert told(shelf, test, stages=[stage]) == []


def test_a_test_names_stages_that_look_something_up(shelf: Shelf) -> None:
    """A name that is none is a mistake, not silence."""
    with pytest.raises(ValidationError, match="context_enrichment"):
        tried(shelf, {"input": [event(2)], "lookups": {"context_enrichment": {}}})

"""Aggregation: one event of those of a key in a window, with what the YAML asks of them."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tiktoktoe_cli.replay.events.batch import Drop
from tiktoktoe_cli.replay.settings.aggregation import AggregateSettings
from tiktoktoe_cli.replay.stages.aggregation import FUNCTIONS

if TYPE_CHECKING:
    from tests.replay.conftest import Shelf

MINUTES = {"window": {"tumbling": "5m"}}


def at(minute: int, **more: object) -> dict[str, object]:
    """Make an event of a minute after eight."""
    return {"time": f"2026-03-02T08:{minute:02}:00Z", **more}


def test_makes_one_event_of_those_of_a_key_in_a_window(shelf: Shelf) -> None:
    """It says of whom it is, when, how many they were, and what was asked; nothing else of them is left."""
    shelf.events(at(0, k="x", n=5, type="a"), at(1, k="y", n=1, type="a"), at(4, k="x", n=2.5, type="b"))
    fields = {"total": {"sum": "n"}, "bs": {"count": 'type == "b"'}, "largest": {"max": "n"}}

    facts = shelf.run({"aggregate": {"key": "k", "type": "k.total", "fields": fields, **MINUTES}})

    ours = next(event for event in shelf.read("all") if event["data"]["key"] == "x")
    assert (ours["type"], ours["source"], ours["id"]) == (
        "k.total",
        "tiktoktoe/aggregate",
        "x@2026-03-02T08:00:00.000Z",
    )
    assert ours["time"] == "2026-03-02T08:04:00.000Z"
    assert ours["data"] == {
        "key": "x",
        "window": {"start": "2026-03-02T08:00:00.000Z", "end": "2026-03-02T08:05:00.000Z"},
        "count": 2,
        "total": 7.5,
        "bs": 1,
        "largest": 5,
    }
    assert (facts.delivered, facts.dropped(Drop.JOINED), facts.unfinished) == (2, 3, 0)


def test_without_a_key_all_events_are_together(shelf: Shelf) -> None:
    """What has no key of its own is counted for the whole."""
    shelf.events(at(0, k="x"), at(1), at(7))

    shelf.run({"aggregate": MINUTES})

    assert [(event["data"]["key"], event["data"]["count"]) for event in shelf.read("all")] == [
        (None, 2),
        (None, 1),
    ]


def test_what_a_function_cannot_take_is_left_out_and_counted(shelf: Shelf) -> None:
    """A text is no number, and a missing field has no value; the event still counts."""
    shelf.events(at(0, n=1), at(1, n="2"), at(2), at(3, n=True))

    facts = shelf.run({"aggregate": {"fields": {"total": {"sum": "n"}, "mean": {"avg": "n"}}, **MINUTES}})

    (event,) = shelf.read("all")
    assert (event["data"]["count"], event["data"]["total"], event["data"]["mean"]) == (4, 1, 1)
    assert facts.measure("without_value") == 6


@pytest.mark.parametrize(
    ("function", "values", "expected"),
    [
        ("sum", [], 0),
        ("sum", [1, 2, 3], 6),
        ("sum", [0.1] * 10, 1.0),
        ("sum", [1 << 62, 1 << 62], float(1 << 63)),
        ("sum", [1e308, 1e308], None),
        ("avg", [], None),
        ("avg", [1, 2], 1.5),
        ("min", [], None),
        ("min", [3, 1.5], 1.5),
        ("max", [3, 1.5], 3),
        ("first", [], None),
        ("first", [{"a": 1}, 2], {"a": 1}),
        ("last", ["x", None], None),
        ("distinct", ["a", "a", 1, 1.0, True, None, {"a": 1}, {"a": 1}], 6),
        ("count", [True, False, True], 2),
    ],
)
def test_functions(function: str, values: list[Any], expected: object) -> None:
    """Each is what SQL's is, with null where there is nothing to tell; as JSON has it 1, 1.0 and true differ."""
    assert FUNCTIONS[function].of(values) == expected


@given(st.lists(st.floats(allow_nan=False) | st.integers(-(1 << 63), 1 << 63)))
def test_a_number_comes_of_numbers_that_json_can_hold(values: list[float]) -> None:
    """Whatever they are, the result is finite or null, and none is an integer that is too long."""
    for name in ("sum", "avg", "min", "max"):
        finite = [value for value in values if math.isfinite(value)]
        result = FUNCTIONS[name].of(finite)
        assert result is None or math.isfinite(json.loads(json.dumps(result)))
        assert not isinstance(result, int) or abs(result) <= 1 << 63


@pytest.mark.parametrize(
    "wrong",
    [
        {"fields": {"count": {"sum": "n"}}},
        {"fields": {"a": {}}},
        {"fields": {"a": {"sum": "n", "avg": "n"}}},
        {"fields": {"a": {"median": "n"}}},
        {"fields": {"a": {"sum": "n +"}}},
    ],
)
def test_refuses_what_it_cannot_compute(wrong: dict[str, Any]) -> None:
    """A name that is taken, no function, two, an unknown one, and what is no expression."""
    with pytest.raises(ValidationError):
        AggregateSettings.model_validate(wrong)

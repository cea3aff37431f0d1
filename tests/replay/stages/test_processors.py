"""Filter, map, rename and flatten: what they do to events, and what becomes of those they cannot do it to."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.replay.making import batch_of, cut, kit, let_through
from tiktoktoe_cli.replay.events.batch import Batch, Drop
from tiktoktoe_cli.replay.events.record import Origin
from tiktoktoe_cli.replay.settings.stage import StageSettings
from tiktoktoe_cli.replay.stages.catalog import STAGES

Json = dict[str, Any]  # Any: JSON


def through(stage: Json, *bodies: Json) -> Batch:
    """Let copies of events through a stage, which is written as in the YAML."""
    settings = StageSettings.model_validate(stage)
    made = STAGES[settings.kind].build(settings.chosen, kit())
    return let_through(made, batch_of(*json.loads(json.dumps(bodies))))


def faults(batch: Batch) -> list[tuple[str, str, str, str]]:
    """List reason, path, rule and keyword of each dead letter."""
    return [(letter.reason, *letter.faults[0][:3]) for letter in batch.letters]


def test_a_filter_tells_false_from_no_value() -> None:
    """True passes, false is counted, and neither of the two is a dead letter with the expression and the reason."""
    batch = through(
        {"filter": "data.n > 1"}, {"data": {"n": 2}}, {"data": {"n": 1}}, {"data": {}}, {"data": 5}
    )

    assert batch.bodies == [{"data": {"n": 2}}]
    assert batch.dropped == {Drop.FILTERED: 1}
    assert faults(batch) == [("expression", "", "data.n > 1", "expression")] * 2
    assert "n" in batch.letters[0].faults[0].message


def test_a_condition_of_another_kind_is_no_answer() -> None:
    """A filter that gives a number has neither kept nor dropped the event."""
    batch = through({"filter": "n"}, {"n": 1})

    assert [letter.faults[0].message for letter in batch.letters] == ["neither true nor false"]


def test_map_computes_fields_in_order() -> None:
    """Each field sees those before it; objects on the way are made; values of CEL become JSON."""
    stage = {
        "map": {
            "data.net": "data.n * 2",
            "data.gross": "data.net + 1",
            "new.at": "timestamp(time)",
            "h": "1.5",
        }
    }

    batch = through(stage, {"time": "2026-03-02T08:00:00Z", "data": {"n": 2}})

    assert batch.bodies == [
        {
            "time": "2026-03-02T08:00:00Z",
            "data": {"n": 2, "net": 4, "gross": 5},
            "new": {"at": "2026-03-02T08:00:00Z"},
            "h": 1.5,
        }
    ]


def test_what_is_mapped_is_a_copy() -> None:
    """Two fields of an event are never one object: a later stage may write into one of them."""
    (body,) = through({"map": {"copy": "data"}}, {"data": {"deep": {"n": 1}}}).bodies

    assert body["copy"] == body["data"]
    assert body["copy"]["deep"] is not body["data"]["deep"]


def test_map_without_a_value_is_a_dead_letter() -> None:
    """An expression without a value ends the event once, with the field that it was for; the others go on."""
    stage = {"map": {"a": "data.n + 1", "b": "data.m + 1"}}

    batch = through(stage, {"data": {}}, {"data": {"n": 1, "m": 1}}, {"data": {"n": 1}})

    assert [body["b"] for body in batch.bodies] == [2]
    assert faults(batch) == [
        ("expression", "/a", "data.n + 1", "expression"),
        ("expression", "/b", "data.m + 1", "expression"),
    ]


def test_map_can_put_null_instead() -> None:
    """With `on_error: null` an expression without a value leaves null in the field."""
    batch = through({"map": {"fields": {"a": "data.n"}, "on_error": None}}, {"data": {}}, {"data": {"n": 1}})

    assert [body["a"] for body in batch.bodies] == [None, 1]


@pytest.mark.parametrize("expression", ["1.0 / 0.0", "-1.0 / 0.0", "0.0 / 0.0"])
def test_map_writes_no_number_that_json_has_not(expression: str) -> None:
    """Infinity would become null in silence: it is no value."""
    assert faults(through({"map": {"a": expression}}, {})) == [("expression", "/a", expression, "expression")]


@pytest.mark.parametrize(
    "stage", [{"map": {"data.x.y": "1"}}, {"map": {"data.x": "1"}}, {"rename": {"n": "data.x"}}]
)
def test_nothing_is_forced_into_what_is_no_object(stage: Json) -> None:
    """Where a text is in the way of a path, the event is a dead letter."""
    batch = through(stage, {"data": "text", "n": 1})

    assert [(reason, keyword) for reason, _, _, keyword in faults(batch)] == [("shape", "no-object")]


def test_rename_moves_what_is_there() -> None:
    """Values move also into other objects, null too, one after the other; what is missing is not made up."""
    stage = {"rename": {"data.a": "b", "b": "deep.er.c", "data.zero": "one", "no.thing": "x"}}

    batch = through(stage, {"data": {"a": 1, "zero": None}}, {"data": []}, {"b": 2})

    assert batch.bodies == [
        {"data": {}, "deep": {"er": {"c": 1}}, "one": None},
        {"data": []},
        {"deep": {"er": {"c": 2}}},
    ]


def test_flatten_joins_keys() -> None:
    """Objects within the object become its own keys, in their order; arrays and empty objects stay."""
    value = {"a": {"b": {"c": 1}, "d": [{"e": 2}]}, "f": {}, "g": None}

    batch = through({"flatten": "data"}, {"data": value}, {"data": [value]}, {})
    dotted = through({"flatten": {"field": "data", "separator": "."}}, {"data": value})

    assert batch.bodies == [
        {"data": {"a_b_c": 1, "a_d": [{"e": 2}], "f": {}, "g": None}},
        {"data": [value]},
        {},
    ]
    assert list(batch.bodies[0]["data"]) == ["a_b_c", "a_d", "f", "g"]
    assert dotted.bodies[0]["data"]["a.b.c"] == 1


def test_flatten_loses_no_field() -> None:
    """Two fields that would have the same name make the event a dead letter."""
    batch = through({"flatten": "data"}, {"data": {"a": {"b": 1}, "a_b": 2}})

    assert faults(batch) == [("shape", "/data", "flatten", "collision")]


def test_flatten_bears_deep_events() -> None:
    """An event that is nested deeper than Python's recursion goes is flattened as well."""
    value: Any = 1
    for _ in range(2_000):
        value = {"a": value}
    settings = StageSettings.model_validate({"flatten": "data"})

    whole = Batch([Origin(0, 1, 0, b"")], [0], [{"data": value}], [0])

    batch = let_through(STAGES["flatten"].build(settings.chosen, kit()), whole)

    assert list(batch.bodies[0]["data"]) == ["_".join("a" * 2_000)]


@pytest.mark.parametrize(
    ("stage", "code"),
    [
        ({"map": {}}, "too_short"),
        ({"map": {"a": "1 +"}}, "expression"),
        ({"rename": {"a..b": "c"}}, "wrong-form"),
        ({"redact": {"fields": {"a": "hmac"}}}, "missing-key"),
        ({"redact": {"fields": {"a": "hmac"}, "key": ""}}, "missing-key"),
        ({"redact": {"fields": {"a": "blur"}}}, "enum"),
        ({"flatten": {"field": "a", "separator": ""}}, "string_too_short"),
    ],
)
def test_refuses_settings_that_are_wrong(stage: Json, code: str) -> None:
    """A mistake is told when the configuration is read."""
    with pytest.raises(ValidationError) as caught:
        StageSettings.model_validate(stage)

    assert code in [error["type"] for error in caught.value.errors()]


_VALUES = st.recursive(
    st.none() | st.integers(-5, 5) | st.sampled_from(["", "x"]),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["n", "a", "a_n"]), inner, max_size=3)
    ),
    max_leaves=6,
)
_STAGES: list[Json] = [
    {"filter": "data.n > 0"},
    {"map": {"data.m": "data.n + 1", "x": "data.m"}},
    {"rename": {"data.n": "data.a.n"}},
    {"flatten": "data"},
    {"redact": {"fields": {"data.n": "mask", "data.a.n": "drop"}}},
]


@pytest.mark.parametrize("stage", _STAGES, ids=lambda stage: next(iter(stage)))
@given(st.lists(st.fixed_dictionaries({"data": _VALUES}), max_size=6), st.lists(st.integers(1, 3)))
def test_any_batches_give_the_same(stage: Json, bodies: list[Json], sizes: list[int]) -> None:
    """However the events are cut into batches, the same come out, and each ends once."""
    whole = through(stage, *bodies)
    pieces = [through(stage, *piece) for piece in cut(bodies, sizes)]

    assert [body for piece in pieces for body in piece.bodies] == whole.bodies
    assert sorted(fault for piece in pieces for fault in faults(piece)) == sorted(faults(whole))
    assert len(whole) + len(whole.letters) + whole.dropped.total() == len(bodies)

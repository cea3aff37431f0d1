"""The rules of CloudEvents, against the verdicts that the specification allows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import VECTORS
from tiktoktoe_cli.replay.cloudevents import faults_of, is_cloudevent
from tiktoktoe_cli.replay.decoding import parse
from tiktoktoe_cli.replay.events.record import Origin

if TYPE_CHECKING:
    from pathlib import Path

MINIMAL = {"specversion": "1.0", "id": "1", "source": "/a", "type": "t"}


def verdicts() -> list[Any]:
    """Read the verdicts; those of one SDK alone, against the text of the specification, are left out."""
    path = VECTORS / "replay" / "cloudevents.ndjson"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    cases = [json.loads(line) for line in lines]
    return [pytest.param(case, id=case["name"]) for case in cases if case["strength"] != "sdk-go-only"]


@pytest.mark.parametrize("case", verdicts())
def test_agrees_with_the_specification(vectors: Path, case: Any) -> None:
    """Every MUST of the specification and its extensions has the verdict that the text gives it."""
    assert vectors.is_dir()
    raw = case["raw"] if "raw" in case else json.dumps(case["event"])

    body = parse(Origin(0, 1, 0, raw.encode()))

    is_valid = isinstance(body, dict) and is_cloudevent(body)
    assert is_valid == (case["verdict"] == "valid")


@pytest.mark.parametrize(
    ("changed", "path", "keyword"),
    [
        ({"id": None}, "/id", "required"),
        ({"type": ""}, "/type", "value"),
        ({"Bad": "x"}, "/Bad", "name"),
        ({"a~b/c": "x"}, "/a~0b~1c", "name"),
        ({"ext": 1.5}, "/ext", "value"),
        ({"ext": {"a": 1}}, "/ext", "value"),
        ({"ext": "\x07"}, "/ext", "value"),
        ({"ext": "\ufdd0"}, "/ext", "value"),
        ({"ext": "\U0001fffe"}, "/ext", "value"),
        ({"source": "1a:b"}, "/source", "value"),
        ({"source": "/ä"}, "/source", "value"),
        ({"dataschema": "schema.json"}, "/dataschema", "value"),
        ({"datacontenttype": "json"}, "/datacontenttype", "value"),
        ({"data_base64": "A"}, "/data_base64", "value"),
        ({"data_base64": 5}, "/data_base64", "value"),
        ({"data_base64": "AA==", "data": None}, "/data_base64", "exclusive"),
    ],
)
def test_says_where_and_what(changed: dict[str, object], path: str, keyword: str) -> None:
    """Each broken rule is one fault, at its attribute."""
    faults = list(faults_of(MINIMAL | changed))

    assert [(fault.path, fault.keyword) for fault in faults] == [(path, keyword)]


@pytest.mark.parametrize(
    "changed",
    [
        {"data": {"free": ["form", 1.5]}},
        {"ext": "zero\u200bwidth", "flag": True, "number": -(2**31)},
        {"source": "https://user@[::1]:80/a/b;c=1?q=/?#f", "dataschema": "urn:x:y"},
        {"datacontenttype": 'Application/JSON; charset="utf-8"'},
        {"subject": " "},
        {"source": "a/b:c"},
        {"data_base64": None},
    ],
)
def test_allows_what_no_rule_forbids(changed: dict[str, object]) -> None:
    """Strict is not stricter than the specification."""
    assert list(faults_of(MINIMAL | changed)) == []


def test_tells_all_faults_at_once() -> None:
    """An event with several mistakes is corrected in one go."""
    assert [fault.path for fault in faults_of({"id": 5, "time": "now"})] == [
        "/source",
        "/specversion",
        "/type",
        "/id",
        "/time",
    ]


VALUES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=8)
    | st.just("1.0")
)
NAMES = st.sampled_from(
    [*MINIMAL, "time", "data", "data_base64", "ext", "Ext", "sequence", "datacontenttype"]
)


@given(st.dictionaries(NAMES, VALUES))
def test_the_quick_answer_is_the_thorough_one(changed: dict[str, object]) -> None:
    """An event is valid exactly if it has no faults."""
    body = MINIMAL | changed

    assert is_cloudevent(body) == (list(faults_of(body)) == [])

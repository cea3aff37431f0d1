from __future__ import annotations

import json
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from tests.report.hostile import ANY_TEXT, REPORT
from tiktoktoe_cli.report import OutputFormat, Report, View, render

NULLABLE_INTEGER = {"type": ["integer", "null"], "minimum": 1}
PLACE = {
    "file": {"type": ["string", "null"]},
    "line": NULLABLE_INTEGER,
    "column": NULLABLE_INTEGER,
    "end_column": NULLABLE_INTEGER,
}
PROBLEM = {
    "type": "object",
    "properties": {
        "code": {"type": "string"},
        "severity": {"enum": ["error", "warning", "info"]},
        "message": {"type": "string"},
        "hint": {"type": ["string", "null"]},
        "related": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"message": {"type": "string"}, **PLACE},
                "required": ["message", *PLACE],
                "additionalProperties": False,
            },
        },
        **PLACE,
    },
    "required": ["code", "severity", "message", "hint", "related", *PLACE],
    "additionalProperties": False,
}
ENVELOPE = {
    "type": "object",
    "properties": {
        "format_version": {"const": "1.0"},
        "command": {"type": "string"},
        "ok": {"type": "boolean"},
        "verdict": {"type": "string"},
        "summary": {"type": "object"},
        "items": {"type": "array", "items": {"type": "object"}},
        "problems": {"type": "array", "items": PROBLEM},
    },
    "required": ["format_version", "command", "ok", "verdict", "summary", "items", "problems"],
    "additionalProperties": False,
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY_TEXT, inner, max_size=3),
    max_leaves=8,
)


def _refuse(token: str) -> float:
    raise AssertionError(f"{token} is not JSON")


def test_keeps_the_schema_of_the_envelope() -> None:
    """Programs that read `-o json` find every key where it was, with its type."""
    document = json.loads(render(REPORT, OutputFormat.JSON, View()))

    assert list(Draft202012Validator(ENVELOPE).iter_errors(document)) == []


def test_keeps_the_order_of_the_keys() -> None:
    """The version comes first, so that a reader can stop early."""
    document = json.loads(render(REPORT, OutputFormat.JSON, View()))

    assert list(document) == ["format_version", "command", "ok", "verdict", "summary", "items", "problems"]


def test_writes_null_for_what_json_has_no_number_for() -> None:
    """NaN and infinities are no JSON; they become null, never a bare token."""
    report = replace(REPORT, items=[{"a": float("nan"), "b": [float("inf"), {"c": float("-inf")}]}])

    document = json.loads(render(report, OutputFormat.JSON, View()), parse_constant=_refuse)

    assert document["items"] == [{"a": None, "b": [None, {"c": None}]}]


def test_masks_keys_that_are_not_its_own() -> None:
    """A service's answer may hold a secret as a key; the keys of the items themselves are an interface."""
    report = replace(REPORT, items=[{"name": 1, "body": {"a name": [{"name": 2}]}}], problems=())

    document = json.loads(
        render(report, OutputFormat.JSON, View(mask=lambda text: text.replace("name", "•")))
    )

    assert document["items"] == [{"name": 1, "body": {"a •": [{"•": 2}]}}]


def test_names_what_each_line_is_about() -> None:
    """A stream of lines starts with the version, ends with the summary, and tells the kind of every line."""
    lines = [json.loads(line) for line in render(REPORT, OutputFormat.NDJSON, View()).splitlines()]

    assert lines[0] == {"format_version": "1.0", "kind": "header", "command": "health check"}
    assert [line["kind"] for line in lines[1:-1]] == ["item"] * 4 + ["problem"] * 5
    assert (lines[-1]["kind"], lines[-1]["ok"], lines[-1]["summary"]["services"]) == ("summary", False, 4)


def test_keeps_an_items_own_kind() -> None:
    """An item may have any key, also one that the lines themselves use."""
    report = replace(REPORT, items=[{"kind": "soft", "name": "tracing"}])

    lines = render(report, OutputFormat.NDJSON, View()).splitlines()

    assert json.loads(lines[1]) == {"kind": "item", "item": {"kind": "soft", "name": "tracing"}}


@given(items=st.lists(st.dictionaries(ANY_TEXT, JSON, max_size=3), max_size=3), verdict=ANY_TEXT)
def test_reads_back_line_by_line(items: list[dict[str, object]], verdict: str) -> None:
    """Whatever the items hold, every line of ndjson is one JSON value of the same facts as the document."""
    report = Report("x", ok=True, verdict=verdict, items=items)  # type: ignore[arg-type]  # JSON by construction

    lines = render(report, OutputFormat.NDJSON, View()).split("\n")
    document = json.loads(render(report, OutputFormat.JSON, View()), parse_constant=_refuse)

    assert lines.pop() == ""
    parsed = [json.loads(line, parse_constant=_refuse) for line in lines]
    assert [line["item"] for line in parsed if line["kind"] == "item"] == document["items"]
    assert document["verdict"] == parsed[-1]["verdict"] == verdict


@given(text=ANY_TEXT)
def test_stays_ascii_where_unicode_cannot_go(text: str) -> None:
    """A stream that cannot carry Unicode gets the same facts in ASCII."""
    report = Report("x", ok=True, verdict=text)

    drawn = render(report, OutputFormat.JSON, View(unicode=False))

    assert drawn.isascii()
    assert json.loads(drawn)["verdict"] == text

"""The answer as data: the JSON envelope that other programs read, whole or line by line.

The envelope is an interface: minor versions of `FORMAT_VERSION` add, major versions break.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from io import StringIO
from typing import TYPE_CHECKING, TypedDict

from tiktoktoe_cli.report.text import escape_hidden

if TYPE_CHECKING:
    from tiktoktoe_cli.errors import Place, Problem
    from tiktoktoe_cli.report.facts import Json, Report
    from tiktoktoe_cli.report.view import Mask, View

FORMAT_VERSION = "1.0"


class Envelope(TypedDict):
    """What `-o json` and `-o yaml` write; the order of the keys is part of it."""

    format_version: str
    command: str
    ok: bool
    verdict: str
    summary: Json
    items: list[Json]
    problems: list[Json]


def draw_json(report: Report, view: View) -> str:
    """Write the envelope as one indented JSON document."""
    text = StringIO()  # `dumps` holds all pieces at once, which take four times as much memory as the text
    json.dump(envelope(report, view.mask), text, ensure_ascii=not view.unicode, allow_nan=False, indent=2)
    return escape_hidden(text.getvalue()) + "\n"


def draw_ndjson(report: Report, view: View) -> str:
    """Write a header line, one line per item and per problem that is no item, and a summary line at last.

    What a line is about stands under the key that its `kind` names: items choose their own keys.
    """
    return draw_header(report.command, view) + draw_lines(report, view)


def draw_header(command: str, view: View) -> str:
    """Write the first of the lines of `draw_ndjson`, before there is a report."""
    return _dump({"format_version": FORMAT_VERSION, "kind": "header", "command": command}, view)


def draw_lines(report: Report, view: View) -> str:
    """Write the lines of `draw_ndjson` below its header."""
    whole = envelope(report, view.mask)
    problems = [] if report.tells_problems else whole["problems"]
    lines: list[Mapping[str, object]] = [
        *({"kind": "item", "item": item} for item in whole["items"]),
        *({"kind": "problem", "problem": problem} for problem in problems),
        {"kind": "summary", "ok": whole["ok"], "verdict": whole["verdict"], "summary": whole["summary"]},
    ]
    return "".join(_dump(line, view) for line in lines)


def draw_event(kind: str, fields: Mapping[str, Json], view: View) -> str:
    """Write one line about something that has just happened, in the form of the lines of `draw_ndjson`."""
    return _dump({"kind": kind, kind: _fields(fields, view.mask)}, view)


def envelope(report: Report, mask: Mask) -> Envelope:
    """Build the tree that the data formats write, with secrets hidden and no number that JSON cannot hold."""
    return {
        "format_version": FORMAT_VERSION,
        "command": report.command,
        "ok": report.ok,
        "verdict": mask(report.verdict),
        "summary": _fields(report.summary, mask),
        "items": [_fields(item, mask) for item in report.items],
        "problems": [_fields(problem_data(problem), mask) for problem in report.problems],
    }


def problem_data(problem: Problem) -> dict[str, Json]:
    """Write a problem as other programs read it; every key is always there."""
    return {
        "code": problem.code,
        "severity": problem.severity.value,
        "message": problem.message,
        **place_data(problem.place),
        "hint": problem.hint,
        "related": [{"message": words, **place_data(place)} for words, place in problem.related],
    }


def place_data(place: Place | None) -> dict[str, Json]:
    """Write where something stands; of what stands nowhere, all keys are null."""
    if place is None:
        return {"file": None, "line": None, "column": None, "end_column": None}
    return {"file": place.file, "line": place.line, "column": place.column, "end_column": place.end_column}


def _fields(value: Mapping[str, Json], mask: Mask) -> Json:
    """Copy what has keys of our own, which stay as they are: those below may be anybody's."""
    return {key: plain_data(inner, mask) for key, inner in value.items()}


def plain_data(value: Json, mask: Mask) -> Json:
    """Copy a value into dicts, lists and plain scalars; NaN and infinities become null, as in JavaScript."""
    if isinstance(value, str):
        return mask(str(value))
    if isinstance(value, Mapping):
        return {mask(str(key)): plain_data(inner, mask) for key, inner in value.items()}
    if isinstance(value, Sequence):
        return [plain_data(inner, mask) for inner in value]
    return value if not isinstance(value, float) or math.isfinite(value) else None


def _dump(value: Mapping[str, object], view: View) -> str:
    # allow_nan=False proves that no bare NaN leaves; what terminals obey leaves as \uXXXX only
    return escape_hidden(json.dumps(value, ensure_ascii=not view.unicode, allow_nan=False)) + "\n"

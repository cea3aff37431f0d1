from __future__ import annotations

import json

import pytest
import yaml
from hypothesis import given

from tests.report.hostile import ANY_TEXT, REPORT
from tiktoktoe_cli.report import OutputFormat, Report, View, render


def _item_line(text: str) -> str:
    report = Report("x", ok=True, verdict="", items=[{"value": text}])
    return render(report, OutputFormat.YAML, View()).split("items:\n- value: ")[1].split("\n")[0]


def test_tells_the_same_facts_as_json() -> None:
    """YAML and JSON are two spellings of one document."""
    as_yaml = yaml.safe_load(render(REPORT, OutputFormat.YAML, View()))

    assert as_yaml == json.loads(render(REPORT, OutputFormat.JSON, View()))


@pytest.mark.parametrize(
    "text",
    [
        "NO",
        "on",
        "y",
        "1.10",
        "010",
        "22:22",
        "1_000",
        "0o17",
        "1e3",
        "+1.5E-3",
        "~",
        "null",
        "2026-01-02",
        ".5",
        "",
        "=",
    ],
)
def test_quotes_texts_that_look_like_something_else(text: str) -> None:
    """No reader, of YAML 1.1 or 1.2, takes a version or a name for a number, a boolean, a date or a null."""
    assert _item_line(text) == f"'{text}'"


@given(text=ANY_TEXT)
def test_reads_back_any_text(text: str) -> None:
    """What goes in comes out, on one line; half of a surrogate pair has no YAML and stays an escape."""
    encodable = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    report = Report("x", ok=True, verdict=encodable)

    drawn = render(report, OutputFormat.YAML, View())

    assert yaml.safe_load(drawn)["verdict"] == encodable
    assert len(drawn.splitlines()) == 7


def test_writes_shared_values_twice_instead_of_anchors() -> None:
    """A value that two items share is no alias."""
    shared = {"a": [1]}
    report = Report("x", ok=True, verdict="", items=[{"one": shared, "two": shared}])

    assert "&" not in render(report, OutputFormat.YAML, View())

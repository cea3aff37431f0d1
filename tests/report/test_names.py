from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.report import Json, OutputFormat, Report, View, render

if TYPE_CHECKING:
    from collections.abc import Mapping


def test_writes_one_name_per_line() -> None:
    """Names come from where the report says, one per line even if it holds a line feed."""
    items: list[Mapping[str, Json]] = [
        {"id": {"name": "a"}},
        {"id": {"name": "b\nc"}},
        {"id": {}},
        {"id": {"name": 7}},
    ]
    report = Report("x", ok=True, verdict="", items=items, name_key="id.name")

    assert render(report, OutputFormat.NAME, View()) == "a\nb\\nc\n7\n"

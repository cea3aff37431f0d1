"""The bars of `graph capacity` on terminals of several widths."""

from __future__ import annotations

import pytest

from tests.graph.systems import graph_of
from tiktoktoe_cli.graph.capacity import study_capacity
from tiktoktoe_cli.graph.reports.capacity_bars import draw_capacity
from tiktoktoe_cli.graph.settings import CapacitySettings
from tiktoktoe_cli.report import View

STUDY = study_capacity(
    graph_of({"orders": {"replicas": 20, "resources": {"requests": {"cpu": "1250m", "memory": "1500Mi"}}}}),
    CapacitySettings.model_validate(
        {"nodes": [{"name": "general-purpose-large", "count": 20, "cpu": "7910m", "memory": "31.3Gi"}]}
    ),
)


@pytest.mark.parametrize("width", [60, 70, 80, 90, 100, 120, 200])
@pytest.mark.parametrize("placement", [True, False])
def test_no_line_is_wider_than_the_terminal(width: int, *, placement: bool) -> None:
    """Bars become shorter, then are left out, then names are cut; the numbers are always told whole."""
    drawn = draw_capacity(STUDY, View(width=width, terminal=True), placement=placement)

    assert max(map(len, drawn.splitlines())) <= width
    assert "25 of 158.2" in drawn
    assert "29.3Gi of 626Gi" in drawn


@pytest.mark.parametrize(
    ("width", "line"),
    [
        (
            98,
            "20 general-purpose-large  ██░░░░░░░░░░   16%  25 of 158.2  █░░░░░░░░░░░    5%  29.3Gi of 626Gi",
        ),
        (77, "20 general-purpose-large    16%  25 of 158.2     5%  29.3Gi of 626Gi"),
        (80, "20 general-purpose-large  █░░░░   16%  25 of 158.2  ░░░░░    5%  29.3Gi of 626Gi"),
    ],
)
def test_bars_share_what_is_left(width: int, line: str) -> None:
    """The other columns take 24 + 2 + 18 + 2 + 22 = 68 of the width, each bar one more, and is 4 to 12 long."""
    drawn = draw_capacity(STUDY, View(width=width, terminal=True), placement=False)

    assert drawn.splitlines()[1] == line

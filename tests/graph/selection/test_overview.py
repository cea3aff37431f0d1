"""What `graph show` answers, as a report."""

from __future__ import annotations

from typing import Any

from tests.graph.systems import graph_of
from tiktoktoe_cli.graph.choices import Direction
from tiktoktoe_cli.graph.reports.overview import report_of
from tiktoktoe_cli.graph.selection.overview import survey
from tiktoktoe_cli.graph.selection.selection import Selection
from tiktoktoe_cli.report import OutputFormat, View, render

SHOP: dict[str, Any] = {
    "web": {"depends_on": {"orders": "^2", "stock": {}}},
    "orders": {"depends_on": {"stock": {}}, "group": "core", "version": "2.1"},
    "stock": {"group": "core"},
    "cron": {},
}


def test_what_is_shown_and_hidden_is_counted() -> None:
    """The summary counts what there is to see, what is not shown, and by which option."""
    report = report_of(survey(graph_of(SHOP), Selection(focus=["orders"], direction=Direction.DOWN)))

    assert report.summary == {
        "services": 2,
        "groups": 0,
        "dependencies": 1,
        "start_waves": 3,
        "start_cycle": (),
        "groups_with_cycle": (),
        "group_cycle": (),
        "hidden": {
            "services": 2,
            "dependencies": 2,
            "by": {"focus": {"services": 2, "dependencies": 2}},
        },
    }
    assert report.verdict == "2 of 4 services, 1 of 3 dependencies, 2 of 3 start waves"
    assert report.remarks == ("hidden: 2 services and 2 dependencies by --focus",)


def test_waves_are_those_of_the_whole_system() -> None:
    """A service starts in its wave, whatever else is shown."""
    report = report_of(survey(graph_of(SHOP), Selection(focus=["web"], depth=0)))

    assert [(item["name"], item["wave"]) for item in report.items] == [("web", 3)]


def test_a_whole_system_hides_nothing() -> None:
    """Without a selection nothing is said about hiding."""
    report = report_of(survey(graph_of(SHOP)))

    assert report.verdict == "4 services, 3 dependencies, 3 start waves"
    assert report.remarks == ()
    assert [item["members"] for item in report.items] == [()] * 4


def test_a_group_tells_its_members() -> None:
    """A box is an item with the services in it, and has a column for them."""
    report = report_of(survey(graph_of(SHOP), Selection(collapse=())))

    box = next(item for item in report.items if item["members"])

    assert (box["name"], box["members"]) == ("core/", ("orders", "stock"))
    assert report.verdict == "2 of 4 services, 1 box, 1 of 3 dependencies, 2 start waves of boxes"
    assert "MEMBERS" in render(report, OutputFormat.WIDE, View())
    assert "MEMBERS" not in render(report_of(survey(graph_of(SHOP))), OutputFormat.WIDE, View())


def test_a_cycle_is_a_fact_with_a_next_step() -> None:
    """Without a start order the services of a cycle are named, and the command that says where to cut it."""
    cyclic = {"a": {"depends_on": {"b": {}}}, "b": {"depends_on": {"a": {}}}}

    report = report_of(survey(graph_of(cyclic)))

    assert report.summary["start_cycle"] == ("a", "b")
    assert report.verdict == "2 services, 2 dependencies, no start order"
    assert report.next_steps == ("tiktoktoe graph validate",)

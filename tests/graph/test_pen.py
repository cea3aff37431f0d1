"""How the texts that answer questions are written, for terminals and pipes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.graph.systems import graph_of, subject_of
from tiktoktoe_cli.graph.changes.diff import compare
from tiktoktoe_cli.graph.changes.edition import edition_of
from tiktoktoe_cli.graph.changes.risks import assess
from tiktoktoe_cli.graph.paths import explain
from tiktoktoe_cli.graph.reports.diff import Comparison, draw_difference
from tiktoktoe_cli.graph.reports.pen import Pen
from tiktoktoe_cli.graph.reports.plan import draw_plan
from tiktoktoe_cli.graph.reports.timeline import draw_timeline
from tiktoktoe_cli.graph.reports.why import draw_paths
from tiktoktoe_cli.graph.starting.critical import Times, predict
from tiktoktoe_cli.graph.starting.plan import plan_start
from tiktoktoe_cli.report import View
from tiktoktoe_cli.report.text import width_of, without_ansi

if TYPE_CHECKING:
    from typing import Any

NAMES = [f"service-{number}" for number in range(9)]


def system(name: str) -> dict[str, Any]:
    """Make a system in which one service, of some name, depends on many."""
    others = {one: {"start_time": "2s", "version": "1.0.0"} for one in NAMES}
    return {name: {"depends_on": {one: {"timeout": "1s"} for one in NAMES}}, **others}


def texts(name: str, view: View) -> list[str]:
    """Draw every text about a system in which a service has some name."""
    graph = graph_of(system(name))
    difference = compare(edition_of(subject_of({})), edition_of(subject_of(system(name))))
    comparison = Comparison(difference, "old", "new", assess(difference))
    return [
        draw_plan(plan_start(graph), view),
        draw_timeline(predict(graph, Times({}), 10**9), view),
        draw_paths(explain(graph, name, NAMES[0], 10), view),
        draw_difference(comparison, view),
    ]


@pytest.mark.parametrize("width", [60, 80, 200])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    """Long lists and long names are broken or cut where a terminal ends."""
    view = View(width=width, terminal=True)

    for text in texts("shop", view):
        assert max(map(width_of, text.splitlines())) <= width


def test_a_pipe_gets_every_name_whole() -> None:
    """Off a terminal nothing is cut, and each service has one line."""
    plan = texts("a" * 100, View(width=40))[0]

    (line,) = (line for line in plan.splitlines() if f"{'a' * 100}  after" in line)
    assert all(name in line for name in NAMES)


@pytest.mark.parametrize("name", ['quo"te', "line\nend", "\x1b[31mred", "🦀", "`tick`", "\u202egro"])
def test_hostile_names_are_harmless(name: str) -> None:
    """Nothing that a user writes moves the cursor, ends a line or turns the text around."""
    for text in texts(name, View(width=80, terminal=True)):
        assert not {"\x1b", "\u202e", "\r"} & set(text)
        assert len(text.splitlines()) == text.count("\n")


def test_a_secret_is_hidden_wherever_it_stands() -> None:
    """The mask of the view is put over all names."""
    view = View(mask=lambda text: text.replace("hush", "••••"))

    for text in texts("hush", view):
        assert "hush" not in text
        assert "••••" in text


def test_plain_characters_are_enough() -> None:
    """Without Unicode, arrows, marks and bars are ASCII."""
    for text in texts("shop", View(unicode=False)):
        assert text.isascii()


@pytest.mark.parametrize("terminal", [True, False])
def test_colours_change_nothing_else(*, terminal: bool) -> None:
    """A text with colours is the same text without them, broken at the same places."""
    views = (View(width=60, terminal=terminal, color=color) for color in (False, True))

    for plain, painted in zip(*(texts("shop", view) for view in views), strict=True):
        assert "\x1b[" in painted
        assert without_ansi(painted) == plain


def test_many_words_are_counted() -> None:
    """A service that everybody waits for names the first dozen of them."""
    graph = graph_of({"db": {}, **{f"s{number:02}": {"depends_on": {"db": {}}} for number in range(20)}})

    first = draw_plan(plan_start(graph), View()).splitlines()[1]

    assert first.endswith("s10, s11, 8 more")


def test_a_mark_has_its_symbol_in_its_colour() -> None:
    """A state is a symbol, and a colour only beside it."""
    assert Pen(View(color=True)).mark("failed") == "\x1b[31m✗\x1b[0m"

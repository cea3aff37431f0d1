"""The rails view: what it looks like."""

from __future__ import annotations

from typing import Any

from tests.graph.render.text.drawing import drawn, edges_of, monitoring_stack
from tests.graph.render.text.reading import read_rails
from tests.graph.systems import graph_of, graph_of_edges
from tiktoktoe_cli.graph.choices import GraphView
from tiktoktoe_cli.graph.render.text.rails import draw_folded, draw_rails
from tiktoktoe_cli.graph.selection.overview import survey
from tiktoktoe_cli.report import View
from tiktoktoe_cli.report.text import width_of, without_ansi

SHOP = {
    "frontend": {"depends_on": {"cart": {}, "catalog": {}}},
    "cart": {"depends_on": {"redis": {}, "mail": {"kind": "runtime"}}},
    "catalog": {
        "depends_on": {"postgres": {"required": False}, "tracing": {"kind": "soft"}, "ghost": {}, "mail": {}}
    },
    "postgres": {},
    "redis": {},
    "mail": {},
}
SIX_TWINS = {f"worker-{number}": {"depends_on": {"queue": {}}} for number in range(6)}


def on_terminal(width: int) -> View:
    """Look at a terminal of a width."""
    return View(width=width, terminal=True)


def test_a_shop_looks_like_this() -> None:
    """One line per service in start order; rails, tees and ends; a mark for what is optional; the rest in words."""
    assert drawn(graph_of(SHOP)) == (
        "1 mail     ─┐\n"
        "1 postgres ─│─┐\n"
        "1 redis    ─│─│─┐\n"
        "2 cart     ─│─│─┴─┐  runtime: mail\n"
        "2 catalog  ─┴─◐─┐ │  undefined soft: tracing; undefined start: ghost\n"
        "3 frontend ─────┴─┘\n"
    )


def test_ascii_says_the_same() -> None:
    """Where only ASCII can be shown, the rails are drawn with dots, bars, pluses, ticks and question marks."""
    services = {
        "a": {},
        "b": {"depends_on": {"a": {}}},
        "c": {"depends_on": {"a": {"required": False}, "b": {}}},
    }

    assert drawn(graph_of(services), view=View(unicode=False)) == "1 a -.\n2 b -+-.\n3 c -?-'\n"


def test_optional_calls_are_called_so() -> None:
    """An edge in words says that it is optional; of a soft one that would say nothing."""
    needs = {"b": {"kind": "runtime", "required": False}, "c": {"kind": "soft", "required": False}}

    assert drawn(graph_of({"a": {"depends_on": {**needs, "d": {}}}, "b": {}, "c": {}, "d": {}})) == (
        "1 b\n1 c\n1 d ─┐\n2 a ─┘  optional runtime: b; soft: c\n"
    )


def test_where_nothing_orders_the_start_rails_are_calls() -> None:
    """A system of calls alone is drawn in their order, which is said; nothing of it starts before anything else."""
    services = {
        "web": {"depends_on": {"cart": {"kind": "runtime"}, "db": {"kind": "runtime", "required": False}}},
        "cart": {"depends_on": {"db": {"kind": "runtime"}, "log": {"kind": "soft"}}},
        "log": {},
        "db": {},
    }

    assert drawn(graph_of(services)) == (
        "1 db   ─┐\n"
        "1 log   │\n"
        "1 cart ─┼─┐  soft: log\n"
        "1 web  ─◐─┘\n"
        "\n"
        "no start dependencies: rails and order are those of runtime dependencies\n"
    )


def test_calls_in_a_circle_are_drawn_as_far_as_they_have_an_order() -> None:
    """What would lead down is said in words."""
    graph = graph_of_edges("ab", [("a", "b"), ("b", "a")], kind="runtime")

    assert drawn(graph).startswith("1 b ─┐  cyclic runtime: a\n1 a ─┘\n\n")


def test_look_alikes_share_a_line_when_that_makes_it_fit() -> None:
    """Services with the same dependencies and dependents share a line, and are named below."""
    graph = graph_of({"queue": {}, **SIX_TWINS, "report": {"depends_on": {name: {} for name in SIX_TWINS}}})

    narrow = drawn(graph, view=on_terminal(22))

    assert narrow == (
        "1 queue       ─┐\n"
        "2 worker-0 +5 ─┴─┐\n"
        "3 report      ───┘\n"
        "like worker-0:\n"
        "    worker-1,\n"
        "    worker-2,\n"
        "    worker-3,\n"
        "    worker-4, worker-5\n"
    )
    assert read_rails(narrow).edges == edges_of(graph, wordy=False)


def test_services_that_need_other_things_do_not_share_a_line() -> None:
    """The same dependents are not enough, nor are the same dependencies if one of them is optional."""
    odd = {
        "other": {},
        "odd": {"depends_on": {"other": {}}},
        "lax": {"depends_on": {"queue": {"required": False}}},
    }
    report = {"report": {"depends_on": {name: {} for name in [*SIX_TWINS, "odd", "lax"]}}}
    graph = graph_of({"queue": {}, **SIX_TWINS, **odd, **report})

    text = drawn(graph, GraphView.FOLDED)

    assert [line.split()[1] for line in text.splitlines()[:6]] == [
        "other",
        "queue",
        "lax",
        "odd",
        "worker-0",
        "report",
    ]
    assert read_rails(text).edges == edges_of(graph, wordy=False)


def test_words_go_on_beside_the_rails() -> None:
    """Edges in words that do not fit on their line go on below it, beside the rails that go on, too."""
    calls = {f"service-{number}": {"kind": "runtime"} for number in range(5)}
    services = {"a": {}, "b": {"depends_on": {"a": {}, **calls}}, "c": {"depends_on": {"a": {}, **calls}}}

    shown = drawn(graph_of({**services, **{name: {} for name in calls}}), view=on_terminal(44)).splitlines()

    assert shown[-6:] == [
        "2 b         ─┤  runtime: service-0,",
        "             │  service-1, service-2,",
        "             │  service-3, service-4",
        "2 c         ─┘  runtime: service-0,",
        "                service-1, service-2,",
        "                service-3, service-4",
    ]


def test_words_that_are_too_long_do_not_fit() -> None:
    """A name that is wider than the room beside the rails is left to the next view."""
    overview = survey(graph_of({"a": {"depends_on": {"x" * 40: {"kind": "runtime"}}}}))

    assert draw_rails(overview, View(), 45) is not None
    assert draw_rails(overview, View(), 44) is None


def test_names_are_written_as_they_are_where_they_can_be() -> None:
    """What is no plain word stands in quotes; only ASCII terminals and what would harm one need escapes."""
    graph = graph_of_edges(["naïve", "zwei 日", "bell\a"], [])

    assert drawn(graph) == '1 "bell\\u0007"\n1 naïve\n1 "zwei 日"\n'
    assert drawn(graph, view=View(unicode=False)) == '1 "bell\\u0007"\n1 "na\\u00efve"\n1 "zwei \\u65e5"\n'


def test_a_cycle_is_drawn_as_far_as_there_is_an_order() -> None:
    """Without a start order there are no waves, what would lead down is said in words, and the cycle is named."""
    graph = graph_of_edges("abc", [("a", "b"), ("b", "a"), ("c", "a")])

    assert (
        drawn(graph)
        == "- b ─┐  cyclic start: a\n- a ─┴─┐\n- c ───┘\n\nno start order exists: `a` → `b` → `a`\n"
    )


def test_a_service_that_waits_for_itself_is_a_cycle() -> None:
    """A self dependency is told in words, and named below in ASCII if need be."""
    shown = drawn(graph_of_edges("a", [("a", "a")]), view=View(unicode=False))

    assert shown == "- a  cyclic start: a\n\nno start order exists: `a` -> `a`\n"


def test_a_large_system_stays_small() -> None:
    """57 services with 236 dependencies take 57 lines of less than 80 columns, and 14 with look-alikes folded."""
    graph = monitoring_stack()

    whole, folded = drawn(graph).splitlines(), drawn(graph, GraphView.FOLDED)

    assert (len(graph.services), sum(1 for _ in graph.edges())) == (57, 236)
    assert len(whole) == 57
    assert max(map(width_of, whole)) <= 76
    assert len(folded.partition("like ")[0].splitlines()) <= 20
    assert read_rails(folded).edges == edges_of(graph, wordy=False)


def test_colours_follow_the_rails() -> None:
    """A rail has the colour of the name where it begins, and without the colours the picture is the same."""
    graph = graph_of_edges("abc", [("b", "a"), ("c", "a"), ("c", "b")])

    shown = drawn(graph, view=View(color=True))

    assert "\x1b[36ma\x1b[0m ─\x1b[36m┐\x1b[0m" in shown
    assert "\x1b[32mb\x1b[0m ─\x1b[36m┼\x1b[0m─\x1b[32m┐\x1b[0m" in shown
    assert without_ansi(shown) == drawn(graph)


def test_secrets_in_names_are_masked() -> None:
    """A name that came out of a secret is not shown, and the rails stay straight."""
    graph = graph_of_edges(["hunter2", "b"], [("b", "hunter2")])

    shown = drawn(graph, view=View(mask=lambda text: text.replace("hunter2", "xxx")))

    assert shown == "1 xxx ─┐\n2 b   ─┘\n"


def test_a_thousand_rails_are_too_many() -> None:
    """A graph whose rails nobody could follow is not drawn so."""
    names = [f"s{number}" for number in range(1_000)]
    services: dict[str, Any] = {name: {} for name in names}
    services |= {f"t{number}": {"depends_on": {names[number]: {}}} for number in range(1_000)}
    overview = survey(graph_of(services | {"hub": {"depends_on": dict.fromkeys(names)}}))

    assert draw_rails(overview, View(), None) is None
    assert draw_folded(overview, View(), None) is None

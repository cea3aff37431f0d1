"""What is said of a part of a graph, by options to who chose them and in plain words to who looks at a picture."""

from __future__ import annotations

import pytest

from tests.graph.systems import graph_of
from tiktoktoe_cli.graph.choices import Direction
from tiktoktoe_cli.graph.model import EdgeKind
from tiktoktoe_cli.graph.selection.overview import Cycles, survey
from tiktoktoe_cli.graph.selection.selection import Filter, Hidden, Selection
from tiktoktoe_cli.graph.selection.words import absent_words, disorder_words, hidden_words, title_words

HIDDEN = (Hidden(Filter.KIND, 0, 1), Hidden(Filter.FOCUS, 1, 0), Hidden(Filter.COLLAPSE, 2_000, 3))


def test_what_is_hidden_is_said_in_words() -> None:
    """The sentence has numbers and reasons, and no noughts."""
    assert hidden_words(HIDDEN) == (
        "hidden: 1 dependency by --kind; 1 service by --focus; 2,000 services and 3 dependencies by --collapse"
    )
    assert hidden_words(()) == ""


def test_readers_of_a_picture_hear_of_no_options() -> None:
    """They did not choose them; what is in a box is told apart from what is not there."""
    assert absent_words(HIDDEN) == (
        "not shown: 1 service and 1 dependency; as part of boxes: 2,000 services and 3 dependencies"
    )
    assert absent_words(()) == ""


@pytest.mark.parametrize(
    ("selection", "words"),
    [
        (Selection(), "shop"),
        (Selection(focus=["a"]), "shop: `a`, what it depends on and what depends on it"),
        (Selection(focus=["a"], direction=Direction.DOWN), "shop: `a` and what it depends on"),
        (
            Selection(focus=["a", "b"], direction=Direction.UP, depth=2),
            "shop: `a` and `b` and what depends on them, at most 2 steps away",
        ),
        (Selection(depth=1), "shop: at most 1 step from the services that nobody depends on"),
        (
            Selection(tags=["t"], groups=["g"], kinds=[EdgeKind.RUNTIME]),
            "shop: services tagged `t`; services of `g`; only `runtime` dependencies",
        ),
        (Selection(collapse=()), "shop: each group as one box"),
        (
            Selection(collapse=["g"], reduce=True),
            "shop: `g` as one box; without the dependencies that others imply",
        ),
    ],
)
def test_a_title_names_the_system_and_its_part(selection: Selection, words: str) -> None:
    """As one would say it, without the words of the command line."""
    graph = graph_of({"a": {"group": "g", "tags": ["t"]}, "b": {}})

    assert title_words(survey(graph, selection, "shop")) == words


def test_without_a_name_only_the_part_is_told() -> None:
    """And of a whole system nothing."""
    graph = graph_of({"a": {"group": "g"}})

    assert title_words(survey(graph, Selection(groups=["g"]))) == "services of `g`"
    assert title_words(survey(graph)) == ""


def test_each_reason_for_no_order_is_a_sentence() -> None:
    """A cycle of services, one that a box hides, and a circle of boxes are different things."""
    assert list(disorder_words(Cycles(("a", "b"), ("g/",), ("h/", "k/")))) == [
        "no start order exists: `a` → `b` → `a`",
        "`g/` hides a cycle of start dependencies",
        "only as boxes these depend on each other in a circle: `h/` → `k/` → `h/`",
    ]
    assert list(disorder_words(Cycles())) == []

"""Nodes know where they stand, and are read in one way however they came about."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from tiktoktoe_cli.config.composer import compose
from tiktoktoe_cli.config.merging import merge
from tiktoktoe_cli.config.nodes import ForeignText, MapNode, Source, plain, reach

LOADERS = [yaml.SafeLoader, yaml.CSafeLoader]
PIECES = [
    "a: ",
    "b",
    "'",
    '"',
    "|\n",
    ">-\n",
    "- ",
    "{",
    "}",
    "[",
    "]",
    ", ",
    "# c",
    " ",
    "  ",
    "\t",
    "é",
    "😀",
    "𝄞",
]
BREAKS = ["\n", "\r\n", "\r", "\x85", "\u2028", "\u2029"]


@pytest.mark.parametrize("loader", LOADERS, ids=lambda loader: loader.__name__)
@example(["a: 'x", "\u2028", " y", "\x85", "\r", "\n", "\u2029", "'", "\r\n", "b: 😀\t# c", "\r", "c: d"])
@given(st.lists(st.sampled_from(PIECES) | st.sampled_from(BREAKS), max_size=30))
def test_lines_and_columns_are_those_of_the_parser(loader: type[yaml.SafeLoader], pieces: list[str]) -> None:
    """Both parsers count the same lines and columns as we do from an offset alone, whatever breaks the lines."""
    text = "".join(pieces) + "\n"  # libyaml adds one where there is none
    source = Source("a.yaml", Path(), text)

    found = []
    try:
        for event in yaml.parse(text, Loader=loader):
            found += [event.start_mark, event.end_mark]
    except yaml.YAMLError:
        pass  # what stands before the mistake was counted

    assert [source.position(mark.index) for mark in found if mark] == [
        (mark.line, mark.column) for mark in found if mark
    ]


def test_a_byte_order_mark_moves_nothing() -> None:
    """A mark that no editor shows takes no column."""
    text = "a: 1\nb: [x]\n"

    marked, bare = (compose(Source("a.yaml", Path(), start + text)).scalars for start in ("\ufeff", ""))

    assert [str(node.place) for node in marked] == [str(node.place) for node in bare]


def test_a_text_knows_if_it_came_from_another_file() -> None:
    """Relative paths start at the file that names them, also if its map was merged into another file's."""
    mine, theirs = (
        compose(Source(name, Path(), text)).root
        for name, text in (("a.yaml", "a: x\nc: [z]"), ("b.yaml", "b: y"))
    )
    assert isinstance(mine, MapNode)
    assert isinstance(theirs, MapNode)
    assert not list(merge(mine, theirs))

    values = plain(mine)

    assert values == {"a": "x", "b": "y", "c": ["z"]}
    assert isinstance(values, dict)
    assert {key: type(value) for key, value in values.items()} == {"a": str, "b": ForeignText, "c": list}
    assert values["b"].source.name == "b.yaml"


@pytest.mark.parametrize(
    ("path", "place"),
    [(["a"], "1:1"), (["a", 1], "1:8"), (["a", 2], None), (["a", "b"], None), (["b"], None)],
)
def test_a_step_leads_to_a_key_or_to_an_item(path: list[str | int], place: str | None) -> None:
    """An entry is shown at its key, an item at itself; what is not there is nowhere."""
    node = compose(Source("a.yaml", Path(), "a: [x, y]")).root
    assert node is not None

    *before, last = path
    for step in before:
        reached = reach(node, step)
        assert reached
        node = reached[1]

    reached = reach(node, last)

    assert (reached and str(reached[0].place)) == (place and f"a.yaml:{place}")

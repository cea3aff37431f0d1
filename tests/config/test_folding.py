"""Entries of sections are kept folded, and nobody can tell but by the memory that they take."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tiktoktoe_cli.config import load
from tiktoktoe_cli.config.composer import Composition, compose
from tiktoktoe_cli.config.folding import MOST_EVENTS, MOST_LEVELS, MOST_SHELVED
from tiktoktoe_cli.config.nodes import ListNode, MapNode, Node, ScalarNode, Source, Spot, plain, scalars
from tiktoktoe_cli.system import read_system

if TYPE_CHECKING:
    from collections.abc import Callable

SERVICE = """\
  s{0}:
    version: "1.{0}.0"
    depends_on: {{s{1}: "^1.0", s{2}: {{version: ">=1 <3", condition: started}}, s{3}: }}
"""


def _compose(text: str, *, folds: bool) -> Composition:
    return compose(Source("a.yaml", Path(), text), folds=folds)


def _entry(text: str) -> MapNode:
    """Return the first entry of the first section of a text, read as a configuration is."""
    node: Any = _compose(text, folds=True).root
    for _ in range(2):
        node = next(iter(node.entries.values())).value
    assert isinstance(node, MapNode)
    return node


def _told(node: Node | None) -> Any:
    """Tell all that a node knows, without taking anything from it."""
    if isinstance(node, ScalarNode):
        return _spot(node), node.raw, repr(node.value), node.plain, node.secret, node.interpolated
    if isinstance(node, ListNode):
        return _spot(node), [_told(item) for item in node.items]
    if isinstance(node, MapNode):
        return _spot(node), [
            (key, _spot(entry.key), _told(entry.value)) for key, entry in node.look().items()
        ]
    return node


def _spot(spot: Spot) -> tuple[int, int, str]:
    return spot.start, spot.end, spot.source.name


def _exactly(value: Any) -> Any:
    """Tell values apart that Python takes for equal, and what they were written as."""
    if isinstance(value, dict):
        return {key: _exactly(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_exactly(inner) for inner in value]
    return type(value), repr(value), getattr(value, "raw", None)


_NAMES = st.sampled_from(["a", "b c", "ä", "😀", "token", "<<", "$X", "null", "1", "", "~"]) | st.text(
    max_size=5
)
_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["$X", "${Y}"])
)
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_NAMES, inner, max_size=4),
    max_leaves=12,
)
_FRAGMENTS = st.lists(
    st.sampled_from(
        [
            "x: 1\n", "y:\n", "    z: ", "      w: ", "- ", "  - ", "{", "}", "[", "]", ", ", ": ", "? ",
            "\n", "    ", "1.10", "1.5", "007", "0x1F", "-0", "1e3", "~", "null", "true", "TRUE", ".nan",
            "'it''s'", '"\\ud83d\\ude00"', '"\\u2028"', "|\n      text\n", ">-\n      two\n      lines\n",
            "plain\n      text", "# why\n", "&a ", "*a ", "<<: *a\n", "!x ", "!!str ", "$V ", "token: x\n",
            "token: {a: b}\n", "\u00e9", "\u2028", "\u0085", "\r\n", "\t",
        ]
    ),
    max_size=25,
).map("".join)  # fmt: skip
_TEXTS = st.one_of(
    st.dictionaries(_NAMES, st.dictionaries(_NAMES, _VALUES, max_size=4), max_size=3).map(json.dumps),
    _FRAGMENTS.map("one:\n  first:\n    {}\n  second: {{a: b}}\n".format),
    _FRAGMENTS.map("base: &a\n  c: {{d: e}}\none:\n  first: {{v: {}}}\n  last: {{a: *a}}\n".format),
    _FRAGMENTS,
)


@example("one:\n  first: {a: 1, a: 2, b: [!x 1\n")
@example("one:\n  first: {a: ['x', \"y\", |z]}\n  second: {a: b: c}\n")
@given(_TEXTS)
def test_folded_or_not_a_text_says_the_same(text: str) -> None:
    """Values, places, kinds, the order of keys and all problems are the same, whatever the text holds."""
    folded, unfolded = (_compose(text, folds=folds) for folds in (True, False))

    assert folded.problems == unfolded.problems
    assert _told(folded.root) == _told(unfolded.root)
    if folded.root and unfolded.root:
        assert _exactly(plain(folded.root)) == _exactly(plain(unfolded.root))


@given(_TEXTS)
def test_what_is_folded_needs_no_look(text: str) -> None:
    """No variable, and nothing whose key sounds secret, is hidden from those who replace the one and mask the other."""
    folded, unfolded = (_compose(text, folds=folds) for folds in (True, False))
    made = {(node.start, node.end) for node in folded.scalars}

    needed = [node for node in unfolded.scalars if "$" in node.raw or node.secret]

    assert {(node.start, node.end) for node in needed} <= made


def test_walking_leaves_an_entry_folded() -> None:
    """Who reads a large system gets what is in it, and does not make it large."""
    entry = _entry("one:\n  first: {a: [x, {b: 1}], c: }\n")

    found = [(path, node.raw, str(node.place)) for path, node in scalars(entry)]

    assert found == [
        (("a", 0), "x", "a.yaml:2:15"),
        (("a", 1, "b"), "1", "a.yaml:2:22"),
        (("c",), "", "a.yaml:2:30"),
    ]
    assert plain(entry) == {"a": ["x", {"b": 1}], "c": None}
    assert plain(entry, frozenset("a")) == {"c": None}
    assert (entry.get("a") is None, entry.get("b"), entry.get("é")) == (False, None, None)
    assert entry.is_folded


def test_a_map_that_is_looked_at_again_is_not_made_again() -> None:
    """Places of all the keys of a map cost as much as one look at it; others may be looked at in between."""
    root: Any = _compose(_large(3), folds=True).root
    entries = [entry.value for entry in root.entries["services"].value.entries.values()]

    first = [entry.look() for entry in entries]
    again = [entry.look() for entry in entries]

    assert all(entry.is_folded for entry in entries)
    assert all(one is other for one, other in zip(first, again, strict=True))


def test_of_very_much_that_is_looked_at_the_first_is_forgotten() -> None:
    """What is kept for another look has a limit, and what is looked at last is there."""
    keys = ", ".join(f"k{number}: 1" for number in range(2_000))
    many = MOST_SHELVED // 4_000 + 2
    root: Any = _compose("a:\n" + "".join(f"  s{one}: {{{keys}}}\n" for one in range(many)), folds=True).root
    entries = [entry.value for entry in root.entries["a"].value.entries.values()]

    looks = [entry.look() for entry in entries]

    assert entries[0].look() is not looks[0]
    assert entries[-1].look() is looks[-1]
    assert list(entries[0].look()) == list(looks[0])


def test_what_is_taken_stays_and_can_be_changed() -> None:
    """Files are merged, and imports override, in the entries themselves."""
    entry = _entry("one:\n  first: {a: 1, b: 2}\n")

    del entry.entries["a"]

    assert not entry.is_folded
    assert entry.entries is entry.look()
    assert plain(entry) == {"b": 2}


@pytest.mark.parametrize(
    "inside",
    [
        "a: &x 1", "&x a: 1", "!!str a: 1", "a: !!str 1", "a: {<<: {b: c}}", "a: $B",
        "a: ['${B}']", "password: x", "a: 1.10", "a: 0x1F", "a: .inf", "a: 1, a: 2",
        "a: " + "[" * MOST_LEVELS + "]" * MOST_LEVELS,
        "a: [" + "x," * MOST_EVENTS + "]",
    ],
)  # fmt: skip
def test_what_only_nodes_can_tell_is_not_folded(inside: str) -> None:
    """Anchors, tags, merge keys, variables, secrets, numbers as they were written, and what is beyond measure."""
    assert not _entry(f"one:\n  first: {{{inside}}}\n").is_folded


@pytest.mark.parametrize(
    "inside", ["", "a: 1", "a: 'it''s'", "a: 1.5", "a: {b: [c, ~, true, '|']}", "é: '😀'", "$A: b"]
)
def test_the_usual_is_folded(inside: str) -> None:
    """What most entries say needs no nodes."""
    assert _entry(f"one:\n  first: {{{inside}}}\n").is_folded


def test_what_is_folded_counts_for_aliases() -> None:
    """Aliases can multiply what is folded no more than anything else."""
    text = f"one: &one\n  first: {{a: [{'x,' * 2_000}]}}\ntwo: [{'*one,' * 100}]\n"

    assert [problem.code for problem in _compose(text, folds=True).problems] == ["alias-bomb"]


def test_an_entry_that_two_files_name_is_merged(write: Callable[[str, str], str]) -> None:
    """Folded entries merge as others do; each value keeps its file, and what only one file says stays folded."""
    first = write("a.yaml", "one:\n  first: {a: {x: 1}}\n  mine: {}\n")
    second = write("b.yaml", "one:\n  first: {a: {y: 2}, b: z}\n  theirs: {}\n")

    document = load([first, second], {})

    assert not document.problems
    assert document.root
    assert plain(document.root) == {
        "one": {"first": {"a": {"x": 1, "y": 2}, "b": "z"}, "mine": {}, "theirs": {}}
    }
    places = [document.place("one", "first", "a", key) for key in "xy"]
    assert [place and place.file for place in places] == [first, second]


def _large(services: int) -> str:
    lines = (
        SERVICE.format(one, one // 2, one // 3 + services, one // 5 + 2 * services) for one in range(services)
    )
    return "version: 1\nservices:\n" + "".join(lines)


def test_a_large_system_takes_little_memory(write: Callable[[str, str], str]) -> None:
    """A service with three dependencies takes a kilobyte or two, where its nodes would take nine."""
    services = 4_000
    path = write("a.yaml", _large(services))
    read_system([path], {}, ["services"])  # what is imported stays
    source = Source(path, Path(), _large(services))

    tracemalloc.start()
    try:
        composition = compose(source, folds=True)
        _, peak = tracemalloc.get_traced_memory()
        del composition
        system = read_system([path], {}, ["services", "checks"])
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert len(system["services"]) == services
    assert peak / services < 2_500
    assert kept / services < 4_000

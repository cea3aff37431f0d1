from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tiktoktoe_cli.config.composer import compose
from tiktoktoe_cli.config.nodes import MapNode, Source
from tiktoktoe_cli.importing.fields import Fields

if TYPE_CHECKING:
    from collections.abc import Callable


def fields(text: str) -> Fields:
    """Read the map of a text."""
    root = compose(Source("a.yaml", Path(), text)).root
    assert isinstance(root, MapNode)
    return Fields(root)


def left(some: Fields) -> list[str]:
    """Name what nobody took."""
    return [one.name for one in some.left()]


def test_what_is_taken_is_not_left_over() -> None:
    """Each key once, with the place where it stands; a key without a value says nothing."""
    some = fields("a: 1\nb: true\nc:\nd: [x]\n")

    assert (some.text("a"), some.flag("b"), left(some)) == ("1", True, ["d"])
    assert some.spot("d").place.line == 4


@pytest.mark.parametrize(
    ("text", "ask"),
    [
        ("a: [1]", "text"),
        ("a: maybe", "flag"),
        ("a: -1", "count"),
        ("a: ٣", "count"),
        (f"a: '{'9' * 5_000}'", "count"),
        ("a: [{b: 1}]", "texts"),
        ("a: x", "texts"),
        ("a: {b: [1]}", "pairs"),
        ("a: [1]", "items"),
        ("a: {b: 1}", "named"),
    ],
)
def test_what_is_of_another_kind_stays_left_over(text: str, ask: str) -> None:
    """It is not taken, so that it is told of."""
    some = fields(text)

    assert not getattr(some, ask)("a")
    assert left(some) == ["a"]


def test_a_map_is_counted_key_by_key_once_somebody_went_into_it() -> None:
    """What is left over inside has the path of both."""
    some = fields("a: {b: 1, c: {d: 2}}\n")

    some.inside("a").text("b")
    some.inside("a").inside("c")

    assert left(some) == ["a.c.d"]


def test_the_maps_of_a_list_and_of_a_map_have_their_own_rest() -> None:
    """Whoever takes them asks each what is left over in it."""
    some = fields("a: [{x: 1, y: 2}]\nb: {one: {z: 3}}\n")

    (item,), named = some.items("a"), some.named("b")
    item.text("x")

    assert (left(some), left(item), left(named["one"])) == ([], ["y"], ["z"])


def test_where_there_is_no_map_there_is_an_empty_one() -> None:
    """Nobody has to ask first."""
    some = fields("a: 1\n")

    assert some.inside("a").text("b") is None
    assert not some.is_map("a")
    assert left(some) == ["a"]
    assert some.no_flag("a") is None


def test_the_parts_are_all_that_have_a_rest_of_their_own() -> None:
    """However deep they were taken out, and each once, whoever asks again."""
    some = fields("a: {b: [{c: {d: 1}}]}\ne: {f: 2}\ng: {h: {i: 3}}\n")
    for _ in range(2):
        (item,) = some.inside("a").items("b")
        item.own("c")
        some.own("e")
        some.named("g")

    assert [left(part) for part in some.parts()] == [[], [], ["d"], ["f"], ["i"]]


@pytest.mark.parametrize(
    ("text", "go_in"),
    [
        ("a: {b: 1}", lambda some: some.own("a")),
        ("a: [{b: 1}]", lambda some: some.items("a")[0]),
        ("a: {c: {b: 1}}", lambda some: some.named("a")["c"]),
    ],
)
def test_what_was_asked_for_is_remembered(text: str, go_in: Callable[[Fields], Fields]) -> None:
    """Whoever takes the same map again sees what was taken of it before."""
    some = fields(text)

    go_in(some).text("b")

    assert left(go_in(some)) == []

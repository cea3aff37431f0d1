"""YAML text becomes located nodes, or problems that say how to mend the text."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktoktoe_cli.config.composer import Composition, compose
from tiktoktoe_cli.config.nodes import Source, plain


def _compose(text: str) -> Composition:
    return compose(Source("a.yaml", Path(), text))


def _read(text: str) -> Any:
    composition = _compose(text)
    assert composition.root is not None
    return plain(composition.root)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("on", "on"),
        ("NO", "NO"),
        ("yes", "yes"),
        ("22:22", "22:22"),
        ("010", 10),
        ("0o10", 8),
        ("0x1F", 31),
        ("1_000", "1_000"),
        ("1e3", 1000.0),
        ("2026-11-23", "2026-11-23"),
        ("=", "="),
        ("true", True),
        ("TRUE", True),
        ("~", None),
        ("", None),
        ("null", None),
        (".inf", float("inf")),
        ("-5", -5),
        ("'5'", "5"),
        ("!!str 5", "5"),
        ("9" * 5000, "9" * 5000),
    ],
)
def test_scalars_follow_yaml_1_2(text: str, value: object) -> None:
    """Plain scalars mean what the core schema of YAML 1.2 says; nothing else is mangled."""
    result = _read(f"key: {text}\n")["key"]

    assert (result, type(result) is bool) == (value, type(value) is bool)


def test_numbers_keep_how_they_were_written() -> None:
    """The text 1.10 stays known beside the number 1.1."""
    assert _read("version: 1.10")["version"].raw == "1.10"


def test_every_value_knows_its_place() -> None:
    """Places are 1-based and reach to the end of the value."""
    composition = _compose("a:\n  b: [x, yes]\n")

    places = [(str(node.place), node.place.end_column) for node in composition.scalars]

    assert places == [("a.yaml:2:7", 8), ("a.yaml:2:10", 13)]


def test_merge_keys_and_anchors_work() -> None:
    """What a map says itself wins over what it merges, and an earlier merge over a later one."""
    text = "x: &x {k: 1, z: 1}\ny: &y {k: 2, only: y}\nboth: {<<: [*x, *y], z: 9}\none: {<<: *y}\n"

    values = _read(text)

    assert values["both"] == {"z": 9, "k": 1, "only": "y"}
    assert values["one"] == {"k": 2, "only": "y"}


@pytest.mark.parametrize(
    ("text", "code", "place", "words"),
    [
        ("a:\n\tb: 1", "yaml-syntax", "2:1", "tab"),
        ("a: 'x\nb: 1", "yaml-syntax", "1:4", "never closed"),
        (r'a: "b\ud83d"', "yaml-syntax", "1:4", "half of a character"),
        (r'a: "\ude00\ud83d"', "yaml-syntax", "1:4", "half of a character"),
        ("a: [1, 2", "yaml-syntax", "1:4", "never closed"),
        ("a: b: c", "yaml-syntax", "1:5", "second"),
        ("a: *nope", "yaml-syntax", "1:4", "`*nope`"),
        ("a: @x", "yaml-syntax", "1:4", "`@`"),
        ("a: 1\n---\nb: 2", "yaml-syntax", "2:1", "second document"),
        ("s:\n  version:15.2.0\n  group: x", "yaml-syntax", "2:3", "without a space"),
        ("a: \x01", "yaml-syntax", "1:4", "control character"),
        ("a: 1\na: 2", "duplicate-key", "2:1", "`a`"),
        ("a: &a [*a]", "alias-loop", "1:8", "inside"),
        ("? [a]: b", "key-not-text", "1:3", "single word"),
        ("a: !ruby 1", "unknown-tag", "1:4", "!ruby"),
        ("x: &x 1\n<<: *x", "merge-not-map", "1:4", "maps"),
    ],
)
def test_says_what_is_wrong_and_where(text: str, code: str, place: str, words: str) -> None:
    """Each mistake in YAML gets words about the mistake, at the place to mend."""
    problem = _compose(text).problems[0]

    assert (problem.code, str(problem.place)) == (code, f"a.yaml:{place}")
    assert words in problem.message


def test_unknown_tags_are_told_apart_from_mistakes() -> None:
    """Whoever knows what they mean reads them with their places; to others they are problems."""
    found = _compose("a: !reset []\nb: 1\nb: 2")

    assert [(tag.name, str(tag.place)) for tag in found.unknown_tags] == [("!reset", "a.yaml:1:4")]
    assert [problem.code for problem in found.mistakes] == ["duplicate-key"]


def test_a_duplicate_key_names_both_places() -> None:
    """A key that stands twice is shown where it stood first, too."""
    problem = _compose("a: 1\nb: 2\na: 3").problems[0]

    assert [str(place) for _, place in problem.related] == ["a.yaml:1:1"]


def test_deep_nesting_is_a_problem() -> None:
    """A hundred thousand open brackets end in a message, not in a crash."""
    assert _compose("[" * 100_000).problems[0].code == "too-deep"


def test_an_alias_bomb_is_a_problem() -> None:
    """Aliases of aliases cannot fill the memory."""
    lines = ["a: &a [x, x, x, x, x, x, x, x, x, x]"]
    lines += [
        f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]"
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    ]

    assert _compose("\n".join(lines)).problems[0].code == "alias-bomb"


def test_ten_thousand_services_are_read_in_seconds() -> None:
    """A large configuration is read in time that nobody minds."""
    service = "  s{0}:\n    version: '1.{0}.0'\n    depends_on: {{s{1}: '^1', x: {{kind: soft}}}}\n    replicas: 2\n"
    text = "services:\n" + "".join(service.format(number, number // 2) for number in range(10_000))

    started = time.monotonic()
    values = _read(text)

    assert len(values["services"]) == 10_000
    assert time.monotonic() - started < 20


@given(st.text(max_size=200) | st.text(alphabet="ab:-[]{}&*<|>'\"\\ \n\t#!%@`?,1", max_size=200))
def test_any_text_gives_nodes_or_problems(text: str) -> None:
    """Whatever the text holds, reading it ends with a tree, problems or nothing, never with an exception."""
    composition = _compose(text)

    assert composition.root is None or not any(
        problem.code == "yaml-syntax" for problem in composition.problems
    )


@given(st.text())
def test_a_text_in_json_is_a_text_in_yaml(text: str) -> None:
    """YAML 1.2 holds JSON (1.2): also an emoji that is escaped as JSON does it, in two halves."""
    texts = [text, "\U0001f600"]

    assert _read(json.dumps(texts)) == texts

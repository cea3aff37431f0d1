from __future__ import annotations

from pathlib import Path as Folder
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tiktoktoe_cli.config.composer import compose
from tiktoktoe_cli.config.nodes import Source, plain
from tiktoktoe_cli.errors import Place
from tiktoktoe_cli.importing.facts import Imported, Remark, RemarkKind
from tiktoktoe_cli.importing.yaml_text import write_yaml

HERE = Place("a.yaml", 1, 1)
TRAPS = (
    *(
        "yes",
        "no",
        "on",
        "y",
        "~",
        "null",
        "23:00",
        "0o17",
        "1e3",
        "1_000",
        "0x1F",
        "010",
        ".5",
        "2026-01-01",
    ),
    *(
        "- a",
        "a: b",
        "#a",
        "",
        " a",
        "a\n",
        "\na",
        "-",
        "--- a",
        "|",
        "x:",
        "\u202e",
        "\U000e0041",
        "\ufffe",
        "@a",
        "%a",
        "=",
        "<<",
    ),
    *("a\nb", "a\n\nb\n", " a\nb", "a\n\n"),
)
TEXTS = (
    st.text(st.characters(exclude_categories=["Cs"]))
    | st.text("a0 ?:-,[]{}#&*!|>'\"%@`\n\t=~<$.eE_+/\\x")
    | st.sampled_from(TRAPS)
)
TREES = st.recursive(
    TEXTS | st.integers() | st.booleans(),
    lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner),
    max_leaves=20,
)


def remark(message: str, *at: str | int) -> Remark:
    """Make a remark about a part of the result."""
    return Remark(RemarkKind.CHANGED, message, HERE, at)


@given(st.dictionaries(TEXTS, TREES, min_size=1))
def test_reads_back_to_the_same_data(document: dict[str, Any]) -> None:
    """Whatever is written, PyYAML (1.1) and our own reader (1.2) read what it was."""
    text = write_yaml(Imported(document, ()))

    assert yaml.safe_load(text) == document
    root = compose(Source("a", Folder(), text)).root
    assert root is not None
    assert without_types(plain(root)) == without_types(document)


@given(st.dictionaries(TEXTS.filter(bool), TREES, min_size=1), st.lists(TEXTS, max_size=3), TEXTS)
def test_remarks_are_comments_wherever_they_stand(
    document: dict[str, Any], path: list[str], words: str
) -> None:
    """A remark never changes what is read, whatever it says and wherever it belongs."""
    text = write_yaml(Imported(document, (remark(words, *path), remark(words, *list(document)[:1], 0))))

    assert yaml.safe_load(text) == document


@pytest.mark.parametrize("value", ["x", {"b": 1}, [{"b": 1}], {}, "two\nlines"])
def test_a_key_may_be_long(value: object) -> None:
    """YAML looks for the end of a key no further than 1,024 characters, unless a key says that it is one."""
    document = {"a" * 5_000: value, "it's " * 300: value, "c": value}

    assert yaml.safe_load(write_yaml(Imported(document, ()))) == document


def test_puts_remarks_where_they_belong() -> None:
    """Above the key or the item, or above the nearest thing around what was left out."""
    document = {
        "version": 1,
        "services": {"a": {"health": [{"name": "x", "expect": ["status == 200", "body.a < 1"]}]}},
    }
    remarks = (
        remark("the top"),
        remark("of a", "services", "a"),
        remark("of the second", "services", "a", "health", 0, "expect", 1),
        remark("of what is not there", "services", "a", "health", 0, "warn", 0),
    )

    assert write_yaml(Imported(document, remarks)) == (
        "# changed: the top\n"
        "version: 1\n"
        "services:\n"
        "  # changed: of a\n"
        "  a:\n"
        "    health:\n"
        "      # changed: of what is not there\n"
        "      - name: x\n"
        "        expect:\n"
        "          - status == 200\n"
        "          # changed: of the second\n"
        "          - body.a < 1\n"
    )


def test_writes_for_people() -> None:
    """Small things stay on one line, long texts keep their lines, and quotes stand where they matter."""
    document = {
        "http": {"url": "http://h:80/", "method": "GET"},
        "many": {"a": 1, "b": 2, "c": 3, "d": 4, "e": 5},
        "body": "{\n  a\n}\n",
        "start": "23:00",
        "cel": 'body.status == "UP"',
        "flag": "yes",
        "none": {},
    }

    assert write_yaml(Imported(document, ())) == (
        "http: {url: http://h:80/, method: GET}\n"
        "many:\n  a: 1\n  b: 2\n  c: 3\n  d: 4\n  e: 5\n"
        "body: |\n  {\n    a\n  }\n"
        "start: '23:00'\n"
        "cel: 'body.status == \"UP\"'\n"
        "flag: 'yes'\n"
        "none: {}\n"
    )


def without_types(value: Any) -> Any:  # a tree
    """Make texts that know their place, and numbers that know how they were written, plain again."""
    if isinstance(value, dict):
        return {str(key): without_types(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [without_types(inner) for inner in value]
    return str(value) if isinstance(value, str) else value

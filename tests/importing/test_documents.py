from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tiktoktoe_cli.config.composer import compose
from tiktoktoe_cli.config.nodes import Source
from tiktoktoe_cli.importing.documents import documents

LINES = st.sampled_from(
    (
        "---",
        "--- # c",
        "...",
        "a: 1",
        "b: 2",
        "",
        "# c",
        "  c: |",
        "   --- x",
        "---x: 1",
        "- y",
        "...\n%YAML 1.2",  # without the dots above it, a directive is none (YAML 1.2, chapter 9.2)
        "é: \t",
    )
)


def parts(text: str) -> list[str]:
    """Take a text apart, and leave out the ends of lines around each part."""
    return [one.text.strip("\n") for one in documents(Source("a.yaml", Path(), text))]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a: 1\n", ["a: 1"]),
        ("---\na: 1\n---\nb: 2\n", ["---\na: 1", "---\nb: 2"]),
        ("# c\n---\na: 1", ["# c\n---\na: 1"]),
        (
            "%YAML 1.2\n---\na: 1\n...\n%YAML 1.2\n---\nb: 2",
            ["%YAML 1.2\n---\na: 1\n...", "%YAML 1.2\n---\nb: 2"],
        ),
        ("a: |\n  ---\nb: ---x\n---x: 1\n", ["a: |\n  ---\nb: ---x\n---x: 1"]),
        ("a: 1\n--- {b: 2}\n", ["a: 1", "--- {b: 2}"]),
        ("", [""]),
    ],
)
def test_takes_a_text_apart_at_its_marks(text: str, found: list[str]) -> None:
    """What only looks like a mark, and comments and directives before one, change nothing."""
    assert parts(text) == found


def test_every_line_keeps_its_number() -> None:
    """A place in the third document is one in the whole text."""
    text = "a: 1\n---\n\nb: 2\n---\n# c\nc:\n  d: 3\n"

    *_, last = [compose(one).root for one in documents(Source("a.yaml", Path(), text))]

    assert last is not None
    assert last.place.line == 7


@given(st.lists(LINES, max_size=12).map("\n".join))
def test_reads_what_pyyaml_reads(text: str) -> None:
    """Wherever PyYAML reads several documents, they are those that it reads, line by line."""
    try:
        expected = [node.start_mark.line for node in yaml.compose_all(text) if not is_empty(node)]
    except yaml.YAMLError:
        return

    roots = [compose(one).root for one in documents(Source("a.yaml", Path(), text))]

    found = [root.place.line - 1 for root in roots if root is not None]
    assert [line for line in found if line in expected] == expected


def is_empty(node: yaml.Node | None) -> bool:
    """Tell whether a document has nothing in it."""
    return node is None or (isinstance(node, yaml.ScalarNode) and node.value == "")

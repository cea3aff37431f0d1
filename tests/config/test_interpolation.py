"""Variables in values, as the Compose specification has them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktoktoe_cli.config.composer import compose
from tiktoktoe_cli.config.interpolation import Interpolator
from tiktoktoe_cli.config.nodes import ScalarNode, Source

if TYPE_CHECKING:
    from tiktoktoe_cli.errors import Problem

ENVIRON = {"SET": "value", "EMPTY": "", "PORT": "8080"}


def _apply(text: str) -> tuple[ScalarNode, Problem | None]:
    def read_secret(_node: ScalarNode, path: str) -> str:
        if path != "secret.txt":
            raise FileNotFoundError(2, "No such file or directory")
        return "hunter2\n"

    node = compose(Source("a.yaml", Path(), f"key: {text}")).scalars[0]
    return node, Interpolator(ENVIRON, read_secret).apply(node)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("$SET", "value"),
        ("${SET}", "value"),
        ("http://h:${PORT}/x", "http://h:8080/x"),
        ("${PORT}", 8080),
        ("'${PORT}'", "8080"),
        ("${UNSET:-default}", "default"),
        ("${UNSET-default}", "default"),
        ("${EMPTY:-default}", "default"),
        ("${EMPTY-default}", ""),
        ("${SET:-default}", "value"),
        ("${SET:?words}", "value"),
        ("${EMPTY?words}", ""),
        ("${SET:+other}", "other"),
        ("${EMPTY:+other}", ""),
        ("${EMPTY+other}", "other"),
        ("${UNSET+other}", ""),
        ("${UNSET:-${EMPTY:-${SET}}}", "value"),
        ("${SET:-${UNSET}}", "value"),
        ("$$SET", "$SET"),
        ("$${SET}", "${SET}"),
        ("^a$", "^a$"),
        ("a $ b", "a $ b"),
        ("costs $5", "costs $5"),
    ],
)
def test_replaces_variables(text: str, value: object) -> None:
    """Each form of the grammar gives what Compose gives; an unquoted number becomes a number."""
    node, problem = _apply(text)

    assert problem is None
    assert node.value == value


@pytest.mark.parametrize(
    ("text", "code", "words", "column"),
    [
        ("${UNSET}", "unset-variable", "`UNSET` is not set", 6),
        ("x-$UNSET", "unset-variable", "`UNSET` is not set", 8),
        ("${UNSET:?say who you are}", "unset-variable", "say who you are", 6),
        ("${EMPTY:?}", "unset-variable", "`EMPTY` is required", 6),
        ("${1}", "interpolation-syntax", "`${1}`", 6),
        ("${SET", "interpolation-syntax", "`${SET`", 6),
        ("${SET!x}", "interpolation-syntax", "`${SET!x}`", 6),
        ("${file:nope}", "secret-file", "`nope`", 6),
    ],
)
def test_says_which_variable_is_wrong(text: str, code: str, words: str, column: int) -> None:
    """A variable that cannot be replaced is a problem at its own column."""
    node, problem = _apply(text)

    assert problem is not None
    assert (problem.code, problem.place and problem.place.column) == (code, column)
    assert words in problem.message
    assert node.fault


def test_a_file_is_read_as_a_secret() -> None:
    """What `${file:...}` reads has no line end and is marked secret."""
    node, problem = _apply("${file:secret.txt}")

    assert problem is None
    assert (node.value, node.secret) == ("hunter2", True)


@pytest.mark.parametrize(
    ("text", "learnt"),
    [
        ("AUTH ${DB_PASSWORD}", {"open sesame"}),
        ("AUTH $DB_PASSWORD", {"open sesame"}),
        ("${DB_PASSWORD:-guest}", {"open sesame"}),
        ("${API_TOKEN:-${DB_PASSWORD}}", {"open sesame"}),
        ("${API_TOKEN:-guest}", set()),
        ("${SET} ${PORT}", set()),
        ("$${DB_PASSWORD}", set()),
    ],
)
def test_a_variable_that_sounds_secret_is_one(text: str, learnt: set[str]) -> None:
    """Its value is never shown, wherever it stands; a default is no secret, it stands in the file."""
    node = compose(Source("a.yaml", Path(), f"key: {text}")).scalars[0]
    interpolator = Interpolator({**ENVIRON, "DB_PASSWORD": "open sesame"}, lambda _node, _path: "")

    interpolator.apply(node)

    assert interpolator.secrets == learnt


@given(st.text(alphabet="${}:-?+AB file.", max_size=60))
def test_any_text_is_replaced_or_refused(text: str) -> None:
    """No text makes the interpolation fail otherwise than by a problem."""
    node = ScalarNode(Source("a.yaml", Path(), ""), 0, 0, text, text, plain=False)

    problem = Interpolator({"A": "1"}, lambda _node, _path: "s").apply(node)

    assert problem is None or node.fault


class _Mark:
    index = line = column = 0

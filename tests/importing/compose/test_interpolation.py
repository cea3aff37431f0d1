from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.importing.compose.applications import Read
from tiktoktoe_cli.config.composer import compose
from tiktoktoe_cli.config.nodes import MapNode, Source, scalars
from tiktoktoe_cli.errors import ConfigError
from tiktoktoe_cli.importing.compose.interpolation import Interpolation
from tiktoktoe_cli.importing.compose.variables import Variables
from tiktoktoe_cli.importing.facts import RemarkKind

if TYPE_CHECKING:
    from collections.abc import Callable

    Write = Callable[[str, str], str]


def refused(*names: str) -> list[tuple[str, str, str]]:
    """Read files that are refused, and list the codes, the messages and the places."""
    with pytest.raises(ConfigError) as error:
        Read.of(*names)
    assert all(one.place and one.place.file in error.value.sources for one in error.value.problems)
    return [(one.code, one.message, str(one.place).rpartition("/")[2]) for one in error.value.problems]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("${X?tell me}", ("unset-variable", "`X` must be set: `tell me`", "compose.yaml:2:15")),
        ("${X:?}", ("unset-variable", "`X` must be set", "compose.yaml:2:15")),
        ("${EMPTY:?why}", ("unset-variable", "`EMPTY` must be set: `why`", "compose.yaml:2:15")),
        ("ab${Y-${X?no}}", ("unset-variable", "`X` must be set: `no`", "compose.yaml:2:21")),
        ("${", ("interpolation-syntax", "`$` begins no variable that Compose knows", "compose.yaml:2:15")),
        (
            "$A ${A",
            ("interpolation-syntax", "`${A` begins no variable that Compose knows", "compose.yaml:2:18"),
        ),
        (
            "${A/b/c}",
            ("interpolation-syntax", "`${A/b/c}` begins no variable that Compose knows", "compose.yaml:2:15"),
        ),
        ("a $1", ("interpolation-syntax", "`$` begins no variable that Compose knows", "compose.yaml:2:17")),
    ],
)
def test_refuses_what_compose_refuses(write: Write, text: str, problem: tuple[str, str, str]) -> None:
    """The Compose specification, chapter 12: mandatory variables, and what is none; with the place in the text."""
    write(".env", "A=1\nEMPTY=")

    assert refused(write("compose.yaml", f"services:\n  a: {{image: '{text}'}}")) == [problem]


def test_refuses_all_at_once_in_whichever_file_it_stands(write: Write) -> None:
    """Also where nobody would look: Compose puts variables into whole files."""
    write("base.yaml", "services: {b: {user: '${V?}'}}\nx-a: ['${W?}']")
    file = write("compose.yaml", "include: [base.yaml]\nservices: {a: {tty: '${U?}', profiles: [p]}}")

    assert [message for _, message, _ in refused(file)] == [
        "`U` must be set",
        "`V` must be set",
        "`W` must be set",
    ]


@pytest.mark.parametrize(
    "text", ["${A?x}", "${EMPTY?x}", "${X:-${A?x}}", "${A:-${X?x}}", "${X:+${Y?x}}", "$$X $${"]
)
def test_what_is_set_or_not_needed_is_nothing_to_say(write: Write, text: str) -> None:
    """An argument that does not count is not looked at."""
    write(".env", "A=1\nEMPTY=")

    assert Read.of(write("compose.yaml", f"services: {{a: {{image: '{text}'}}}}")).places() == []


def test_unset_variables_are_one_remark(write: Write) -> None:
    """However often they stand there; Compose only warns of them."""
    text = "services:\n  a: {image: 'x:$X', user: &u '${Y}${X}'}\n  b: {image: 'x:${X}', user: *u, tty: '${Z:-1}'}"

    one = Read.of(write("compose.yaml", text))

    assert one.said(RemarkKind.CHANGED) == [
        "nothing sets `X` and `Y`: Compose would put in nothing, here what they say is not known"
    ]
    assert [(place.line, place.column) for place in one.places()] == [(2, 17)]


def test_a_secret_that_is_set_is_set(write: Write) -> None:
    """It is not put in, and nobody has to be told."""
    write(".env", "DB_PASSWORD=sesame")

    one = Read.of(write("compose.yaml", "services: {a: {environment: {P: '${DB_PASSWORD:?}'}}}"))

    assert one.places() == []
    assert one.service("a")["environment"] == {"P": "${DB_PASSWORD:?}"}


def test_the_tree_of_the_file_stays_as_it_was_read() -> None:
    """What an anchor shares is filled once, and is shared in the tree that is made, too."""
    tree = compose(Source("a.yaml", Path(), "a: &a [$X]\nb: *a\n")).root
    assert isinstance(tree, MapNode)

    filled = Interpolation().filled(tree, Variables({"X": "1"}))

    assert [scalar.raw for _, scalar in scalars(tree)] == ["$X", "$X"]
    assert [(scalar.raw, scalar.value) for _, scalar in scalars(filled)] == [("1", 1), ("1", 1)]
    assert filled.get("a") is filled.get("b")

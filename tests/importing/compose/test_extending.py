from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.importing.compose.applications import Read
from tiktoktoe_cli.errors import ConfigError
from tiktoktoe_cli.importing.facts import RemarkKind

if TYPE_CHECKING:
    from collections.abc import Callable

    Write = Callable[[str, str], str]


def test_a_service_begins_as_the_one_it_extends(write: Write) -> None:
    """In the same file, over several steps; its own words win."""
    one = Read.of(
        write(
            "compose.yaml",
            """
services:
  a: {extends: {service: b}, image: a, depends_on: [x]}
  b: {extends: c, environment: [B=b]}
  c: {image: c, user: c, environment: {B: c, C: c}, depends_on: {y: {condition: service_healthy}}}
""",
        )
    )

    assert one.service("a") == {
        "image": "a",
        "user": "c",
        "environment": {"B": "b", "C": "c"},
        "depends_on": {"x": {}, "y": {"condition": "service_healthy"}},
    }
    assert one.service("c")["user"] == "c"


def test_a_service_of_another_file_is_extended_from_there(write: Write) -> None:
    """What that file says itself of `extends`, too, from its own folder; its variables are those of the first."""
    write("base/base.yaml", "services: {b: {extends: {service: c, file: more.yaml}, image: 'b:${TAG}'}}")
    write("base/more.yaml", "services: {c: {user: c}}")
    write(".env", "TAG=7")

    one = Read.of(write("compose.yaml", "services: {a: {extends: {service: b, file: base/base.yaml}}}"))

    assert one.service("a") == {"image": "b:7", "user": "c"}
    assert list(one.application.services) == ["a"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("services: {a: {extends: {service: b}}}", "`extends`: there is no service `b`"),
        (
            "services: {a: {extends: b}, b: {extends: a, user: u}}",
            "`extends`: these services extend each other",
        ),
        ("services: {a: {extends: a}}", "`extends`: these services extend each other"),
        ("services: {a: {extends: {file: x.yaml}}}", "`extends`: it names no service"),
        ("services: {a: {extends: [b]}}", "`extends`: it names no service"),
        (
            "services: {a: {extends: {service: b, file: nowhere.yaml}}}",
            "nowhere.yaml`: no such file or directory",
        ),
    ],
)
def test_what_cannot_be_extended_is_told_of_where_it_stands(write: Write, text: str, told: str) -> None:
    """The service is there without it."""
    one = Read.of(write("compose.yaml", f"\n{text}"))

    assert any(told in words for words in one.said(RemarkKind.UNTRANSLATED))
    assert {place.line for place in one.places()} == {2}
    assert "extends" not in one.service("a")


@pytest.mark.parametrize("order", [1, -1])
def test_a_long_chain_is_no_circle(write: Write, order: int) -> None:
    """Each service has what all those below it say, whichever stands first."""
    chain = [f"s{number}: {{extends: s{number + 1}, labels: [l{number}=1]}}" for number in range(300)][
        ::order
    ]

    one = Read.of(write("compose.yaml", f"services: {{{', '.join([*chain, 's300: {image: x}'])}}}"))

    assert one.places() == []
    assert one.service("s0")["image"] == "x"
    assert len(one.service("s0")["labels"]) == 300


def test_a_circle_is_told_of_once_and_ends(write: Write) -> None:
    """Where it closes; who only leads into it has what it says."""
    text = "services:\n  a: {extends: b}\n  b: {extends: c, user: u}\n  c: {extends: b}"

    one = Read.of(write("compose.yaml", text))

    assert one.said(RemarkKind.UNTRANSLATED) == ["`extends`: these services extend each other"]
    assert [place.line for place in one.places()] == [4]
    assert one.service("a") == {"user": "u"}


def test_an_endless_chain_ends_with_words_of_its_own(write: Write) -> None:
    """It is no circle, and more than anybody writes."""
    chain = ", ".join(f"s{number}: {{extends: s{number + 1}}}" for number in range(1002))

    one = Read.of(write("compose.yaml", f"services: {{{chain}, s1002: {{}}}}"))

    assert one.said(RemarkKind.UNTRANSLATED) == [
        "`extends`: more than 1,000 services extend one another in a row"
    ]


def test_a_file_that_is_no_yaml_is_a_problem_with_its_frame(write: Write) -> None:
    """As if it had been named on the command line."""
    write("base.yaml", "services: [")

    with pytest.raises(ConfigError) as refused:
        Read.of(write("compose.yaml", "services: {a: {extends: {service: b, file: base.yaml}}}"))

    assert refused.value.problems[0].code == "yaml-syntax"
    assert list(refused.value.sources.values()) == ["services: ["]


def test_standard_input_is_not_read_where_a_file_is_named(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file called `-` is looked for."""
    write("compose.yaml", "services: {a: {extends: {service: b, file: '-'}}}")
    folder = write("x", "").removesuffix("x")
    monkeypatch.chdir(folder)

    one = Read.of("compose.yaml")

    (told,) = one.said(RemarkKind.UNTRANSLATED)
    assert "cannot read `./-`" in told

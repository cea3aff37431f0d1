from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.importing.compose.applications import Read
from tiktoktoe_cli.importing.compose.application import Choice
from tiktoktoe_cli.importing.facts import RemarkKind

if TYPE_CHECKING:
    from collections.abc import Callable

    Write = Callable[[str, str], str]

PROFILES = (
    "services: {foo: {}, bar: {profiles: [test]}, baz: {profiles: [test]}, zot: {profiles: [debug, more]}}"
)


@pytest.mark.parametrize(
    ("profiles", "services"),
    [
        ((), ["foo"]),
        (("test",), ["foo", "bar", "baz"]),
        (("more",), ["foo", "zot"]),
        (("debug", "test"), ["foo", "bar", "baz", "zot"]),
        (("*",), ["foo", "bar", "baz", "zot"]),
        (("unknown",), ["foo"]),
    ],
)
def test_profiles_decide_who_is_there(write: Write, profiles: tuple[str, ...], services: list[str]) -> None:
    """The example of the Compose specification, chapter 15; who is left out is told of, with what to ask for."""
    one = Read.of(write("compose.yaml", PROFILES), choice=Choice(profiles=frozenset(profiles)))

    assert list(one.application.services) == services
    assert len(one.said(RemarkKind.IGNORED)) == 4 - len(services)
    assert all("is only there with `--profile " in words for words in one.said(RemarkKind.IGNORED))


def test_a_service_without_a_word_is_one(write: Write) -> None:
    """And what is no map is told of."""
    one = Read.of(write("compose.yaml", "services: {a: , b: [x], c: {}}"))

    assert list(one.application.services) == ["a", "c"]
    assert one.said(RemarkKind.UNTRANSLATED) == ["`b` is no map"]


def test_services_that_are_no_map_are_told_of(write: Write) -> None:
    """Then there are none."""
    one = Read.of(write("compose.yaml", "services: [a]"))

    assert one.application.services == {}
    assert one.said(RemarkKind.UNTRANSLATED) == ["`services` is no map"]


def test_lists_what_nobody_took(write: Write) -> None:
    """But for what begins with `x-`, which is nobody's business, and what has been followed."""
    text = "version: '3'\nname: n\nx-a: 1\nservices: {a: {image: x, x-b: 1, tty: true}}"

    one = Read.of(write("compose.yaml", text))
    one.application.services["a"].text("image")

    found = [(at, left.name) for left, at in one.application.left()]
    assert found == [(("services", "a"), "tty"), ((), "name")]

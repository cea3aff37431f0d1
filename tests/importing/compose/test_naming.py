from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.importing.compose.applications import Read
from tiktoktoe_cli.importing.compose.application import Choice
from tiktoktoe_cli.importing.facts import RemarkKind

if TYPE_CHECKING:
    from collections.abc import Callable

    Write = Callable[[str, str], str]

STARTED = {"condition": "started"}
RESTARTED = {**STARTED, "restart": True}


@pytest.mark.parametrize(
    ("service", "found"),
    [
        ('depends_on: ["${DB:-db}"]', {"db": STARTED}),
        ('depends_on: ["${SET}"]', {"b": STARTED}),
        ('depends_on: {"${DB:-db}": {}}', {"${DB:-db}": STARTED}),
        ('links: ["${B:-b}:al"]', {"b": RESTARTED}),
        ('links: ["b:${ALIAS}"]', {"b": RESTARTED}),
        ('links: ["$$b:x"]', {"$b": RESTARTED}),
        ('volumes_from: ["${N:-d}:ro"]', {"d": STARTED}),
        ('volumes_from: ["${N:-container:x}"]', {}),
        ('network_mode: "service:${N:-d}"', {"d": RESTARTED}),
        ('ipc: "${MODE:-service:d}"', {"d": RESTARTED}),
    ],
)
def test_names_of_services_are_settled(write: Write, service: str, found: dict[str, object]) -> None:
    """Defaults count before a text is taken apart; keys of maps have no variables (the specification, chapter 12)."""
    write(".env", "SET=b\n")

    one = Read.of(write("compose.yaml", f"services: {{a: {{{service}}}}}"))

    assert one.depends_on("a") == found
    assert one.said(RemarkKind.UNTRANSLATED) == []


@pytest.mark.parametrize(
    ("service", "key", "text"),
    [
        ('depends_on: ["${DB}"]', "depends_on", "${DB}"),
        ('links: ["b-${N}:x"]', "links", "b-${N}:x"),
        ('volumes_from: ["${N}:ro"]', "volumes_from", "${N}:ro"),
        ('network_mode: "service:${N}"', "network_mode", "service:${N}"),
        ('extends: {service: "${B}"}', "extends", "${B}"),
        ('extends: "${B}"', "extends", "${B}"),
    ],
)
def test_names_that_nobody_knows_are_told_of(write: Write, service: str, key: str, text: str) -> None:
    """They are left out: half a name is none."""
    one = Read.of(write("compose.yaml", f"services: {{a: {{{service}}}}}"))

    assert one.depends_on("a") == {}
    assert one.said(RemarkKind.UNTRANSLATED) == [f"`{key}`: `{text}` has variables that are not known"]


def test_a_namespace_of_a_container_needs_no_name(write: Write) -> None:
    """No service is named by `container:${ID}`, whatever that holds."""
    one = Read.of(write("compose.yaml", 'services: {a: {network_mode: "container:${ID}"}}'))

    assert one.depends_on("a") == {}
    assert one.said(RemarkKind.UNTRANSLATED) == []


@pytest.mark.parametrize("extends", ['{service: "${B:-c}"}', '"${B:-c}"', '{service: "$${C}"}'])
def test_what_is_extended_is_settled(write: Write, extends: str) -> None:
    """A dollar sign that is written twice is part of the name."""
    services = f'{{a: {{extends: {extends}}}, c: {{image: x}}, "${{C}}": {{image: x}}}}'

    one = Read.of(write("compose.yaml", f"services: {services}"))

    assert one.service("a") == {"image": "x"}


def test_a_profile_is_settled(write: Write) -> None:
    """One that nobody knows is told of, and is none that was asked for."""
    text = 'services: {a: {profiles: ["${P:-p}"]}, b: {profiles: ["${P}"]}}'

    one = Read.of(write("compose.yaml", text), choice=Choice(profiles=frozenset({"p"})))

    assert list(one.application.services) == ["a"]
    assert one.said(RemarkKind.UNTRANSLATED) == ["`profiles`: `${P}` has variables that are not known"]


def test_an_included_file_is_settled_once_with_its_own_variables(write: Write) -> None:
    """Those of its folder; a dollar sign that was written twice is not looked at again."""
    write("inner/.env", "DB=mine\n")
    write("inner/compose.yaml", 'services: {a: {depends_on: ["${DB:-db}", "$$b"]}}')

    one = Read.of(write("compose.yaml", "include: [inner/compose.yaml]"))

    assert one.depends_on("a") == {"mine": STARTED, "$b": STARTED}
    assert one.said(RemarkKind.CHANGED) == []

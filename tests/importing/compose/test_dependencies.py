from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.importing.compose.applications import Read
from tiktoktoe_cli.importing.facts import RemarkKind

if TYPE_CHECKING:
    from collections.abc import Callable

    Write = Callable[[str, str], str]

STARTED = {"condition": "started"}


@pytest.mark.parametrize(
    ("service", "found"),
    [
        ("{depends_on: [b]}", {"b": STARTED}),
        ("{depends_on: {b: {condition: service_healthy}}}", {"b": {"condition": "healthy"}}),
        (
            "{depends_on: {b: {condition: service_completed_successfully, required: false, restart: true}}}",
            {"b": {"condition": "completed_successfully", "required": False, "restart": True}},
        ),
        ("{depends_on: {b: {required: true, restart: false}}}", {"b": STARTED}),
        ("{depends_on: {b: }}", {"b": STARTED}),
        ('{links: [b, "c:alias"]}', {"b": {**STARTED, "restart": True}, "c": {**STARTED, "restart": True}}),
        ("{network_mode: 'service:b', ipc: host}", {"b": {**STARTED, "restart": True}}),
        ("{pid: 'service:b', ipc: 'service:c'}", {name: {**STARTED, "restart": True} for name in ("c", "b")}),
        ("{volumes_from: ['b:ro', 'container:x']}", {"b": STARTED}),
        (
            "{links: [b], depends_on: {b: {condition: service_healthy}}}",
            {"b": {"condition": "healthy"}},
        ),
        ("{depends_on: [nobody]}", {"nobody": STARTED}),
    ],
)
def test_dependencies_are_found_wherever_they_are_said(
    write: Write, service: str, found: dict[str, object]
) -> None:
    """What compose-go adds to `depends_on` is added here; what is declared wins."""
    one = Read.of(write("compose.yaml", f"services: {{a: {service}}}"))

    assert one.depends_on("a") == found


def test_an_unknown_condition_waits_for_the_start(write: Write) -> None:
    """And is told of, as is what it says besides."""
    text = "services: {a: {depends_on: {b: {condition: service_ready, colour: red}, c: 3}}}"

    one = Read.of(write("compose.yaml", text))

    assert one.depends_on("a") == {"b": STARTED, "c": STARTED}
    assert "`service_ready`" in one.said(RemarkKind.CHANGED)[0]
    assert "`c`: this is no map" in one.said(RemarkKind.CHANGED)[1]
    assert one.said(RemarkKind.UNTRANSLATED) == ["`colour`: it has no counterpart here"]

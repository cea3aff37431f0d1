"""What the rules of the graph are told: read from what is written, without the settings of checks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tiktoktoe_cli.health.probes.settings import ProbeSettings
from tiktoktoe_cli.health.settings import PROBES
from tiktoktoe_cli.orchestration.session import plan_of
from tiktoktoe_cli.subject import OUTLINES, SUBJECT_PARTS, subject_of
from tiktoktoe_cli.system import load_system, read_system

if TYPE_CHECKING:
    from collections.abc import Callable

ASKING = {
    "http": ("{url: 'http://127.0.0.1/up'}", ("127.0.0.1", 80)),
    "tcp": ("{address: '127.0.0.1:7000'}", ("127.0.0.1", 7000)),
    "tls": ("{address: '[::1]:7001'}", ("::1", 7001)),
    "grpc": ("{address: 'h:7002'}", ("h", 7002)),
    "websocket": ("{url: 'wss://h/live'}", ("h", 443)),
    "redis": ("{address: '127.0.0.1:7003'}", ("127.0.0.1", 7003)),
    "postgres": ("{address: '127.0.0.1:7004', username: me}", ("127.0.0.1", 7004)),
    "mysql": ("{address: '127.0.0.1:7005', username: me}", ("127.0.0.1", 7005)),
    "kafka": ("{bootstrap_servers: 'h:7006'}", ("h", 7006)),
}
OPERATED = """\
version: 1
services:
  all:
    health: [{name: up, exec: {run: [check]}}]
    actions: {start: {run: [all], ready_line: up}, drain: {run: [drain]}, rollback: {run: [undo]}}
  some: {health: [], actions: {start: {run: [some], ready_line: null}, drain: null}}
  none: {}
"""


def test_every_probe_of_something_that_listens_is_known_here() -> None:
    """Whoever adds one adds its line above."""
    listening = {kind for kind, probe in PROBES.items() if probe.listens_at is not ProbeSettings.listens_at}

    assert listening == set(ASKING)


@pytest.mark.parametrize("kind", ASKING)
def test_where_a_service_listens_is_seen_in_its_check(write: Callable[[str, str], str], kind: str) -> None:
    """What the probe says itself is found without it: another service that is started with the address uses it."""
    settings, (host, port) = ASKING[kind]
    text = f"""\
version: 1
services:
  db: {{health: [{{name: up, {kind}: {settings}}}]}}
  app: {{actions: {{start: {{run: [app, "{f"[{host}]" if ":" in host else host}:{port}"]}}}}}}
"""
    path = write("a.yaml", text)

    (check,) = read_system([path], {}, ["checks"])["checks"]["db"]
    found = subject_of(load_system([path], {}, SUBJECT_PARTS, outlines=OUTLINES)).operations.uses

    assert check.probe.listens_at == (host, port)
    assert found == {"app": {"db": ("services", "app", "actions", "start", "run", 1)}}


@pytest.mark.parametrize(
    "check",
    ["http: {url: 'http://h:1/', proxy: {url: 'http://p:9'}}", "kafka: {bootstrap_servers: 'p:9,h:1'}"],
)
def test_an_address_beside_that_tells_nothing(write: Callable[[str, str], str], check: str) -> None:
    """A proxy is not the service, and of several servers each may be another one's."""
    text = f"""\
version: 1
services:
  db: {{health: [{{name: up, {check}}}]}}
  app: {{actions: {{start: {{run: [app, "p:9"]}}}}}}
"""

    system = load_system([write("a.yaml", text)], {}, SUBJECT_PARTS, outlines=OUTLINES)

    assert subject_of(system).operations.uses == {}


def test_what_can_be_done_is_the_same_for_rules_and_for_a_run(write: Callable[[str, str], str]) -> None:
    """The rules read what is written, a run its settings: neither knows of anything that the other does not."""
    system = read_system([write("a.yaml", OPERATED)], {})

    known = subject_of(system).operations.abilities
    planned = plan_of(system.graph(), system["actions"], system["checks"], None).services

    assert set(known.checked) == {name for name, one in planned.items() if one.is_checked} == {"all"}
    assert list(known.started) == ["all", "some"]
    assert set(known.ready_line) == {name for name, one in planned.items() if one.has_ready_line} == {"all"}
    assert set(known.rollback) == {name for name, one in planned.items() if one.can_roll_back} == {"all"}
    assert set(known.drain) == {"all"}

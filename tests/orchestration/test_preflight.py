"""Ports that are taken, seen before anything is started."""

from __future__ import annotations

import asyncio
import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from tiktoktoe_cli.errors import UnfinishedError
from tiktoktoe_cli.health.settings import CheckSettings
from tiktoktoe_cli.orchestration.preflight import check_ports, local_addresses
from tiktoktoe_cli.resilience.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Iterator


def http(url: str) -> CheckSettings:
    """Make a check of a web server."""
    return CheckSettings.model_validate({"name": "api", "http": {"url": url}})


def tcp(address: str) -> CheckSettings:
    """Make a check of a port."""
    return CheckSettings.model_validate({"name": "port", "tcp": {"address": address}})


@contextmanager
def listener() -> Iterator[int]:
    """Listen on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_finds_where_checks_expect_somebody_on_this_machine() -> None:
    """Web servers by their port or that of the scheme, TCP by address; other machines and programs are left out."""
    program = CheckSettings.model_validate({"name": "run", "exec": {"run": ["true"]}})
    checks = [
        http("http://127.0.0.1:8080/health"),
        http("http://localhost/"),
        http("https://[::1]/"),
        http("http://shop.localhost:81/"),
        http("http://example.com:8080/"),
        tcp("0.0.0.0:5432"),
        tcp("10.0.0.1:5432"),
        program,
    ]

    assert list(local_addresses(checks)) == [
        ("127.0.0.1", 8080),
        ("localhost", 80),
        ("::1", 443),
        ("shop.localhost", 81),
        ("0.0.0.0", 5432),  # noqa: S104  # an address to look at, not to bind
    ]


def test_a_port_that_is_taken_is_named_with_its_service() -> None:
    """The message says which port and whose, the hint how to find the culprit and where to change it."""
    with listener() as port, pytest.raises(UnfinishedError) as taken:
        asyncio.run(
            check_ports({"payments": [http(f"http://127.0.0.1:{port}/health")]}, ["payments"], SystemClock())
        )

    assert taken.value.message == f"port {port} is already in use by another process; `payments` needs it"
    assert taken.value.hint is not None
    assert "`services.payments.health`" in taken.value.hint


def test_all_taken_ports_are_named_at_once() -> None:
    """Nobody has to fix them one by one."""
    with listener() as one, listener() as two:
        checks = {"a": [tcp(f"127.0.0.1:{one}")], "b": [tcp(f"127.0.0.1:{two}")]}
        with pytest.raises(UnfinishedError) as taken:
            asyncio.run(check_ports(checks, ["a", "b"], SystemClock()))

    expected = f"2 ports are already in use by other processes: {one} (`a`), {two} (`b`)"
    assert taken.value.message == expected


def test_a_free_port_is_fine() -> None:
    """A port on which nobody listens is free."""
    with listener() as port:
        pass

    asyncio.run(check_ports({"payments": [tcp(f"127.0.0.1:{port}")]}, ["payments"], SystemClock()))


def test_a_service_that_somebody_else_runs_may_answer() -> None:
    """Only services that are going to be started need their ports free."""
    with listener() as port:
        asyncio.run(check_ports({"theirs": [tcp(f"127.0.0.1:{port}")]}, [], SystemClock()))

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from tests.health.listening.sites import make_modules
from tiktoktoe_cli.health.listening.aiming import aim
from tiktoktoe_cli.health.listening.targets import is_allowed

HTTP: dict[str, Any] = {"http": {}}
TCP: dict[str, Any] = {"tcp": {}}


def allows(module: dict[str, Any], pattern: str, target: str) -> bool:
    """Ask whether a module with a single pattern may be aimed at a target."""
    made = make_modules(m={**module, "targets": [pattern]})["m"]
    return is_allowed(made.targets, aim(made, target))


@pytest.mark.parametrize(
    ("module", "pattern", "target"),
    [
        (HTTP, "h:80", "h"),
        (HTTP, "h:80", "http://H/path?a=b"),
        (HTTP, "h:443", "https://h/"),
        (HTTP, "*.example.org:443", "https://a.b.example.org/"),
        (HTTP, "10.0.0.*:*", "10.0.0.7:9100/metrics"),
        (HTTP, "[::1]:80", "[::1]"),
        (HTTP, "https://h", "https://h/any/path"),
        (HTTP, "https://h/health*", "https://h/health?deep=1"),
        (HTTP, "http://h:*", "http://h:8080/"),
        ({"websocket": {}}, "wss://h/ws", "wss://h:443/ws"),
        (TCP, "db-*:5432", "db-1:5432"),
        (TCP, "*", "anybody:1"),
        ({"kafka": {}}, "*.k:9092", "a.k:9092,b.k:9092"),
        ({"icmp": {}}, "10.*", "10.1.2.3"),
    ],
)
def test_a_pattern_names_its_targets(module: dict[str, Any], pattern: str, target: str) -> None:
    """A host and a port, with the usual port where a URL names none, or the beginning of a URL."""
    assert allows(module, pattern, target)


@pytest.mark.parametrize(
    ("module", "pattern", "target"),
    [
        (HTTP, "h:80", "h:81"),
        (HTTP, "h:80", "https://h/"),
        (HTTP, "*.example.org:80", "http://evil/.example.org:80"),
        (HTTP, "*.example.org:80", "http://evil/?.example.org:80"),
        (HTTP, "*.example.org:80", "http://evil#.example.org:80"),
        (HTTP, "*.example.org:80", "http://evil\\.example.org:80/"),
        (HTTP, "h*:80", "http://h@evil/"),
        (HTTP, "http://h*", "http://h:x@evil/"),
        (HTTP, "http://*/health", "http://evil/x/health"),
        (HTTP, "https://h", "http://h:443/"),
        (HTTP, "https://h/health", "https://h/other"),
        (HTTP, "h.x:80", "hax"),
        (TCP, "https://h", "h:443"),
        ({"kafka": {}}, "*.k:9092", "evil:9092,b.k:9092"),
        ({"kafka": {}}, "*.k:9092", "b.k:9092,evil:9092"),
    ],
)
def test_a_pattern_cannot_be_talked_round(module: dict[str, Any], pattern: str, target: str) -> None:
    """What stands in a path, a user's name or another server of a list is not the host."""
    assert not allows(module, pattern, target)


@pytest.mark.parametrize(
    "module",
    [
        {"http": {"auth": {"bearer": "t"}}},
        {"http": {"headers": {"X-Api-Key": "k"}}},
        {"grpc": {"metadata": {"authorization": "Bearer t"}}},
        {"redis": {"password": "p"}},
        {"kafka": {"options": {"sasl.password": "p"}}},
    ],
)
def test_credentials_need_targets(module: dict[str, Any]) -> None:
    """Whoever asks for a module names its target: one that has credentials says who may get them."""
    with pytest.raises(ValidationError) as caught:
        make_modules(m=module)

    assert [error["type"] for error in caught.value.errors()] == ["targets-missing"]
    assert make_modules(m={**module, "targets": ["h:1"]})


@pytest.mark.parametrize("module", [{"http": {"headers": {"Accept": "text/plain"}}}, {"redis": {}}])
def test_without_credentials_any_target_will_do(module: dict[str, Any]) -> None:
    """What everybody may know needs no list."""
    assert make_modules(m=module)["m"].targets == ()

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.health.listening.sites import make_modules
from tiktoktoe_cli.health.listening.aiming import TargetError, aim

if TYPE_CHECKING:
    from tiktoktoe_cli.health.settings import Examination


def aimed(target: str, **module: Any) -> Examination:
    """Aim a module at a target."""
    return aim(make_modules(m=module)["m"], target)


@pytest.mark.parametrize(
    ("target", "url"),
    [
        ("example.org", "http://example.org"),
        ("example.org:8080/health", "http://example.org:8080/health"),
        ("https://example.org/", "https://example.org/"),
    ],
)
def test_a_target_without_a_scheme_is_http(target: str, url: str) -> None:
    """As Prometheus' blackbox exporter does it."""
    assert aimed(target, http={}).probe.url == url  # type: ignore[attr-defined]  # an http probe


def test_a_tcp_target_is_an_address() -> None:
    """It is what the check's `address` would be."""
    check = aimed("127.0.0.1:5432", tcp={})

    assert (check.kind, check.probe.listens_at) == ("tcp", ("127.0.0.1", 5432))


def test_everything_else_is_the_modules() -> None:
    """Its method, its expectations, its timeout."""
    check = aimed("h", http={"method": "POST"}, expect=["status == 201"], timeout="2s")

    assert check.probe.method == "POST"  # type: ignore[attr-defined]  # an http probe
    assert [one.text for one in check.expect] == ["status == 201"]
    assert check.timeout == 2_000_000_000


def test_the_module_itself_stays_without_a_target() -> None:
    """Two targets at the same time do not meet."""
    module = make_modules(m={"http": {}})["m"]

    aim(module, "a")

    assert module.probe.url is None  # type: ignore[attr-defined]  # an http probe


@pytest.mark.parametrize(
    ("module", "target"),
    [
        ({"http": {}}, "ftp://h/"),
        ({"http": {}}, "http://"),
        ({"http": {}}, "a b"),
        ({"http": {}}, "x" * 3000),
        ({"tcp": {}}, "no-port"),
        ({"tcp": {}}, "h:99999"),
    ],
)
def test_what_is_no_target_is_refused_with_the_reason(module: dict[str, Any], target: str) -> None:
    """As in the configuration, where such a setting is a problem."""
    with pytest.raises(TargetError, match=r"\w"):
        aimed(target, **module)

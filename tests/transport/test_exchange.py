from __future__ import annotations

import pytest

from tiktoktoe_cli.transport import HttpRequest, shown_duration


@pytest.mark.parametrize(
    ("limit_ns", "shown"),
    [(300_000_000, "300ms"), (299_998_870, "300ms"), (4_899_700_000, "4.9s"), (1, "1ms"), (0, "1ms")],
)
def test_time_limits_are_shown_in_round_numbers(limit_ns: int, shown: str) -> None:
    """A message says how long was waited, not how many nanoseconds were left."""
    assert str(shown_duration(limit_ns)) == shown


@pytest.mark.parametrize(
    ("method", "header", "is_sendable"),
    [
        ("GET", "X-A", True),
        ("G T", "X-A", False),
        ("", "X-A", False),
        ("GET", "X A", False),
        ("GET", "X:", False),
    ],
)
def test_only_tokens_can_be_sent(method: str, header: str, *, is_sendable: bool) -> None:
    """Methods and header names are tokens, as HTTP defines them."""
    request = HttpRequest("http://h/", 1, method=method, headers=((header, "v"),))

    assert request.is_sendable is is_sendable


def test_a_request_does_not_show_its_credentials() -> None:
    """Where a request is printed, its address, headers and body are left out."""
    request = HttpRequest("http://u:sesame@h/", 1, headers=(("a", "sesame"),), body=b"sesame")

    assert "sesame" not in repr(request)

from __future__ import annotations

import pytest

from tiktoktoe_cli.transport import HttpRequest


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

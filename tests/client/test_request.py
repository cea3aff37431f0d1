"""Settings become a request that can be sent again and again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.client.making import SECOND, request, settings
from tiktoktoe_cli.client.request import read_body, request_of
from tiktoktoe_cli.errors import UsageError
from tiktoktoe_cli.transport import BearerAuth


@pytest.mark.parametrize(
    ("words", "method"),
    [
        ({}, "GET"),
        ({"body": {"text": ""}}, "POST"),
        ({"method": "put", "body": {"text": "x"}}, "PUT"),
        ({"method": "DELETE"}, "DELETE"),
    ],
)
def test_a_body_makes_it_a_post(words: dict[str, Any], method: str) -> None:
    """As with curl; whoever names a method gets it."""
    assert request(**words).http.method == method


@pytest.mark.parametrize(
    ("url", "sent"),
    [
        ("http://h/a", "http://h/a?q=a+b%26c&n=1"),
        ("http://h/a?x=1#part", "http://h/a?x=1&q=a+b%26c&n=1#part"),
    ],
)
def test_parameters_are_added_to_those_of_the_address(url: str, sent: str) -> None:
    """They are encoded, and those that were there stay."""
    assert request(url=url, query={"q": "a b&c", "n": 1}).http.url == sent


@pytest.mark.parametrize(
    ("words", "headers"),
    [
        ({"body": {"json": {"id": 7}}}, {"content-type": "application/json"}),
        ({"body": {"json": 1}, "headers": {"Content-Type": "application/ld+json"}}, None),
        ({"body": {"text": "x"}}, {}),
    ],
)
def test_only_json_says_what_it_is(words: dict[str, Any], headers: dict[str, str] | None) -> None:
    """A header that is there already is left alone."""
    expected = words["headers"] if headers is None else headers

    assert dict(request(**words).http.headers) == expected


def test_json_is_written_as_json() -> None:
    """What stands in the YAML is what the server reads."""
    assert request(body={"json": {"id": 7, "name": "Zoë", "tags": [None]}}).http.body == (
        '{"id": 7, "name": "Zoë", "tags": [null]}'.encode()
    )


def test_a_file_is_sent_byte_by_byte(tmp_path: Path) -> None:
    """Whatever is in it."""
    path = tmp_path / "body.bin"
    path.write_bytes(b"\x00\xff\n")

    assert request(body={"file": str(path)}).http.body == b"\x00\xff\n"


def test_a_missing_file_is_the_users_mistake(tmp_path: Path) -> None:
    """It is named before anything is sent."""
    with pytest.raises(UsageError, match=r"cannot read the body `.*none`: no such file or directory"):
        request(body={"file": str(tmp_path / "none")})


def test_a_body_from_elsewhere_takes_the_place_of_the_settings(tmp_path: Path) -> None:
    """The file that it replaces need not even exist."""
    made = request_of("charge", settings(body={"file": str(tmp_path / "none")}), b"other")

    assert (made.http.body, made.http.method) == (b"other", "POST")


@pytest.mark.parametrize(
    ("url", "destination"),
    [
        ("http://payments/charge", "payments:80"),
        ("https://PAYMENTS/charge", "payments:443"),
        ("http://me:secret@payments:8080/?a=b", "payments:8080"),
        ("http://[::1]:8080/", "[::1]:8080"),
    ],
)
def test_its_destination_is_a_host_and_a_port(url: str, destination: str) -> None:
    """Two spellings of one place are one destination."""
    assert request(url=url).destination == destination


def test_everything_else_is_handed_on() -> None:
    """What the transport can do, a request can ask for."""
    made = request(
        timeout="2s",
        auth={"bearer": "t"},
        follow_redirects=False,
        max_redirects=3,
        max_body="1Ki",
        http2=True,
    ).http

    assert made.timeout_ns == 2 * SECOND
    assert made.auth == BearerAuth("t")
    assert (made.follow_redirects, made.max_redirects, made.max_body_bytes) == (False, 3, 1024)
    assert made.route.http2


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_a_number_that_json_lacks_is_refused(number: float) -> None:
    """YAML has `.nan` and `.inf`, but no server could read them."""
    with pytest.raises(UsageError, match="the body of `charge` is no JSON"):
        request(body={"json": [number]})


def test_a_body_without_an_end_is_refused() -> None:
    """It is not read until the memory is full."""
    with pytest.raises(UsageError, match="the body of `/dev/zero` is larger than 256 MiB"):
        read_body(Path("/dev/zero"))

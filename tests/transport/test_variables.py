from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktoktoe_cli.transport import HttpReply, Timing
from tiktoktoe_cli.transport.variables import Body, body_of, phases_of, variables_of


def reply(body: bytes, content_type: str | None = None, *, is_cut: bool = False) -> HttpReply:
    """Make an answer with a body and its type."""
    headers = (("content-type", content_type),) if content_type is not None else ()
    return HttpReply(200, "http://h/", headers, body, is_cut, 0, Timing(total_ns=1))


@pytest.mark.parametrize(
    ("body", "content_type", "value"),
    [
        (b'{"a": 1}', "application/json", {"a": 1}),
        (b'{"a": 1}', "application/health+json; charset=utf-8", {"a": 1}),
        (b'"UP"', "application/json", "UP"),
        (b"null", "application/json", None),
        (b'{"a": 1}', None, {"a": 1}),
        (b" \n[1, 2.5, 1234567, null]", "text/plain", [1, 2.5, 1234567, None]),
        (b"1", "text/plain", "1"),
        (b"{not json}", "text/plain", "{not json}"),
        (b"", "text/html", ""),
        ("Grün".encode(), "text/plain", "Grün"),
        ("Grün".encode("latin-1"), "text/plain; charset=ISO-8859-1", "Grün"),
        (b"a\xffb", "text/plain", "a\ufffdb"),
        (b"plain", "text/plain; charset=punycode", "plain"),
    ],
)
def test_a_body_is_json_or_text(body: bytes, content_type: str | None, value: object) -> None:
    """What says that it is JSON, or looks like it and is, is parsed; all else is text."""
    assert body_of(reply(body, content_type)) == Body(value)


@pytest.mark.parametrize("body", [b"", b"{", b"<html>", b"NaN", b"[" * 100_000, b"\xff"])
def test_json_that_cannot_be_read_is_remarked(body: bytes) -> None:
    """A body that promises JSON and is none stays text, and that is said."""
    read = body_of(reply(body, "application/json"))

    assert isinstance(read.value, str)
    assert read.remarks == ("the body is not valid JSON",)


def test_a_body_that_was_cut_is_remarked() -> None:
    """Whoever reads what was made of it learns that only the beginning was seen."""
    assert body_of(reply(b"abc", "text/plain", is_cut=True)) == Body(
        "abc", ("the body was cut after 3 bytes",)
    )


def test_headers_are_a_map_with_names_in_lower_case() -> None:
    """Repeated headers are joined, as HTTP says."""
    headers = (("x-a", "1"), ("x-a", "2"), ("x-b", "3"))
    answer = HttpReply(204, "http://h/", headers, b"", is_cut=False, redirects=0, timing=Timing(1))

    variables = variables_of(answer, Body("b"))

    assert variables == {
        "status": 204,
        "body": "b",
        "headers": {"x-a": "1, 2", "x-b": "3"},
        "url": "http://h/",
    }


def test_the_phases_that_ended_have_names() -> None:
    """All of them in their order, the total last; one that did not end is missing, one that took no time is not."""
    whole = Timing(total_ns=15, dns_ns=1, connect_ns=2, tls_ns=3, ttfb_ns=4, transfer_ns=5)

    assert list(phases_of(whole).items()) == [
        ("dns", 1),
        ("connect", 2),
        ("tls", 3),
        ("ttfb", 4),
        ("transfer", 5),
        ("total", 15),
    ]
    assert phases_of(Timing(total_ns=2, dns_ns=0)) == {"dns": 0, "total": 2}


@given(body=st.binary(max_size=200), content_type=st.text(max_size=40))
def test_any_answer_can_be_read(body: bytes, content_type: str) -> None:
    """Whatever a server sends, it becomes values."""
    answer = reply(body, content_type)

    assert variables_of(answer, body_of(answer))["status"] == 200

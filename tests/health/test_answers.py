from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktoktoe_cli.health.answers import observe_answer
from tiktoktoe_cli.transport import HttpReply, Timing


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
    observation = observe_answer(reply(body, content_type))

    assert observation.values["body"] == value
    assert observation.remarks == ()


@pytest.mark.parametrize("body", [b"", b"{", b"<html>", b"NaN", b"[" * 100_000, b"\xff"])
def test_json_that_cannot_be_read_is_remarked(body: bytes) -> None:
    """A body that promises JSON and is none stays text, and that is said."""
    observation = observe_answer(reply(body, "application/json"))

    assert isinstance(observation.values["body"], str)
    assert observation.remarks == ("the body is not valid JSON",)


def test_a_body_that_was_cut_is_remarked() -> None:
    """Who reads the verdict learns that only the beginning was seen."""
    observation = observe_answer(reply(b"abc", "text/plain", is_cut=True))

    assert observation.remarks == ("the body was cut after 3 bytes",)


def test_headers_are_a_map_with_names_in_lower_case() -> None:
    """Repeated headers are joined, as HTTP says."""
    headers = (("x-a", "1"), ("x-a", "2"), ("x-b", "3"))

    observation = observe_answer(HttpReply(200, "http://h/", headers, b"", False, 0, Timing(total_ns=1)))

    assert observation.values["headers"] == {"x-a": "1, 2", "x-b": "3"}


@given(body=st.binary(max_size=200), content_type=st.text(max_size=40))
def test_any_answer_can_be_observed(body: bytes, content_type: str) -> None:
    """Whatever a server sends, it becomes values."""
    observation = observe_answer(reply(body, content_type))

    assert observation.values["status"] == 200

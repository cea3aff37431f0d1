"""Events as requests: the examples of CloudEvents' HTTP binding, and what has no form."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tiktoktoe_cli.replay.choices import Binding
from tiktoktoe_cli.replay.delivering.binding import BindingError, content_of, header_text

EVENT = {
    "specversion": "1.0",
    "type": "com.example.someevent",
    "id": "1234-1234-1234",
    "source": "/mycontext",
}


def written(binding: Binding, *events: dict[str, Any]) -> tuple[dict[str, str], bytes]:
    """Write events as a request."""
    content = content_of(binding, [json.dumps(event).encode() for event in events])
    return dict(content.headers), content.body


def test_binary_has_attributes_as_headers() -> None:
    """What is null is not set; the data is the body (CloudEvents HTTP 3.1)."""
    event = EVENT | {"time": "2018-04-05T03:56:24Z", "subject": None, "n": 7, "b": True, "data": {"a": [1]}}

    headers, body = written(Binding.BINARY, event)

    assert headers == {
        "ce-specversion": "1.0",
        "ce-type": "com.example.someevent",
        "ce-id": "1234-1234-1234",
        "ce-source": "/mycontext",
        "ce-time": "2018-04-05T03:56:24Z",
        "ce-n": "7",
        "ce-b": "true",
        "content-type": "application/json",
    }
    assert json.loads(body) == {"a": [1]}


@pytest.mark.parametrize(
    ("data", "content_type", "body"),
    [
        ({"data": "<a/>", "datacontenttype": "application/xml"}, "application/xml", b"<a/>"),
        ({"data": "a", "datacontenttype": "text/json; x=y"}, "text/json; x=y", b'"a"'),
        ({"data": "a", "datacontenttype": "application/x+json"}, "application/x+json", b'"a"'),
        ({"data": None}, "application/json", b"null"),
        ({"data_base64": "AP8="}, None, b"\x00\xff"),
        ({"data_base64": "AP8=", "datacontenttype": "image/png"}, "image/png", b"\x00\xff"),
        ({}, None, b""),
    ],
)
def test_binary_writes_the_data_as_it_is(data: dict[str, Any], content_type: str | None, body: bytes) -> None:
    """JSON as JSON, another text as it is, Base64 as its bytes."""
    headers, found = written(Binding.BINARY, EVENT | data)

    assert (headers.get("content-type"), found) == (content_type, body)


def test_headers_are_percent_encoded() -> None:
    """The specification's own example (3.1.3.2): `Euro € 😀`."""
    assert header_text("Euro € 😀") == "Euro%20%E2%82%AC%20%F0%9F%98%80"
    assert header_text('50%"~!') == "50%25%22~!"


@pytest.mark.parametrize(
    "change",
    [
        {"id": ""},
        {"type": None},
        {"source": 7},
        {"Loud": "x"},
        {"ratio": 1.5},
        {"list": []},
        {"data_base64": "?"},
        {"data_base64": 7},
    ],
)
def test_what_has_no_binary_form_is_told(change: dict[str, Any]) -> None:
    """It would arrive as something else."""
    with pytest.raises(BindingError):
        written(Binding.BINARY, EVENT | change)


def test_structured_plain_and_batch_carry_whole_events() -> None:
    """The body is the event, or an array of them."""
    structured = written(Binding.STRUCTURED, EVENT)
    plain = written(Binding.PLAIN, {"n": 1})
    batch = written(Binding.BATCH, EVENT, EVENT)

    assert structured[0] == {"content-type": "application/cloudevents+json; charset=UTF-8"}
    assert (plain[0], plain[1]) == ({"content-type": "application/json"}, b'{"n": 1}')
    assert batch[0] == {"content-type": "application/cloudevents-batch+json; charset=UTF-8"}
    assert json.loads(structured[1]) == EVENT
    assert json.loads(batch[1]) == [EVENT, EVENT]

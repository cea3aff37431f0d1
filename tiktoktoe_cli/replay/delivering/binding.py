"""Events → the headers and body of a request, as CloudEvents' HTTP Protocol Binding 1.0.2 has it. Pure.

binary      the attributes are headers `ce-NAME`, the body is the data
structured  the body is the event, `application/cloudevents+json`
batch       the body is an array of events, `application/cloudevents-batch+json`
plain       the body is the event, `application/json`: for events that are no CloudEvents
"""

from __future__ import annotations

import re
from base64 import b64decode
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

import orjson

from tiktoktoe_cli.replay.choices import Binding

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_REQUIRED = ("specversion", "id", "source", "type")
_NOT_ATTRIBUTES = frozenset({"data", "data_base64", "datacontenttype"})
_NAME = re.compile(r"[a-z0-9]+")
_JSON = re.compile(r"[^/]+/([^;]*\+)?json\s*(;.*)?", re.IGNORECASE)
_KEPT = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) not in '"%')
"""What a header holds as it is (3.1.3.2); all else is percent-encoded."""
_JSON_TYPE = "application/json"


class Content(NamedTuple):
    """What a request carries."""

    headers: tuple[tuple[str, str], ...]
    body: bytes


class BindingError(ValueError):
    """An event that the binding has no form for."""


def content_of(binding: Binding, events: Sequence[bytes]) -> Content:
    """Write events as a request; only `batch` takes more than one.

    Raises:
        BindingError: the event is no CloudEvent, or has attributes that cannot be headers.
    """
    return _FORMS[binding](events)


def header_text(text: str) -> str:
    """Encode a text for a header (3.1.3.2)."""
    return quote(text, safe=_KEPT, errors="replace")


def _binary(events: Sequence[bytes]) -> Content:
    event: dict[str, Any] = orjson.loads(events[0])  # Any: JSON
    missing = [name for name in _REQUIRED if not isinstance(event.get(name), str) or not event[name]]
    if missing:
        raise BindingError(f"it is no CloudEvent: `{missing[0]}` is not a text")
    headers = [
        (f"ce-{name}", header_text(_attribute(name, value)))
        for name, value in event.items()
        if name not in _NOT_ATTRIBUTES and value is not None
    ]
    kind = event.get("datacontenttype")
    body, usual = _body(event, kind)
    content_type = kind if isinstance(kind, str) else usual
    if content_type:
        headers.append(("content-type", content_type))
    return Content(tuple(headers), body)


def _attribute(name: str, value: object) -> str:
    """Write an attribute as CloudEvents' types have it (1.0.2, 3.3)."""
    if not _NAME.fullmatch(name):
        raise BindingError(f"`{name}` cannot be the name of a header")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int):
        return str(value)
    raise BindingError(f"`{name}` is no text, whole number or boolean, and so no header")


def _body(event: Mapping[str, Any], kind: object) -> tuple[bytes, str]:  # JSON
    """Write the data, and say what it is if the event does not."""
    if event.get("data_base64") is not None:
        try:
            return b64decode(event["data_base64"], validate=True), ""
        except (TypeError, ValueError):
            raise BindingError("`data_base64` is no Base64") from None
    if "data" not in event:
        return b"", ""
    data = event["data"]
    if isinstance(data, str) and isinstance(kind, str) and not _JSON.fullmatch(kind):
        return data.encode(), ""
    return orjson.dumps(data), _JSON_TYPE


def _whole(content_type: str) -> Callable[[Sequence[bytes]], Content]:
    return lambda events: Content((("content-type", content_type),), events[0])


def _batch(events: Sequence[bytes]) -> Content:
    return Content(
        (("content-type", "application/cloudevents-batch+json; charset=UTF-8"),),
        b"[" + b",".join(events) + b"]",
    )


_FORMS: Mapping[Binding, Callable[[Sequence[bytes]], Content]] = {
    Binding.BINARY: _binary,
    Binding.STRUCTURED: _whole("application/cloudevents+json; charset=UTF-8"),
    Binding.BATCH: _batch,
    Binding.PLAIN: _whole(_JSON_TYPE),
}

"""The rules of CloudEvents 1.0 and its JSON format: every MUST about one event, all errors at once.

Follows cloudevents/spec: spec.md and formats/json-format.md (1.0.2), and extensions/ for those it defines. An
attribute that is null is the same as one that is not there.
"""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error as Base64Error
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from tiktoktoe_cli.replay.events.fault import Fault, pointer
from tiktoktoe_cli.replay.events.times import read_rfc3339
from tiktoktoe_cli.replay.uri import is_absolute_uri, is_uri_reference

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tiktoktoe_cli.replay.events.fault import Body

SPEC = "CloudEvents 1.0"
REQUIRED = ("id", "source", "specversion", "type")
_REQUIRED = frozenset(REQUIRED)
_PAYLOAD = frozenset({"data", "data_base64"})
_INT32 = range(-(2**31), 2**31)
_NAME = re.compile(r"[a-z0-9]+")
_CONTROL = re.compile(
    "[\x00-\x1f\x7f-\x9f\ufdd0-\ufdef]|[\ufffe\uffff"
    + "".join(chr((p << 16) + 0xFFFE) + chr((p << 16) + 0xFFFF) for p in range(1, 17))
    + "]"
)
_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"  # noqa: S105  # a token of the grammar of media types
_MEDIA_TYPE = re.compile(rf'{_TOKEN}/{_TOKEN}(?:\s*;\s*{_TOKEN}=(?:{_TOKEN}|"(?:[^"\\]|\\.)*"))*')


def faults_of(body: Body) -> Iterator[Fault]:
    """Yield everything that keeps an event from being a CloudEvent; nothing if it is one."""
    for name in REQUIRED:
        if body.get(name) is None:
            yield _fault(name, "required", f"`{name}` is required")
    for name, value in body.items():
        if name in _PAYLOAD or value is None:
            continue
        if not _is_name(name):
            yield _fault(name, "name", f"`{name}` is no name of an attribute: they are made of a-z and 0-9")
        elif problem := _PROBLEMS.get(name, _extension_problem)(value):
            yield _fault(name, "value", f"`{name}` {problem}")
    yield from _payload_faults(body)


def is_cloudevent(body: Body) -> bool:
    """Tell whether an event follows every rule."""
    return _is_usual(body) or next(faults_of(body), None) is None


def _is_usual(body: Body) -> bool:
    """Recognise quickly what nearly all events are: attributes of printable text, in their forms. Else look closer."""
    for name, value in body.items():
        if name == "data":
            continue
        if type(value) is not str or not value.isprintable() or not value:
            return False
        form = _FORMS.get(name)
        if not (form(value) if form else _is_name(name)):
            return False
    return body.keys() >= _REQUIRED


def _fault(name: str, keyword: str, message: str) -> Fault:
    return Fault(pointer(name), SPEC, keyword, message)


def _payload_faults(body: Body) -> Iterator[Fault]:
    if "data_base64" not in body:
        return
    if "data" in body:
        yield _fault("data_base64", "exclusive", "`data` and `data_base64` exclude each other")
    value = body["data_base64"]
    if value is not None and not _is_base64(value):
        yield _fault("data_base64", "value", "`data_base64` is not Base64")


def _is_base64(value: object) -> bool:
    try:
        return isinstance(value, str) and b64decode(value, validate=True) is not None
    except (Base64Error, ValueError):
        return False


@lru_cache(maxsize=1_024)
def _is_name(name: str) -> bool:
    return _NAME.fullmatch(name) is not None


def _text_problem(value: Any) -> str | None:  # Any: JSON, as below
    if not isinstance(value, str):
        return "must be a string"
    if not value:
        return "must not be empty"
    return _character_problem(value)


def _character_problem(value: str) -> str | None:
    # what Python calls printable has none of them; the search is for the rest
    return (
        None if value.isprintable() or not _CONTROL.search(value) else "holds a character that is not allowed"
    )


def _extension_problem(value: Any) -> str | None:
    if isinstance(value, str):
        return _character_problem(value)
    if isinstance(value, bool) or (isinstance(value, int) and value in _INT32):
        return None
    return "must be a string, a boolean or an integer of 32 bits"


def _form_problem(name: str, wanted: str) -> Callable[[Any], str | None]:
    is_right = _FORMS[name]

    def problem(value: Any) -> str | None:
        return _text_problem(value) or (None if is_right(value) else f"must be {wanted}")

    return problem


def _is_time(value: str) -> bool:
    return read_rfc3339(value) is not None


# sources and media types repeat: their grammar is looked at once
_FORMS: dict[str, Callable[[str], object]] = {
    "source": lru_cache(maxsize=1_024)(is_uri_reference),
    "specversion": "1.0".__eq__,
    "datacontenttype": lru_cache(maxsize=1_024)(_MEDIA_TYPE.fullmatch),
    "dataschema": lru_cache(maxsize=1_024)(is_absolute_uri),
    "time": _is_time,
    "recordedtime": _is_time,
    "expirytime": _is_time,
}
_TIME = "a time as in RFC 3339, with its offset"
_PROBLEMS: dict[str, Callable[[Any], str | None]] = {
    "id": _text_problem,
    "source": _form_problem("source", "a URI-reference (RFC 3986)"),
    "specversion": _form_problem("specversion", "`1.0`"),
    "type": _text_problem,
    "datacontenttype": _form_problem("datacontenttype", "a media type (RFC 2046)"),
    "dataschema": _form_problem("dataschema", "an absolute URI (RFC 3986)"),
    "subject": _text_problem,
    "time": _form_problem("time", _TIME),
    # extensions that the CloudEvents repository defines
    "correlationid": _text_problem,
    "causationid": _text_problem,
    "partitionkey": _text_problem,
    "sequence": _text_problem,
    "recordedtime": _form_problem("recordedtime", _TIME),
    "expirytime": _form_problem("expirytime", _TIME),
}

ATTRIBUTES = frozenset(_PROBLEMS) | _PAYLOAD
"""The names that CloudEvents and its own extensions give a meaning."""

"""A server's answer → the plain values that expressions read, the same for every room that has some; pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tiktoktoe_cli.transport.exchange import HttpReply, Timing

PHASES: Final = ("dns", "connect", "tls", "ttfb", "transfer", "total")
"""The phases of an exchange, as `Timing` has them."""
_CHARSET: Final = re.compile(r"charset=\"?([\w-]+)", re.IGNORECASE)
_ENCODINGS: Final = frozenset({"utf-8", "us-ascii", "iso-8859-1", "windows-1252", "utf-16"})
_JSON_STARTS: Final = (b"{", b"[")


@dataclass(frozen=True, slots=True)
class Body:
    """A body as expressions see it, and remarks for people about what was odd."""

    value: Any  # whatever the JSON holds
    remarks: tuple[str, ...] = ()


def variables_of(reply: HttpReply, body: Body) -> dict[str, Any]:  # Any: CEL is dynamically typed
    """Name the values of an answer; `headers` is a map with names in lower case."""
    return {
        "status": reply.status,
        "body": body.value,
        "headers": _joined(reply.headers),
        "url": reply.url,
    }


def _joined(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Map names to values; those of a repeated header are joined by `, ` (RFC 9110, 5.3)."""
    joined: dict[str, str] = {}
    for name, value in headers:
        joined[name] = f"{joined[name]}, {value}" if name in joined else value
    return joined


def phases_of(timing: Timing) -> dict[str, int]:
    """Name the phases that ended, with their nanoseconds; `total` comes last."""
    spent = {name: getattr(timing, f"{name}_ns") for name in PHASES}
    return {name: spent_ns for name, spent_ns in spent.items() if spent_ns is not None}


def body_of(reply: HttpReply) -> Body:
    """Read a body: JSON if the answer says that it is or it begins like it, and else text.

    What says that it is JSON and cannot be read stays text, with a remark.
    """
    remarks = (f"the body was cut after {len(reply.body)} bytes",) if reply.is_cut else ()
    says_json = "json" in (reply.header("content-type") or "").partition(";")[0].lower()
    if not says_json and not reply.body.lstrip().startswith(_JSON_STARTS):
        return Body(text_of(reply), remarks)
    import orjson

    try:
        return Body(orjson.loads(reply.body), remarks)
    except orjson.JSONDecodeError:
        return Body(text_of(reply), (*remarks, "the body is not valid JSON") if says_json else remarks)


def text_of(reply: HttpReply) -> str:
    """Decode a body in the encoding that is named, if it is one of the usual; what does not fit becomes U+FFFD."""
    match = _CHARSET.search(reply.header("content-type") or "")
    encoding = match[1].lower() if match else "utf-8"
    return reply.body.decode(encoding if encoding in _ENCODINGS else "utf-8", errors="replace")

"""A server's answer → an observation. Pure: reads the body as JSON or text, and says what was odd about it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from tiktoktoe_cli.health.observation import Observation

if TYPE_CHECKING:
    from tiktoktoe_cli.transport import HttpReply

_CHARSET: Final = re.compile(r"charset=\"?([\w-]+)", re.IGNORECASE)
_ENCODINGS: Final = frozenset({"utf-8", "us-ascii", "iso-8859-1", "windows-1252", "utf-16"})
_JSON_STARTS: Final = (b"{", b"[")


def observe_answer(reply: HttpReply) -> Observation:
    """Make the variables of an http check from a complete answer.

    `body` is parsed JSON if the answer says that it is JSON or begins like it, and else text. A JSON body that
    cannot be read stays text, with a remark.
    """
    body, remarks = _read_body(reply)
    values = {
        "status": reply.status,
        "body": body,
        "headers": {name: reply.header(name) for name, _ in reply.headers},
        "url": reply.url,
    }
    return Observation(reply.timing, values, remarks=tuple(remarks))


def _read_body(reply: HttpReply) -> tuple[Any, list[str]]:  # Any: whatever the JSON holds
    content_type = reply.header("content-type") or ""
    text = _decode(reply.body, content_type)
    remarks = [f"the body was cut after {len(reply.body)} bytes"] if reply.is_cut else []
    says_json = "json" in content_type.partition(";")[0].lower()
    if not says_json and not reply.body.lstrip().startswith(_JSON_STARTS):
        return text, remarks
    import orjson

    try:
        return orjson.loads(reply.body), remarks
    except orjson.JSONDecodeError:
        return text, [*remarks, "the body is not valid JSON"] if says_json else remarks


def _decode(body: bytes, content_type: str) -> str:
    """Decode text in the encoding that is named, if it is one of the usual; what does not fit becomes U+FFFD."""
    match = _CHARSET.search(content_type)
    encoding = match[1].lower() if match else "utf-8"
    return body.decode(encoding if encoding in _ENCODINGS else "utf-8", errors="replace")

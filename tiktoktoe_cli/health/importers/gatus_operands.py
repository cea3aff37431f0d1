"""One side of a Gatus condition → what it is in CEL (config/endpoint/placeholder.go of Gatus)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.health.importers.cel_text import path_of, presence

if TYPE_CHECKING:
    from collections.abc import Mapping

_MISSING: Final = " (INVALID)"
_CALL: Final = re.compile(r"(len|has|age)\((.*)\)", re.DOTALL)
_PLACEHOLDER: Final = re.compile(r"(\[[A-Za-z_]+\])(.*)", re.DOTALL)
_STEP: Final = re.compile(r"\.?(?P<key>[^.\[\]]+)|\[(?P<index>\d+)\]")


class Sort(StrEnum):
    """What kind of value an operand has, as far as it is known before anything answers."""

    LITERAL = "literal"
    NUMBER = "number"
    TRUTH = "truth"
    TEXT = "text"
    SPAN = "span"  # a duration, which Gatus has in milliseconds
    ANYTHING = "anything"  # out of JSON
    TEXTS = "texts"  # a list of them


@dataclass(frozen=True, slots=True)
class Operand:
    """One side: its `cel`, for a truth also the opposite, and what Gatus reads there if nothing answered.

    The `cel` of a literal is the text itself. `is_part` says that it is a part of the answer that a good answer may
    lack.
    """

    sort: Sort
    cel: str
    empty: str
    opposite: str = ""
    is_part: bool = False


class CannotSayError(Exception):
    """Something that no expectation can say; its text is the reason."""


_TOTAL: Final = Operand(Sort.SPAN, "timing.total", "0")
_IP: Final = Operand(Sort.TEXT, "ip", "")
_EXPIRY: Final = Operand(Sort.SPAN, "tls.expires_in", "0", is_part=True)
_EVERYWHERE: Final = {
    "[CONNECTED]": Operand(Sort.TRUTH, "connected", "false", "!connected"),
    "[RESPONSE_TIME]": _TOTAL,
}
_OF_PROBE: Final[Mapping[str, Mapping[str, Operand]]] = {
    "http": {
        "[STATUS]": Operand(Sort.NUMBER, "status", "0"),
        "[BODY]": Operand(Sort.TEXT, "text.trim()", ""),
        "[IP]": _IP,
        "[CERTIFICATE_EXPIRATION]": _EXPIRY,
    },
    "tcp": {"[BODY]": Operand(Sort.TEXT, "received.trim()", ""), "[IP]": _IP},
    "tls": {"[CERTIFICATE_EXPIRATION]": _EXPIRY, "[IP]": _IP},
    "dns": {
        "[BODY]": Operand(Sort.TEXTS, "answers", ""),
        "[DNS_RCODE]": Operand(Sort.TEXT, "rcode", ""),
        "[IP]": _IP,
    },
    "icmp": {"[RESPONSE_TIME]": Operand(Sort.SPAN, "rtt", "0"), "[IP]": _IP},
    "websocket": {"[BODY]": Operand(Sort.TEXT, "message", "")},
}
"""What the placeholders are called where a probe has them."""
_BODIES: Final = {"http": "body", "websocket": "message"}
_REASONS: Final = {
    "[DOMAIN_EXPIRATION]": "nothing here asks when a domain expires",
    "[CONTEXT]": "only the requests of a suite have a context",
}
_KNOWN: Final = frozenset(
    {
        *(
            "[STATUS]",
            "[IP]",
            "[DNS_RCODE]",
            "[RESPONSE_TIME]",
            "[BODY]",
            "[CONNECTED]",
            "[HEADER]",
            "[CONTEXT]",
        ),
        *("[CERTIFICATE_EXPIRATION]", "[DOMAIN_EXPIRATION]"),
    }
)


def read_operand(text: str, probe: str) -> Operand:
    """Read one side of a condition of a check with this probe.

    Raises:
        CannotSayError: with the reason, if no variable of the probe is what it reads.
    """
    call = _CALL.fullmatch(text)
    function, inner = call.groups() if call else ("", text)
    match = _PLACEHOLDER.fullmatch(inner)
    name = match[1].upper() if match else ""
    if not match or name not in _KNOWN:
        if function:
            raise CannotSayError(f"`{inner}` is no placeholder")
        return Operand(Sort.LITERAL, text, text)
    if function == "age":
        raise CannotSayError("nothing here measures the age of a timestamp")
    missing = f"{text}{_MISSING}"
    if name == "[HEADER]" and probe == "http":
        return _header(match[2].removeprefix("."), function, missing)
    if name == "[BODY]" and match[2]:
        return _inside_body(match[2], function, probe, missing)
    return _whole(f"{name}{match[2]}", function, probe)


def _whole(name: str, function: str, probe: str) -> Operand:
    found = {**_EVERYWHERE, **_OF_PROBE.get(probe, {})}.get(name)
    if found is None:
        reason = _REASONS.get(name.partition("]")[0] + "]", f"the {probe} probe sees nothing like it")
        raise CannotSayError(reason)
    if function == "has":
        return _has_whole(found, name)
    if function == "len":
        return Operand(Sort.NUMBER, _size_of_whole(found, name, probe), str(len(found.empty)))
    return found


def _has_whole(found: Operand, name: str) -> Operand:
    if found.sort is not Sort.TEXT:
        raise CannotSayError(f"`has({name})` says nothing about the answer")
    return Operand(Sort.TRUTH, f'{found.cel} != ""', "false", f'{found.cel} == ""')


def _size_of_whole(found: Operand, name: str, probe: str) -> str:
    match found.sort:
        case Sort.TEXT if name == "[BODY]" and probe == "http":
            return "size(type(body) == list ? body : text)"
        case Sort.TEXT:
            return f"size({found.cel})"
        case Sort.NUMBER | Sort.TRUTH:
            return f"size(string({found.cel}))"
        case _:
            raise CannotSayError(f"`len({name})` says nothing about the answer")


def _header(name: str, function: str, missing: str) -> Operand:
    """Read a header; only the first of several, as Gatus does, is in `headers`."""
    if not name:
        raise CannotSayError("`[HEADER]` needs a name")
    value = path_of("headers", [name.lower()])
    test = presence("headers", [name.lower()])
    if function == "has":
        return Operand(Sort.TRUTH, test.yes, "false", test.no.rpartition(" || ")[0], is_part=True)
    if function == "len":
        return Operand(Sort.NUMBER, f"size({value})", missing, is_part=True)
    return Operand(Sort.TEXT, value, missing, is_part=True)


def _inside_body(path: str, function: str, probe: str, missing: str) -> Operand:
    steps = _steps(path)
    if probe == "grpc" and steps == ["status"] and not function:
        return Operand(Sort.TEXT, "status", missing)
    if probe not in _BODIES:
        raise CannotSayError(f"the {probe} probe reads no JSON")
    value = path_of(_BODIES[probe], steps)
    if function == "has":
        test = presence(_BODIES[probe], steps)
        return Operand(Sort.TRUTH, test.yes, "false", test.no, is_part=True)
    if function == "len":
        size = f"size(type({value}) == list ? {value} : string({value}))"
        return Operand(Sort.NUMBER, size, missing, is_part=True)
    return Operand(Sort.ANYTHING, value, missing, is_part=True)


def _steps(path: str) -> list[str | int]:
    parts = list(_STEP.finditer(path))
    if "".join(part[0] for part in parts) != path:
        raise CannotSayError(f"`{path}` is not a path of keys and positions")
    return [part["key"] if part["index"] is None else int(part["index"]) for part in parts]

"""What Gatus itself says about a condition: its rules, followed from its source, to compare ours with.

Sources: config/endpoint/condition.go, placeholder.go, jsonpath/jsonpath.go and pattern/pattern.go of TwiN/gatus.
"""

from __future__ import annotations

import json
import operator
import re
from dataclasses import dataclass
from fnmatch import translate as glob_pattern
from typing import Any

INVALID = " (INVALID)"
ORDER = {"<=": operator.le, ">=": operator.ge, ">": operator.gt, "<": operator.lt}
UNITS_MS = {"h": 3_600_000, "m": 60_000, "s": 1000, "ms": 1}


@dataclass(frozen=True)
class Answer:
    """What Gatus has of an answer; the zeros are what it has of none."""

    body: str = ""
    status: int = 0
    connected: bool = False
    ip: str = ""
    rcode: str = ""
    certificate_ms: int = 0
    elapsed_ms: int = 0


def holds(condition: str, answer: Answer) -> bool:
    """Say whether Gatus lets a condition pass."""
    for word in ("==", "!=", *ORDER):
        if f" {word} " in condition:
            sides = [_resolved(side.strip(), answer) for side in condition.split(f" {word} ")[:2]]
            if word in ORDER:
                return bool(ORDER[word](*map(_number, sides)))
            return _equal(*sides) is (word == "==")
    raise ValueError(condition)


def _resolved(side: str, answer: Answer) -> str:
    call = re.fullmatch(r"(len|has)\((.*)\)", side)
    function, inner = call.groups() if call else ("", side)
    whole = {
        "[STATUS]": str(answer.status),
        "[IP]": answer.ip,
        "[DNS_RCODE]": answer.rcode,
        "[RESPONSE_TIME]": str(answer.elapsed_ms),
        "[CONNECTED]": str(answer.connected).lower(),
        "[CERTIFICATE_EXPIRATION]": str(answer.certificate_ms),
        "[BODY]": answer.body.strip(),
    }
    if inner.upper() in whole:
        text = whole[inner.upper()]
        return {"": text, "len": str(len(text.encode())), "has": str(bool(text)).lower()}[function]
    if not inner.upper().startswith("[BODY]"):
        return side
    found = _inside(inner[len("[BODY]") :], answer.body)
    if function == "has":
        return str(found is not None).lower()
    if found is None:
        return side + INVALID
    return found[0] if not function else str(found[1])


def _inside(path: str, body: str) -> tuple[str, int] | None:
    """Follow a path; give the text and the length of what is there."""
    try:
        value = json.loads(body)
    except ValueError:
        return None
    for key, index in re.findall(r"\.?([^.\[\]]+)|\[(\d+)\]", path):
        if isinstance(value, dict) and key:
            value = value.get(key)
        elif isinstance(value, list) and index and int(index) < len(value):
            value = value[int(index)]
        else:
            return None
    if value is None:
        return None
    text = _text(value)
    return text, len(value) if isinstance(value, list) else len(text.encode())


def _text(value: Any) -> str:
    match value:
        case bool():
            return str(value).lower()
        case int() | float():
            return f"{float(value):g}" if float(value).is_integer() else repr(value)
        case dict():
            return json.dumps(value, separators=(",", ":"), sort_keys=True)
        case list():
            return f"[{' '.join(map(_text, value))}]"
    return str(value)


def _integer(text: str) -> int | None:
    try:
        return int(text, 8) if re.fullmatch(r"[+-]?0[0-7]+", text) else int(text, 0)
    except ValueError:
        return None


def _number(text: str) -> int:
    if re.fullmatch(r"-?(\d+(h|ms|m|s))+", text):
        parts = re.findall(r"(\d+)(h|ms|m|s)", text)
        span = sum(int(count) * UNITS_MS[unit] for count, unit in parts)
        return -span if text.startswith("-") else span
    whole = _integer(text)
    if whole is not None:
        return whole
    try:
        return int(float(text))
    except ValueError:
        return 0


def _equal(first: str, second: str) -> bool:
    for pattern, text in ((first, second), (second, first)):
        if call := re.fullmatch(r"(pat|any)\((.*)\)", pattern, re.DOTALL):
            if call[1] == "any":
                return text in [option.strip() for option in call[2].split(",")]
            return bool(re.fullmatch(glob_pattern(call[2].replace("/", "")), text.replace("/", "")))
    numbers = (_integer(first), _integer(second))
    return numbers[0] == numbers[1] if None not in numbers else first == second

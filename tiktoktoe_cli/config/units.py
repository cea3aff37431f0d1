"""Durations, rates and ratios as people write them: `200ms`, `7d`, `200/s`, `0.5`, `50%`.

Each is a number with its unit in the type, parsed from text, printed back in the same words, and usable as a
pydantic field. A malformed value raises `UnitError`, whose message says what would have been accepted.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, Self

from tiktoktoe_cli.words import shortened

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic_core import CoreSchema

NS_PER_S = 1_000_000_000
NS_PER_MS = 1_000_000
NANOSECONDS = {
    "ns": 1,
    "us": 1_000,
    "µs": 1_000,
    "ms": NS_PER_MS,
    "s": NS_PER_S,
    "m": 60_000_000_000,
    "h": 3_600_000_000_000,
    "d": 86_400_000_000_000,
}
_MAX_DURATION_NS = 2**63 - 1
MAX_RATE = 1_000_000  # per second
MAX_LENGTH = 64  # characters; patterns over longer texts would take their time
_DURATION_PART = re.compile(r"(\d+(?:\.\d+)?|\.\d+)(ns|us|µs|ms|s|m|h|d)", re.ASCII)
_NUMBER = re.compile(r"\d+(?:\.\d+)?|\.\d+", re.ASCII)
_RATE = re.compile(r"(\d+(?:\.\d+)?|\.\d+)\s*/\s*(ms|s|m|h|d)", re.ASCII)


class UnitError(ValueError):
    """A value that does not follow its unit's grammar; `hint` shows what does."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class Written:
    """What the unit types share: they come from YAML text or from themselves, and print as text."""

    pattern: ClassVar[str]
    example: ClassVar[str]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the unit's text.

        Raises:
            UnitError: if it does not follow the unit's grammar, does not fit or is longer than any sensible one.
        """
        if len(text) > MAX_LENGTH:
            raise UnitError(f"`{shortened(text)}` is too long for {cls.example}", f"write {cls.example}")
        return cls._read(text)

    @classmethod
    @abstractmethod
    def _read(cls, text: str) -> Self:
        """Read the unit's text, or raise UnitError."""

    @classmethod
    def accept(cls, value: object) -> Self:
        """Read what a YAML file holds: text, or a number as it was written.

        Raises:
            PydanticCustomError: `bad-unit`, with the hint of the unit.
        """
        from pydantic_core import PydanticCustomError

        if isinstance(value, cls):
            return value
        try:
            return cls.parse(cls._written(value))
        except UnitError as error:
            context = {"message": error.message, "hint": error.hint}
            raise PydanticCustomError("bad-unit", "{message}", context) from None

    @classmethod
    def _written(cls, value: object) -> str:
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise UnitError(f"expected {cls.example}, found {kind_of(value)}", f"write {cls.example}")
        return str(getattr(value, "raw", value))

    @classmethod
    def __get_pydantic_core_schema__(
        cls, _source: Any, _handler: GetCoreSchemaHandler
    ) -> CoreSchema:  # any type
        from pydantic_core import core_schema

        written = core_schema.to_string_ser_schema()
        return core_schema.no_info_plain_validator_function(cls.accept, serialization=written)

    @classmethod
    def __get_pydantic_json_schema__(
        cls, _schema: CoreSchema, _handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:  # JSON
        return {"type": ["string", "number"], "pattern": cls.pattern, "examples": [cls.example.split("`")[1]]}


class Duration(Written, int):
    """A length of time in whole nanoseconds; at most 2⁶³ - 1 (292 years)."""

    pattern = r"^(0|((\d+(\.\d+)?|\.\d+)(ns|us|µs|ms|s|m|h|d))+)$"
    example = "a duration such as `200ms`, `5s`, `2m` or `7d`"

    @classmethod
    def _read(cls, text: str) -> Self:
        """Read `1h30m`, `1.5s` or `0`; no sign, no spaces, a unit is required."""
        if text == "0":
            return cls(0)
        parts = _DURATION_PART.findall(text)
        if not parts or "".join(number + unit for number, unit in parts) != text:
            raise UnitError(f"`{shortened(text)}` is not a duration", _duration_hint(text))
        total = sum(_scaled(number, NANOSECONDS[unit]) for number, unit in parts)
        if total > _MAX_DURATION_NS:
            raise UnitError(f"`{shortened(text)}` is longer than 292 years", "choose a shorter duration")
        return cls(total)

    @classmethod
    def of(cls, seconds: float) -> Self:
        """Make a duration from seconds."""
        return cls(round(seconds * NS_PER_S))

    @property
    def seconds(self) -> float:
        """The same length in seconds."""
        return self / NS_PER_S

    @property
    def rounded(self) -> Duration:
        """The length in whole milliseconds, at least one: for a message about what is left or was measured."""
        return Duration(max(round(self, -6), NANOSECONDS["ms"]))

    def __str__(self) -> str:
        rest, words = int(self), ""
        for unit in ("d", "h", "m"):
            count, rest = divmod(rest, NANOSECONDS[unit])
            words += f"{count}{unit}" if count else ""
        return words + _below_a_minute(rest) if rest or not words else words

    __repr__ = __str__


class Rate(Written, float):
    """How often something happens, per second."""

    pattern = r"^(\d+(\.\d+)?|\.\d+)\s*/\s*(ms|s|m|h|d)$"
    example = "a rate such as `200/s` or `30/m`"

    @classmethod
    def _read(cls, text: str) -> Self:
        """Read `200/s`, `30/m`, `0.5/h`."""
        match = _RATE.fullmatch(text)
        if match is None:
            hint = f"say per what: `{text}/s`" if _NUMBER.fullmatch(text) else "write it as `200/s` or `30/m`"
            raise UnitError(f"`{shortened(text)}` is not a rate", hint)
        per_second = float(match[1]) * NS_PER_S / NANOSECONDS[match[2]]
        if per_second > MAX_RATE:
            raise UnitError(f"`{text}` is more often than a million times a second", "choose a lower rate")
        return cls(per_second)

    def __str__(self) -> str:
        return f"{float(self):g}/s"


class Ratio(Written, float):
    """A share between 0 and 1."""

    pattern = r"^(0|1|0?\.\d+|[01]\.\d+|\d+(\.\d+)?%)$"
    example = "a share such as `0.5` or `50%`"

    @classmethod
    def _read(cls, text: str) -> Self:
        """Read `0.5` or `50%`; a share is between 0 and 1."""
        digits, scale = (text[:-1], 100) if text.endswith("%") else (text, 1)
        if _NUMBER.fullmatch(digits) is None:
            raise UnitError(f"`{shortened(text)}` is not a share", "write it as `0.5` or `50%`")
        value = float(digits) / scale
        if value > 1:
            hint = (
                "a share is at most 1, or 100%"
                if scale > 1
                else f"a share is at most 1; did you mean `{text}%`?"
            )
            raise UnitError(f"`{text}` is more than the whole", hint)
        return cls(value)

    @property
    def ppm(self) -> int:
        """The same share in whole parts per million."""
        return round(self * 1_000_000)

    def __str__(self) -> str:
        return f"{float(self):g}"


def _scaled(number: str, unit_ns: int) -> int:
    whole, _, fraction = number.partition(".")
    return int(whole or 0) * unit_ns + (int(fraction) * unit_ns // 10 ** len(fraction) if fraction else 0)


def _below_a_minute(rest_ns: int) -> str:
    for unit in ("s", "ms", "us"):
        if rest_ns >= NANOSECONDS[unit]:
            whole, fraction = divmod(rest_ns, NANOSECONDS[unit])
            digits = f"{fraction:0{len(str(NANOSECONDS[unit])) - 1}d}".rstrip("0") if fraction else ""
            return f"{whole}.{digits}{unit}" if digits else f"{whole}{unit}"
    return f"{rest_ns}ns" if rest_ns else "0s"


def _duration_hint(text: str) -> str:
    if _NUMBER.fullmatch(text):
        return f"a duration needs its unit: `{text}s` or `{text}ms`"
    if text.startswith("-"):
        return "a duration cannot be negative"
    return "write it as `200ms`, `5s`, `2m`, `1h30m` or `7d`"


def kind_of(value: object) -> str:
    """Name what a YAML value is, as a message does: `a mapping`, `nothing`, `the text ...`."""
    kinds = {bool: "a boolean", dict: "a mapping", list: "a list", type(None): "nothing"}
    return kinds.get(type(value)) or f"`{shortened(str(value))}`"

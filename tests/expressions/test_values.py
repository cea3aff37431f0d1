"""What a host binds and gets back."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import IntEnum, StrEnum
from typing import Any

import pytest

from tests.expressions.evaluation import failure_of, value_of
from tiktoktoe_cli.expressions import Duration, EvaluationError, Timestamp, UInt, to_json, type_name


class _Level(IntEnum):
    HIGH = 2


class _Colour(StrEnum):
    RED = "red"


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (True, "bool"),
        (1, "int"),
        (UInt(1), "uint"),
        (1.0, "double"),
        ("", "string"),
        (b"", "bytes"),
        (bytearray(), "bytes"),
        ([], "list"),
        ((), "list"),
        ({}, "map"),
        (None, "null_type"),
        (Timestamp(0), "google.protobuf.Timestamp"),
        (datetime(2024, 1, 1, tzinfo=UTC), "google.protobuf.Timestamp"),
        (Duration(0), "google.protobuf.Duration"),
        (timedelta(), "google.protobuf.Duration"),
        (_Level.HIGH, "int"),
        (_Colour.RED, "string"),
    ],
)
def test_every_value_of_a_host_has_a_type(value: Any, name: str) -> None:
    """JSON's values, bytes, times, and subclasses of the plain types are known."""
    result = type_name(value)

    assert result == name


def test_a_stranger_is_an_error() -> None:
    """A value of a type that the language does not have cannot be used."""
    error = failure_of("x + 1", x=Decimal(1))

    assert error.reason == "a value of the host type `Decimal` has no type here"


def test_a_hosts_enums_are_plain_values() -> None:
    """Members of enums that are ints or strings compute and compare as such."""
    result = value_of(
        "[level + 1, colour + '!', level == 2, colour == 'red']", level=_Level.HIGH, colour=_Colour.RED
    )

    assert result == [3, "red!", True, True]


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("{'n': null, 1: true, 2u: 1u}", {"n": None, "1": True, "2": 1}),
        ("{true: 1, 1: 2}", {"true": 1, "1": 2}),
        ("[1.5, 0.0 / 0.0, 1.0 / 0.0, -1.0 / 0.0]", [1.5, "NaN", "Infinity", "-Infinity"]),
        ("b'\\xff'", "/w=="),
        ("timestamp('2024-01-01T00:00:00.5Z')", "2024-01-01T00:00:00.5Z"),
        ("duration('1500ms')", "1.5s"),
        ("type(1u)", "uint"),
    ],
)
def test_values_become_plain_json(text: str, plain: Any) -> None:
    """Any value can be written as JSON, in protocol buffers' mapping."""
    result = to_json(value_of(text))

    assert result == plain
    assert json.loads(json.dumps(result, allow_nan=False)) == plain


def test_a_uint_equals_its_int_and_shows_what_it_is() -> None:
    """The unsigned type is an int with another name."""
    number = UInt(5)

    assert number == 5
    assert repr(number) == "UInt(5)"
    assert type(to_json(number)) is int


def test_times_know_their_limits() -> None:
    """An instant outside the years 1 to 9999 or a span beyond 64 bits of nanoseconds cannot be made."""
    last = Timestamp.from_datetime(datetime.max.replace(tzinfo=UTC)).ns + 999

    assert Timestamp(last).ns == 253_402_300_799_999_999_999
    with pytest.raises(EvaluationError, match="timestamp out of range"):
        Timestamp(last + 1)
    with pytest.raises(EvaluationError, match="duration out of range"):
        Duration(2**63)

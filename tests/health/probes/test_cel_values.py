from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from tiktoktoe_cli.expressions import Duration, Timestamp
from tiktoktoe_cli.health.probes.cel_values import cel_value

SECOND = 1_000_000_000


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (True, True),
        (7, 7),
        (2**63 - 1, 2**63 - 1),
        (2**64 - 1, float(2**64 - 1)),
        (Decimal("1.5"), 1.5),
        ("x", "x"),
        (bytearray(b"x"), b"x"),
        (datetime(1970, 1, 2, tzinfo=UTC), Timestamp(86_400 * SECOND)),
        (datetime(1970, 1, 2), Timestamp(86_400 * SECOND)),  # noqa: DTZ001  # databases have such
        (timedelta(seconds=1.5), Duration(SECOND * 3 // 2)),
        (date(2026, 11, 23), "2026-11-23"),
        (time(15, 0), "15:00:00"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        ([1, (Decimal(2), {"a": {3}})], [1, [2.0, {"a": [3]}]]),
        ({1: b"x"}, {"1": b"x"}),
    ],
)
def test_every_value_has_a_type_in_cel(value: Any, expected: Any) -> None:
    """What a client returns can be compared in an expression."""
    seen = cel_value(value)

    assert seen == expected
    assert type(seen) is type(expected)


@pytest.mark.parametrize(
    "value",
    [datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))), timedelta(days=365 * 400)],
)
def test_what_is_too_far_away_is_text(value: Any) -> None:
    """An instant before the year 1 and a span of 400 years have no place in CEL, and break nothing."""
    assert cel_value(value) == str(value)

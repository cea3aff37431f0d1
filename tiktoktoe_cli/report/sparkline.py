"""Numbers over time as a row of bars, for a cell of a table."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, TypeGuard

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiktoktoe_cli.report.facts import Json

_BARS: Final = "▁▂▃▄▅▆▇█"
_GAP: Final = "·"
_ASCII: Final = str.maketrans(_BARS + _GAP, "__--==##.")


def sparkline(values: Sequence[Json], *, unicode: bool = True) -> str:
    """Draw one bar a number, the largest one full and zero the lowest, and a gap for what is none; empty if all are."""
    known = [value for value in values if _is_number(value)]
    top = max(known, default=0) or 1
    drawn = "".join(_bar(value / top) if _is_number(value) else _GAP for value in values) if known else ""
    return drawn if unicode else drawn.translate(_ASCII)


def _is_number(value: Json) -> TypeGuard[float]:
    return isinstance(value, int | float) and math.isfinite(value)


def _bar(share: float) -> str:
    return _BARS[min(int(max(share, 0) * len(_BARS)), len(_BARS) - 1)]

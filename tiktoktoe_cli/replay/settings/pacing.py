"""What the YAML says about how fast events go through a pipeline."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from tiktoktoe_cli.config.fields import Settings
from tiktoktoe_cli.config.units import Duration

_SPEED = re.compile(r"([0-9]+(?:\.[0-9]+)?)x")
_FASTEST = 1e9


def _as_speed(value: object) -> object:
    """Read `max` or `10x`."""
    if value is None or value == "max":
        return None
    found = _SPEED.fullmatch(value) if isinstance(value, str) else None
    speed = float(found[1]) if found else value
    if isinstance(speed, bool) or not isinstance(speed, int | float) or not 0 < speed <= _FASTEST:
        context = {"value": str(value), "hint": "write `max`, `1x`, `10x` or `0.5x`"}
        raise PydanticCustomError("wrong-form", "`{value}` is not a speed", context)
    return float(speed)


Speed = Annotated[float | None, BeforeValidator(_as_speed, json_schema_input_type=str)]
"""How many times faster than it happened; None as fast as possible."""


class PacingSettings(Settings):
    """How fast events go through: by their own times, on a schedule that begins with the first one."""

    speed: Speed = None
    """`1x` as they happened, `10x` ten times faster, `max` without waiting. What comes out of order goes at once."""
    shift_to_now: bool = False
    """Whether event times are moved, so that the first event happens when it is taken; distances stay, and all stages
    and outputs have the new times. A run that is resumed keeps the shift."""
    max_gap: Duration | None = None
    """The longest wait between two events, in real time; by default as long as it takes."""

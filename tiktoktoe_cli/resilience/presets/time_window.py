"""The window of a breaker that looks at the results of the latest time, and never at a number of them."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from tiktoktoe_cli.config.fields import OneOf
from tiktoktoe_cli.config.units import Duration


class TimeWindow(OneOf):
    """Which results a breaker looks at."""

    choice_of: ClassVar[str] = "kind of window"

    time: Duration = Field(Duration.of(10), ge=1)
    """The calls that ended within so long."""

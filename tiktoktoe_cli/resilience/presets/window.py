"""The results that a breaker looks at: the latest calls, or those of the latest time."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from tiktoktoe_cli.config.fields import OneOf
from tiktoktoe_cli.config.units import Duration


class WindowSettings(OneOf):
    """Which results a breaker looks at."""

    choice_of: ClassVar[str] = "kind of window"

    calls: int = Field(100, ge=1, le=100_000)
    """The latest calls, so many of them."""
    time: Duration = Field(Duration.of(10), ge=10)
    """The calls that ended within so long."""

"""Durations on the command line, written as in the configuration."""

from __future__ import annotations

from tiktoktoe_cli.errors import UsageError


def duration_of(text: str, option: str) -> int:
    """Read a duration that is longer than nothing, in nanoseconds.

    Raises:
        UsageError: if it is none.
    """
    duration = any_duration_of(text, option)
    if not duration:
        raise UsageError(f"`{option}`: expected more than nothing, found `{text}`")
    return duration


def any_duration_of(text: str, option: str) -> int:
    """Read a duration, in nanoseconds; `0` is one.

    Raises:
        UsageError: if it is none.
    """
    from tiktoktoe_cli.config.units import Duration, UnitError

    try:
        return Duration.parse(text)
    except UnitError as error:
        raise UsageError(f"`{option}`: {error.message}", hint=error.hint) from None

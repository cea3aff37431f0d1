"""What a stream and an environment allow: colour, width, symbols, animation; pure decisions."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, assert_never

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_WIDTH = 1_000
"""More columns than any screen has: what fills its lines must not fill the memory."""


class ColorChoice(StrEnum):
    """What `--color` accepts."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


class ProgressChoice(StrEnum):
    """What `--progress` accepts; `auto` is live on a terminal and plain everywhere else."""

    AUTO = "auto"
    PLAIN = "plain"
    JSON = "json"
    NONE = "none"


def wants_color(choice: ColorChoice, environ: Mapping[str, str], *, is_terminal: bool) -> bool:
    """Decide whether a stream gets colour.

    The order is `--color`, NO_COLOR (no-color.org: if not empty), FORCE_COLOR (if neither empty nor 0),
    CLICOLOR_FORCE (bixense.com/clicolors), TERM=dumb, and at last whether the stream is a terminal.
    """
    match choice:
        case ColorChoice.ALWAYS:
            return True
        case ColorChoice.NEVER:
            return False
        case ColorChoice.AUTO:
            return _color_by_environment(environ, is_terminal=is_terminal)
        case _:
            assert_never(choice)


def _color_by_environment(environ: Mapping[str, str], *, is_terminal: bool) -> bool:
    if environ.get("NO_COLOR"):
        return False
    if any(environ.get(name, "") not in {"", "0"} for name in ("FORCE_COLOR", "CLICOLOR_FORCE")):
        return True
    return is_terminal and not is_dumb(environ)


def is_dumb(environ: Mapping[str, str]) -> bool:
    """Tell whether the terminal says of itself that it can do nothing but print."""
    return environ.get("TERM", "").lower() == "dumb"


def is_ci(environ: Mapping[str, str]) -> bool:
    """Tell whether a CI system runs us: nobody answers prompts, and logs keep every frame of an animation."""
    return any(
        environ.get(name, "").lower() not in {"", "0", "false"}
        for name in ("CI", "GITHUB_ACTIONS", "GITLAB_CI")
    )


def width_from(environ: Mapping[str, str]) -> int | None:
    """Read COLUMNS, if it holds a positive number; more than `MOST_WIDTH` are as many as that."""
    columns = environ.get("COLUMNS", "")
    if not (columns.isascii() and columns.isdigit()):
        return None
    return int(min(float(columns), MOST_WIDTH)) or None  # of very many digits no int is made


def carries_symbols(encoding: str | None) -> bool:
    """Tell whether an encoding has the symbols that we draw with; None is a stream that keeps text as text."""
    try:
        "✓✗●○…".encode(encoding or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return False
    return True

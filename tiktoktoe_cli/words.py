"""The few words that every message needs: counts, durations, lists, the nearest right word, a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_LONGEST_NAME = 80
_MAX_WORD = 100
_MAX_CANDIDATES = 5_000
_LEAST_PREFIX = 3
_MOST_SUGGESTED = 3


def plural(count: int, noun: str, many: str = "") -> str:
    """Write `1 error`, `3,000 errors`; `many` is the plural of a noun that does not just take an `s`."""
    return f"{count:,} {noun if count == 1 else many or noun + 's'}"


def duration(seconds: float) -> str:
    """Write a duration as the configuration does, to three digits: `850ms`, `1.25s`, `2m5s`, `2d4h`."""
    if seconds < 0:
        return "-" + duration(-seconds)
    if seconds < 1:
        return _below_a_second(seconds)
    if seconds < 59.95:  # noqa: PLR2004  # what still rounds to less than a minute
        return f"{_digits(seconds)}s"
    whole = round(seconds)
    size, unit, part, part_unit = next(row for row in _CLOCK if whole >= row[0])
    main, rest = divmod(whole, size)
    return f"{main}{unit}" + (f"{rest // part}{part_unit}" if rest // part else "")


_CLOCK = ((86_400, "d", 3_600, "h"), (3_600, "h", 60, "m"), (60, "m", 1, "s"))


def _below_a_second(seconds: float) -> str:
    if not seconds:
        return "0s"
    for factor, unit in ((1e3, "ms"), (1e6, "us")):
        if seconds * factor >= 1:
            return f"{_digits(seconds * factor)}{unit}"
    return f"{_digits(seconds * 1e9)}ns"


def _digits(value: float) -> str:
    return f"{value:.0f}" if value >= 99.95 else f"{value:.3g}"  # noqa: PLR2004  # three digits either way


def shortened(text: str, limit: int = 60) -> str:
    """Keep a message readable whatever the user wrote: at most `limit` characters of a text, then `…`."""
    return text if len(text) <= limit else f"{text[:limit]}…"


def quoted(name: str) -> str:
    """Put a name into backticks, without the end of a very long one."""
    return f"`{shortened(name, _LONGEST_NAME)}`"


def listed(names: Iterable[str], limit: int = 20, last: str = "and") -> str:
    """Write names in backticks, and count those beyond the limit: `a`, `b` and 3 more; empty for no names."""
    words = [quoted(name) for name in names]
    if len(words) > limit:
        words[limit:] = [f"{len(words) - limit:,} more"]
    return f" {last} ".join([*([", ".join(words[:-1])] if len(words) > 1 else []), *words[-1:]])


def suggestion(word: str, known: Iterable[str]) -> str | None:
    """Return a hint that names the nearest known word, those that a word begins, or None when nothing is near."""
    from difflib import get_close_matches

    candidates = sorted(known)[:_MAX_CANDIDATES]
    same = [name for name in candidates if _plain(name) == _plain(word)]
    begun = [name for name in candidates if _plain(name).startswith(_plain(word))]
    longer = begun[:_MOST_SUGGESTED] if len(word) >= _LEAST_PREFIX else []
    near = same[:1] or longer or get_close_matches(word[:_MAX_WORD], candidates, n=1)
    return f"did you mean {listed(near, last='or')}?" if near else None


def reason_of(error: OSError) -> str:
    """Say in lower case why the system refused: `permission denied`."""
    return (error.strerror or str(error) or type(error).__name__).lower()


def _plain(word: str) -> str:
    return word.lower().replace("-", "_").replace(" ", "_")

"""Did-you-mean: the nearest of the words that would have been right."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_MAX_WORD = 100
_MAX_CANDIDATES = 5_000


def suggestion(word: str, known: Iterable[str]) -> str | None:
    """Return a hint that names the nearest known word, or None when nothing is near."""
    candidates = sorted(known)[:_MAX_CANDIDATES]
    same = [name for name in candidates if _plain(name) == _plain(word)]
    near = same or get_close_matches(word[:_MAX_WORD], candidates, n=1, cutoff=0.6)
    return f"did you mean `{near[0]}`?" if near else None


def _plain(word: str) -> str:
    return word.lower().replace("-", "_").replace(" ", "_")

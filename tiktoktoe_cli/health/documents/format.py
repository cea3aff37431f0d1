"""What a format of health documents is, and what all of them read in the same way."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from tiktoktoe_cli.health.state import HealthState
from tiktoktoe_cli.words import shortened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tiktoktoe_cli.health.documents.document import Part

Json: TypeAlias = Any
"""Whatever a body holds, which may be anything anywhere."""

_LONGEST_TEXT: Final = 200
_LONGEST_NAME: Final = 60
_MOST_FACTS: Final = 10


@dataclass(frozen=True, slots=True)
class Format:
    """A format: its name, the media type that announces it, its status words in lower case, its shape, its parts.

    `has_shape` asks whether an object has the members that tell this format from others, beside a status word.
    `detail` says in words why the whole is as it is, where the format has a place for that. `is_plain` says that a
    body may be nothing but the status.
    """

    name: str
    words: Mapping[str, HealthState]
    has_shape: Callable[[Mapping[str, Json]], bool]
    parts: Callable[[Mapping[str, Json]], Iterator[Part]]
    media_type: str = ""
    detail: Callable[[Mapping[str, Json]], str] = lambda _: ""
    is_plain: bool = False

    def state_of(self, status: Json) -> HealthState | None:
        """Return what a status means; None if it is none of the format's words."""
        return _state_of(self.words, status)


def read_status(words: Mapping[str, HealthState], entry: Json) -> tuple[HealthState, str]:
    """Return the state of a part, and what is odd about its status.

    Nothing is known of a part without a status; one that nobody knows is not good.
    """
    if not isinstance(entry, dict):
        return HealthState.SKIPPED, "it is no object"
    status = entry.get("status")
    if status is None:
        return HealthState.SKIPPED, "it has no status"
    state = _state_of(words, status)
    return (state, "") if state else (HealthState.UNHEALTHY, f"unknown status {quoted_status(status)}")


def quoted_status(status: Json) -> str:
    """Write a status as it was found."""
    return f"`{shortened(written(status) or type(status).__name__)}`"


def have_status(entries: Json) -> bool:
    """Ask whether something is a map or list of objects that all have a status; false for none."""
    listed = list(entries.values()) if isinstance(entries, dict) else entries
    return (
        isinstance(listed, list)
        and bool(listed)
        and all(isinstance(entry, dict) and "status" in entry for entry in listed)
    )


def written(value: Json) -> str:
    """Write a text or a number; empty for what has parts of its own, and for nothing."""
    if isinstance(value, str):
        return shortened(value.strip(), _LONGEST_TEXT)
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else ""


def named(name: Json) -> str:
    """Write the name of a part, the beginning of a long one."""
    return shortened(written(name), _LONGEST_NAME)


def joined(*texts: str) -> str:
    """Put the texts that are there behind each other."""
    return "; ".join(text for text in texts if text)


def facts_of(data: Json) -> str:
    """Write the plain values of a map: `database: PostgreSQL, total: 5`."""
    if not isinstance(data, dict):
        return written(data)
    plain = ((named(key), written(value)) for key, value in islice(data.items(), _MOST_FACTS))
    return shortened(", ".join(f"{key}: {text}" for key, text in plain if text), _LONGEST_TEXT)


def _state_of(words: Mapping[str, HealthState], status: Json) -> HealthState | None:
    is_plain = isinstance(status, str | int) and not isinstance(status, bool)
    return words.get(str(status).strip().lower()) if is_plain else None

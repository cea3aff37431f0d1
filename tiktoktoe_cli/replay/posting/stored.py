"""Dead letters as they stand in their file: one JSON object a line, each known by the number of its line."""

from __future__ import annotations

from base64 import b64decode
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import orjson

from tiktoktoe_cli.errors import UnfinishedError, UsageError
from tiktoktoe_cli.words import reason_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from tiktoktoe_cli.replay.events.fault import Body


def _event_of(raw: bytes) -> Body | None:
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return None
    return body if isinstance(body, dict) else None


def id_of(raw: bytes) -> str:
    """Give the id of an event; empty if it has none that can be read."""
    found = (_event_of(raw) or {}).get("id")
    return found if isinstance(found, str) else ""


@dataclass(frozen=True)
class Stored:
    """A dead letter: the number of its line, from 1, and its `record`; an empty one if the line holds none."""

    number: int
    line: bytes
    record: Mapping[str, Any]  # Any: JSON

    @classmethod
    def read(cls, number: int, line: bytes) -> Stored:
        """Read a line."""
        try:
            record = orjson.loads(line)
        except orjson.JSONDecodeError:
            record = None
        is_letter = isinstance(record, dict) and isinstance(record.get("reason"), str)
        return cls(number, line, record if is_letter else {})

    @cached_property
    def original(self) -> bytes | None:
        """The bytes that could not be delivered; None if the letter has not all of them."""
        raw, packed = self.record.get("raw"), self.record.get("raw_base64")
        if self.record.get("raw_is_cut"):
            return None
        if isinstance(packed, str):
            return b64decode(packed)
        return raw.encode(errors="surrogatepass") if isinstance(raw, str) else None

    @cached_property
    def event(self) -> Body | None:
        """The event that they hold; None if they hold no JSON object."""
        return _event_of(self.original or b"")

    @property
    def id(self) -> str:
        """The event's id; empty if it has none that can be read."""
        return id_of(self.original or b"")

    @property
    def reason(self) -> str:
        """Why it is here."""
        return str(self.record.get("reason", "unreadable"))

    @property
    def stage(self) -> str:
        """Where it ended."""
        return str(self.record.get("stage", ""))

    @property
    def place(self) -> str:
        """Where it came from, as `FILE:LINE`."""
        source = self.record.get("source") or {}
        return f"{source['file']}:{source['line']}" if "file" in source and "line" in source else ""

    @property
    def replay_count(self) -> int:
        """How often it was sent again in vain."""
        count = self.record.get("replay_count", 0)
        return count if isinstance(count, int) else 0

    @property
    def message(self) -> str:
        """What was wrong first."""
        errors = self.record.get("errors")
        first = errors[0] if isinstance(errors, list) and errors else {}
        return str(first.get("message", "")) if isinstance(first, dict) else ""


def read_letters(path: Path) -> Iterator[Stored]:
    """Read the dead letters of a file, one by one.

    Raises:
        UsageError: there is no such file.
        UnfinishedError: it cannot be read to its end.
    """
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    yield Stored.read(number, line.rstrip(b"\n"))
    except FileNotFoundError:
        hint = "a run writes it when it succeeds: `tiktoktoe replay run`"
        raise UsageError(f"there are no dead letters in `{path}`", hint=hint) from None
    except OSError as error:
        raise UnfinishedError(f"cannot read `{path}`: {reason_of(error)}") from error

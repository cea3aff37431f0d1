"""What a stage has changed in an event: the fields that are new, other or gone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from tiktoktoe_cli.replay.events.fault import pointer

if TYPE_CHECKING:
    from collections.abc import Iterator


class Change(NamedTuple):
    """A field, as a JSON pointer, with what it held before and holds after; `MISSING` where it is not there."""

    path: str
    before: Any  # JSON
    after: Any  # as above


MISSING: Any = object()  # stands beside any JSON


def changes_between(before: Any, after: Any) -> Iterator[Change]:  # JSON
    """Compare two JSON values: objects field by field, arrays of one length element by element, others as a whole.

    As JSON has it, 1, 1.0 and true are three values.
    """
    waiting: list[tuple[tuple[str, ...], Any, Any]] = [((), before, after)]  # Any: JSON
    while waiting:
        path, old, new = waiting.pop()
        if isinstance(old, dict) and isinstance(new, dict):
            keys = [*old, *(key for key in new if key not in old)]
            waiting += [
                ((*path, key), old.get(key, MISSING), new.get(key, MISSING)) for key in reversed(keys)
            ]
        elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
            waiting += [
                ((*path, str(at)), *pair) for at, pair in reversed([*enumerate(zip(old, new, strict=True))])
            ]
        elif type(old) is not type(new) or old != new:
            yield Change(pointer(*path), old, new)

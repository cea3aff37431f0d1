"""Pairs the events of two sides: the same key is the same event, wherever it went.

Each side is read twice, so that what is alike is never held: first a digest of each event is taken by its key, then
the events of those keys are kept that are not alike.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import blake2b
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import orjson

from tiktoktoe_cli.replay.events.field_path import key_text
from tiktoktoe_cli.replay.tracing.changes import changes_between

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from tiktoktoe_cli.replay.events.field_path import FieldPath
    from tiktoktoe_cli.replay.tracing.changes import Change

Lines: TypeAlias = "Callable[[], Iterable[bytes]]"
"""Gives the events of a destination, as JSON, as often as it is asked."""
_DIGEST_BYTES = 8


class Reason(StrEnum):
    """In what an event differs."""

    CHANGED = "changed"  # some of its fields
    MOVED = "moved"  # it goes to another destination
    ADDED = "added"
    REMOVED = "removed"


Kind: TypeAlias = tuple[Reason, str, str]
"""In what events differ, where they went, and where they go."""


class Copy(NamedTuple):
    """An event as one destination got it: where, a digest, and what it is, if that is asked for."""

    place: str
    digest: bytes
    body: Any = None  # JSON


class Difference(NamedTuple):
    """An event that is not the same on both sides: its key, where it went before and goes now, and what changed."""

    key: str
    reason: Reason
    old: Copy | None
    new: Copy | None
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Lens:
    """How events are looked at: `keys` are the fields that make two events the same one, `ignored` do not count."""

    keys: Sequence[FieldPath]
    ignored: Sequence[FieldPath] = ()

    def look(self, line: bytes) -> tuple[str, bytes, Any]:  # JSON
        """Give the key, a digest and the content of an event; one without a key is known by what it is."""
        body = self._without_ignored(_parsed(line))
        digest = blake2b(_canonical(body, line), digest_size=_DIGEST_BYTES).digest()
        texts = [key_text(path.read(body)) for path in self.keys]
        key = (
            " ".join(text for text in texts if text is not None) if None not in texts else f"#{digest.hex()}"
        )
        return key, digest, body

    def _without_ignored(self, body: Any) -> Any:  # JSON
        for path in self.ignored:
            *outer, last = path.parts
            inside: Any = body
            for part in outer:
                inside = inside.get(part) if isinstance(inside, dict) else None
            if isinstance(inside, dict):
                inside.pop(last, None)
        return body


def _parsed(line: bytes) -> Any:  # JSON
    """Read an event; what is none is the text that stands there."""
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:
        return line.decode(errors="backslashreplace")


def _canonical(body: Any, line: bytes) -> bytes:  # JSON
    """Write JSON so that the order of keys does not count; what cannot be written is compared as it stands."""
    try:
        return orjson.dumps(body, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:
        return line


@dataclass(slots=True)
class Compared:
    """What came of a comparison; `differences` are at most so many as were asked for, `counts` are of all."""

    events: tuple[int, int]
    counts: Counter[Kind] = field(default_factory=Counter)
    differences: list[Difference] = field(default_factory=list)
    reordered: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        """How many events differ."""
        return self.counts.total()

    @property
    def is_same(self) -> bool:
        """Whether both sides have the same events in the same order."""
        return not self.total and not self.reordered


def compare(old: Mapping[str, Lines], new: Mapping[str, Lines], lens: Lens, most: int) -> Compared:
    """Compare two sides, each by destination; tell at most so many differences, some of each kind."""
    ours, theirs = _Index.of(old, lens), _Index.of(new, lens)
    keys = [
        key for key in {**ours.copies, **theirs.copies} if not _are_alike(ours.copies, theirs.copies, key)
    ]
    found = {
        key: [*map(_kind, pair(key, ours.copies.get(key, []), theirs.copies.get(key, [])))] for key in keys
    }
    counts = Counter(kind for kinds in found.values() for kind in kinds)
    shown = _chosen(found, max(most // len(counts), 1), most) if counts else set()
    befores, nows = _bodies(old, lens, shown), _bodies(new, lens, shown)
    told = [it for key in keys if key in shown for it in pair(key, befores.get(key, []), nows.get(key, []))]
    return Compared((ours.events, theirs.events), counts, told[:most], tuple(_reordered(ours, theirs)))


def _chosen(found: Mapping[str, Sequence[Kind]], share: int, most: int) -> set[str]:
    """Choose the keys to show: the first ones of each kind, and where there is room any others."""
    shown: Counter[Kind] = Counter()
    chosen = []
    for key, kinds in found.items():
        if any(shown[kind] < share for kind in kinds):
            chosen.append(key)
            shown.update(kinds)
    return set(islice(dict.fromkeys([*chosen, *found]), most))


def pair(key: str, old: Sequence[Copy], new: Sequence[Copy]) -> Iterator[Difference]:
    """Pair the copies of one event: what is alike first, then what is at the same place, then the rest in its order."""
    left, gone = list(new), list(old)
    for same in (_is_same, _is_at_one_place, _is_as_it_was, _is_any):
        for before in list(gone):
            now = next((copy for copy in left if same(before, copy)), None)
            if now is not None:
                gone.remove(before)
                left.remove(now)
                if same is not _is_same:
                    yield _difference(key, before, now)
    yield from (Difference(key, Reason.REMOVED, before, None) for before in gone)
    yield from (Difference(key, Reason.ADDED, None, now) for now in left)


def _difference(key: str, before: Copy, now: Copy) -> Difference:
    reason = Reason.CHANGED if before.place == now.place else Reason.MOVED
    return Difference(key, reason, before, now, tuple(changes_between(before.body, now.body)))


def _is_same(one: Copy, other: Copy) -> bool:
    return one[:2] == other[:2]


def _is_at_one_place(one: Copy, other: Copy) -> bool:
    return one.place == other.place


def _is_as_it_was(one: Copy, other: Copy) -> bool:
    return one.digest == other.digest


def _is_any(_one: Copy, _other: Copy) -> bool:
    return True


@dataclass(slots=True)
class _Index:
    """One side: the copies of each event by its key, and the digests of each destination in their order."""

    copies: dict[str, list[Copy]] = field(default_factory=dict)
    orders: dict[str, list[bytes]] = field(default_factory=dict)
    events: int = 0

    @classmethod
    def of(cls, side: Mapping[str, Lines], lens: Lens) -> _Index:
        index = cls()
        for place, lines in side.items():
            order = index.orders[place] = []
            for line in lines():
                key, digest, _ = lens.look(line)
                index.copies.setdefault(key, []).append(Copy(place, digest))
                order.append(digest)
            index.events += len(order)
        return index


def _are_alike(old: Mapping[str, list[Copy]], new: Mapping[str, list[Copy]], key: str) -> bool:
    before, now = old.get(key, []), new.get(key, [])
    return before == now or sorted(copy[:2] for copy in before) == sorted(copy[:2] for copy in now)


def _reordered(old: _Index, new: _Index) -> Iterator[str]:
    """Name the destinations that get what they got before in another order."""
    for place, before in old.orders.items():
        now = new.orders.get(place, [])
        both = Counter(before) & Counter(now)
        if before != now and _common(before, both) != _common(now, both):
            yield place


def _common(order: Sequence[bytes], both: Counter[bytes]) -> list[bytes]:
    """Leave out what is not on both sides."""
    left = both.copy()
    kept = []
    for digest in order:
        if left[digest] > 0:
            left[digest] -= 1
            kept.append(digest)
    return kept


def _bodies(side: Mapping[str, Lines], lens: Lens, keys: set[str]) -> dict[str, list[Copy]]:
    found: dict[str, list[Copy]] = {}
    if keys:
        for place, lines in side.items():
            for line in lines():
                key, digest, body = lens.look(line)
                if key in keys:
                    found.setdefault(key, []).append(Copy(place, digest, body))
    return found


def _kind(difference: Difference) -> Kind:
    old, new = difference.old, difference.new
    return difference.reason, old.place if old else "", new.place if new else ""

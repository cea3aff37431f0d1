"""Pairs the events of two sides: the same key is the same event, wherever it went.

Each side is read twice: first a digest of each event is taken by its key, then the events of those keys are kept that
are not alike and shall be shown. What is held of each event is its key and two digests, some 400 bytes.
"""

from __future__ import annotations

import json
from collections import Counter, deque
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import blake2b
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import orjson

from tiktoktoe_cli.replay.events.field_path import key_text
from tiktoktoe_cli.replay.tracing.changes import Change, changes_between

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from tiktoktoe_cli.replay.events.field_path import FieldPath

Lines: TypeAlias = "Callable[[], Iterable[bytes]]"
"""Gives the events of a destination, as JSON, as often as it is asked."""
_DIGEST_BYTES = 16
_DIGITS_TO_ZERO = bytes.maketrans(b"123456789", b"000000000")
_MANY_DIGITS = b"0" * 19
_LOOK_EVERY = 1_000
HIDDEN = "(hidden)"
"""Stands for a value that nobody shall read."""


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
    """An event that is not the same on both sides: its name, where it went before and goes now, and what changed."""

    name: str
    reason: Reason
    old: Copy | None
    new: Copy | None
    changes: tuple[Change, ...] = ()


def _as_it_is(body: Any) -> Any:  # JSON
    return body


@dataclass(frozen=True, slots=True)
class Lens:
    """How events are looked at: `keys` are the fields that make two events the same one, `ignored` do not count.

    `hide` hides what nobody shall read, in what is shown. `check` raises what ends the comparison, if the user wants
    that.
    """

    keys: Sequence[FieldPath]
    ignored: Sequence[FieldPath] = ()
    hide: Callable[[Any], Any] = _as_it_is  # JSON
    check: Callable[[], None] = lambda: None

    def look(self, line: bytes) -> tuple[str, bytes, Any]:  # JSON
        """Give the key, a digest and the content of an event; one without a key is known by what it is."""
        body = _parsed(line)
        texts = [key_text(path.read(body)) for path in self.keys]
        self._ignore(body)
        digest = blake2b(_canonical(body), digest_size=_DIGEST_BYTES).digest()
        known = [f"{len(text)}:{text}" for text in texts if text is not None]
        return "".join(known) if len(known) == len(texts) else f"#{digest.hex()}", digest, body

    def name(self, copy: Copy) -> str:
        """Name an event for people: by its key, or by what it is."""
        texts = [key_text(path.read(self.hide(copy.body))) for path in self.keys]
        return " ".join(filter(None, texts)) if None not in texts else f"#{copy.digest.hex()}"

    def changes(self, before: Any, now: Any) -> tuple[Change, ...]:  # JSON
        """Tell what has changed; of what is hidden only that it has."""
        shown = {change.path: change for change in changes_between(self.hide(before), self.hide(now))}
        return tuple(
            shown.get(change.path, Change(change.path, HIDDEN, HIDDEN))
            for change in changes_between(before, now)
        )

    def _ignore(self, body: Any) -> None:  # JSON
        for path in self.ignored:
            *outer, last = path.parts
            inside: Any = body
            for part in outer:
                inside = inside.get(part) if isinstance(inside, dict) else None
            if isinstance(inside, dict):
                inside.pop(last, None)


def _parsed(line: bytes) -> Any:  # JSON
    """Read an event; what is none is the text that stands there.

    An integer beyond 64 bits, which orjson makes a float of, is read as it is.
    """
    try:
        is_long = _MANY_DIGITS in line.translate(_DIGITS_TO_ZERO)
        return json.loads(line) if is_long else orjson.loads(line)
    except ValueError:
        return line.decode(errors="backslashreplace")


def _canonical(body: Any) -> bytes:  # JSON
    """Write JSON so that the order of keys does not count."""
    try:
        return orjson.dumps(body, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:  # deeper, or with longer integers
        return json.dumps(body, sort_keys=True).encode(errors="surrogatepass")


@dataclass(slots=True)
class Compared:
    """What came of a comparison; `differences` are at most so many as were asked for, `counts` are of all."""

    events: tuple[int, int]
    counts: Counter[Kind] = field(default_factory=Counter)
    differences: list[Difference] = field(default_factory=list)
    reordered: tuple[str, ...] = ()

    def add_same(self, events: int) -> None:
        """Count events that are known to be the same without having been looked at."""
        self.events = self.events[0] + events, self.events[1] + events

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
        key: [_kind(*both) for both in pair(ours.copies.get(key, ()), theirs.copies.get(key, ()))]
        for key in keys
    }
    counts = Counter(kind for kinds in found.values() for kind in kinds)
    shown = _chosen(found, max(most // len(counts), 1), most) if counts else set()
    befores, nows = _bodies(old, lens, shown), _bodies(new, lens, shown)
    told = [
        _difference(lens, *both)
        for key in keys
        if key in shown
        for both in pair(befores.get(key, ()), nows.get(key, ()))
    ]
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


def pair(old: Sequence[Copy], new: Sequence[Copy]) -> Iterator[tuple[Copy | None, Copy | None]]:
    """Pair the copies of one event that differ.

    First away with what is alike; then what is at the same place belongs together, what is alike elsewhere, and the
    rest in its order. What is left was removed or added.
    """
    gone, left = list(old), list(new)
    for step, alike in enumerate((_all, _place, _digest, _nothing)):
        waiting: dict[object, deque[int]] = {}
        for at, now in enumerate(left):
            waiting.setdefault(alike(now), deque()).append(at)
        rest, taken = [], set()
        for before in gone:
            if found := waiting.get(alike(before)):
                at = found.popleft()
                taken.add(at)
                if step:
                    yield before, left[at]
            else:
                rest.append(before)
        gone, left = rest, [now for at, now in enumerate(left) if at not in taken]
    yield from ((before, None) for before in gone)
    yield from ((None, now) for now in left)


def _all(copy: Copy) -> object:
    return copy[:2]


def _place(copy: Copy) -> object:
    return copy.place


def _digest(copy: Copy) -> object:
    return copy.digest


def _nothing(_copy: Copy) -> object:
    return None


def _kind(old: Copy | None, new: Copy | None) -> Kind:
    places = old.place if old else "", new.place if new else ""
    if old is None or new is None:
        return Reason.ADDED if old is None else Reason.REMOVED, *places
    return Reason.CHANGED if old.place == new.place else Reason.MOVED, *places


def _difference(lens: Lens, old: Copy | None, new: Copy | None) -> Difference:
    changes = lens.changes(old.body, new.body) if old and new else ()
    name = lens.name(new or old or Copy("", b""))
    return Difference(name, _kind(old, new)[0], old, new, changes)


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
            for number, line in enumerate(lines()):
                if number % _LOOK_EVERY == 0:
                    lens.check()
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
            for number, line in enumerate(lines()):
                if number % _LOOK_EVERY == 0:
                    lens.check()
                key, digest, body = lens.look(line)
                if key in keys:
                    found.setdefault(key, []).append(Copy(place, digest, body))
    return found

"""The cache in front of a source: forgets what was not used for the longest time, and what is too old."""

from __future__ import annotations

from collections import OrderedDict
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, Protocol

from tiktoktoe_cli.replay.enriching.source import Failed, Source

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tiktoktoe_cli.replay.enriching.source import Answer, Row
    from tiktoktoe_cli.replay.settings.enrichment import CacheSettings

_FOREVER_NS = 1 << 63


class Finder(Protocol):
    """Answers for a whole column of keys, and counts how often its cache knew the answer."""

    @property
    def hits(self) -> int:
        """How often the answer was there."""

    @property
    def misses(self) -> int:
        """How often it was not."""

    @property
    def waits_ns(self) -> Sequence[int]:
        """How long each real answer of the last look took."""

    def look_up(self, keys: Sequence[str | None]) -> Sequence[Answer]:
        """Answer for each key; an event without one is a miss of the lookup, and nobody is asked."""


class Recent:
    """In front of a table in memory, where all that a cache does is to count."""

    waits_ns: Sequence[int] = ()

    def __init__(self, table: dict[str, Row], size: int) -> None:
        self._find = lru_cache(maxsize=size)(table.get)

    @property
    def hits(self) -> int:
        """How often an answer was there."""
        return self._find.cache_info().hits

    @property
    def misses(self) -> int:
        """How often it was not."""
        return self._find.cache_info().misses

    def look_up(self, keys: Sequence[str | None]) -> Sequence[Answer]:
        """Answer for each key."""
        if None in keys:
            return [None if key is None else self._find(key) for key in keys]
        return list(map(self._find, keys))


class InMemory(Source):
    """A table, for a cache that forgets."""

    def __init__(self, table: Mapping[str, Answer]) -> None:
        self._table = table

    def find(self, keys: Sequence[str]) -> list[Answer]:
        """Answer for each of some different keys."""
        return list(map(self._table.get, keys))


class _Entry(NamedTuple):
    answer: Answer
    until_ns: int


class Cache:
    """In front of a source that is slow to answer: it is asked once for each key of a batch. Failures are not kept."""

    def __init__(self, source: Source, settings: CacheSettings, clock: Callable[[], int]) -> None:
        self._source = source
        self._size = settings.size
        self._ttl_ns = _FOREVER_NS if settings.ttl is None else int(settings.ttl)
        self._negative_ns = self._ttl_ns if settings.negative is None else int(settings.negative)
        self._clock = clock
        self._entries: OrderedDict[str, _Entry] = OrderedDict()
        self.hits = self.misses = 0
        self.waits_ns: Sequence[int] = ()

    def look_up(self, keys: Sequence[str | None]) -> Sequence[Answer]:
        """Answer for each key."""
        now_ns = self._clock()
        self.waits_ns = ()
        asked = [key for key in keys if key is not None]
        known = {key: entry.answer for key in dict.fromkeys(asked) if (entry := self._fresh(key, now_ns))}
        missing = [key for key in dict.fromkeys(asked) if key not in known]
        self.hits += len(asked) - len(missing)
        self.misses += len(missing)
        if missing:
            asked_ns = self._clock()
            found = dict(zip(missing, self._source.find(missing), strict=True))
            answered_ns = self._clock()
            each_ns = (answered_ns - asked_ns) // len(missing)
            self.waits_ns = self._source.waits_ns or [each_ns] * len(missing)
            known |= found
            self._keep(found, answered_ns)
        return [None if key is None else known[key] for key in keys]

    def _fresh(self, key: str, now_ns: int) -> _Entry | None:
        entry = self._entries.get(key)
        if entry is None or now_ns >= entry.until_ns:
            return None
        self._entries.move_to_end(key)
        return entry

    def _keep(self, found: dict[str, Answer], now_ns: int) -> None:
        for key, answer in found.items():
            if not isinstance(answer, Failed):
                age_ns = self._negative_ns if answer is None else self._ttl_ns
                self._entries[key] = _Entry(answer, now_ns + age_ns)
                self._entries.move_to_end(key)
        while len(self._entries) > self._size:
            self._entries.popitem(last=False)

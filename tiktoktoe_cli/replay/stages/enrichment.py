"""Context enrichment: puts the row of a table that belongs to an event into the event."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from tiktoktoe_cli.config.units import NS_PER_S
from tiktoktoe_cli.replay.choices import OnMiss
from tiktoktoe_cli.replay.dead_letters import Reason
from tiktoktoe_cli.replay.event import Fault, pointer
from tiktoktoe_cli.replay.lookup import read_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tiktoktoe_cli.replay.event import Body, Event
    from tiktoktoe_cli.replay.settings import EnrichmentSettings
    from tiktoktoe_cli.replay.station import Events, Stage, Station


def build(settings: EnrichmentSettings, station: Station) -> Stage:
    """Make the stage; its measures are `lookups`, `lookup_seconds`, `not_found`, `cache_hits` and `cache_misses`.

    Raises:
        UsageError: the table cannot be read.
    """
    table = read_table(settings.lookup.table, settings.lookup.match)
    return _Enrichment(settings, station).over(table.get)


class _Enrichment:
    def __init__(self, settings: EnrichmentSettings, station: Station) -> None:
        self._settings = settings
        self._station = station
        self._clock = station.clock
        self._lookups = 0
        self._lookup_ns = 0
        self._not_found = 0

    def over(self, find: Callable[[str], Body | None]) -> Stage:
        """Make the stage over a way to find rows, with the cache in front of it."""
        cached = lru_cache(maxsize=self._settings.cache.size)(find)

        def stage(events: Iterator[Event]) -> Events:
            try:
                for event in events:
                    if self._enrich(event, cached):
                        yield event
            finally:
                info = cached.cache_info()
                self._measure(info.hits, info.misses)

        return stage

    def _enrich(self, event: Event, find: Callable[[str], Body | None]) -> bool:
        settings = self._settings
        row = self._found(settings.lookup.key.read_text(event.body), find)
        if row is None and settings.on_miss is OnMiss.DEAD_LETTER:
            key = settings.lookup.key
            return self._reject(
                event, Fault(pointer(*key.parts), "lookup", "not-found", f"no row for `{key}`")
            )
        # a copy: a later stage may write into this event's row
        if settings.into.write(event.body, None if row is None else dict(row)):
            return True
        into = settings.into
        return self._reject(
            event, Fault(pointer(*into.parts), "into", "no-object", f"`{into}` is not within objects")
        )

    def _found(self, key: str | None, find: Callable[[str], Body | None]) -> Body | None:
        began_ns = self._clock()
        row = None if key is None else find(key)
        self._lookup_ns += self._clock() - began_ns
        self._lookups += 1
        self._not_found += row is None
        return row

    def _reject(self, event: Event, fault: Fault) -> bool:
        self._station.reject(Reason.LOOKUP, event.line, (fault,), event.time_us)
        return False

    def _measure(self, hits: int, misses: int) -> None:
        self._station.measures |= {
            "lookups": self._lookups,
            "lookup_seconds": self._lookup_ns / NS_PER_S,
            "not_found": self._not_found,
            "cache_hits": hits,
            "cache_misses": misses,
        }

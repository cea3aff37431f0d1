"""Context enrichment: puts the row of a table that belongs to an event into the event."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from tiktoktoe_cli.replay.choices import OnMiss
from tiktoktoe_cli.replay.events.fault import Fault, pointer
from tiktoktoe_cli.replay.events.letter import Reason
from tiktoktoe_cli.replay.lookup import read_table
from tiktoktoe_cli.replay.stages.stage import Stage

if TYPE_CHECKING:
    from tiktoktoe_cli.replay.events.batch import Batch
    from tiktoktoe_cli.replay.settings.enrichment import EnrichmentSettings
    from tiktoktoe_cli.replay.stages.stage import Kit


def build(settings: EnrichmentSettings, kit: Kit) -> Stage:
    """Make the stage; its measures are `lookups`, `lookup_ns`, `not_found`, `cache_hits` and `cache_misses`.

    Raises:
        UsageError: the table cannot be read.
    """
    table = read_table(settings.lookup.table, settings.lookup.match)
    find = lru_cache(maxsize=settings.cache.size)(table.get)
    clock = kit.clock

    def look(batch: Batch) -> None:
        began_ns, before = clock(), find.cache_info()
        rows = list(map(find, settings.lookup.key.text_column(batch.bodies)))
        after = find.cache_info()
        batch.measures.update(
            lookups=len(rows),
            lookup_ns=clock() - began_ns,
            not_found=rows.count(None),
            cache_hits=after.hits - before.hits,
            cache_misses=after.misses - before.misses,
        )
        for index, row in enumerate(rows):
            if row is None and settings.on_miss is OnMiss.DEAD_LETTER:
                batch.reject(index, Reason.LOOKUP, (_not_found(settings),))
            # a copy: a later stage may write into this event's row
            elif not settings.into.write(batch.bodies[index], None if row is None else row.copy()):
                batch.reject(index, Reason.LOOKUP, (_no_object(settings),))

    return Stage(look)


def _not_found(settings: EnrichmentSettings) -> Fault:
    key = settings.lookup.key
    return Fault(pointer(*key.parts), "lookup", "not-found", f"no row for `{key}`")


def _no_object(settings: EnrichmentSettings) -> Fault:
    into = settings.into
    return Fault(pointer(*into.parts), "into", "no-object", f"`{into}` is not within objects")

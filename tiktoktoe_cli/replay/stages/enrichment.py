"""Context enrichment: puts what belongs to an event into the event."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.replay.choices import OnLookupError, OnMiss
from tiktoktoe_cli.replay.enriching.cache import Cache, InMemory, Recent
from tiktoktoe_cli.replay.enriching.latency import observed
from tiktoktoe_cli.replay.enriching.opening import open_lookup
from tiktoktoe_cli.replay.enriching.source import Around, Failed, row_of
from tiktoktoe_cli.replay.events.batch import Drop
from tiktoktoe_cli.replay.events.fault import Fault, no_object, pointer
from tiktoktoe_cli.replay.events.letter import Reason
from tiktoktoe_cli.replay.stages.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiktoktoe_cli.replay.enriching.cache import Finder
    from tiktoktoe_cli.replay.enriching.source import Answer
    from tiktoktoe_cli.replay.events.batch import Batch
    from tiktoktoe_cli.replay.events.field_path import Json
    from tiktoktoe_cli.replay.settings.enrichment import EnrichmentSettings
    from tiktoktoe_cli.replay.stages.stage import Kit


def build(settings: EnrichmentSettings, kit: Kit) -> Stage:
    """Make the stage; its measures are `lookups`, `lookup_ns`, `not_found`, `cache_hits`, `cache_misses` and `failed`.

    Beside them it counts how long answers took, in buckets.

    Raises:
        UsageError: the table cannot be read.
    """
    finder, clock, into = _finder(settings, kit), kit.clock, settings.into
    is_lost = settings.on_miss is not OnMiss.NULL

    def look(batch: Batch) -> None:
        began_ns, hits, misses = clock(), finder.hits, finder.misses
        answers = finder.look_up(settings.lookup.key.text_column(batch.bodies))
        took_ns = clock() - began_ns
        missed, failed = answers.count(None), _failures(answers)
        batch.measures.update(
            lookups=len(answers),
            lookup_ns=took_ns,
            not_found=missed,
            cache_hits=finder.hits - hits,
            cache_misses=finder.misses - misses,
            failed=len(failed),
        )
        batch.measures.update(observed(len(answers), took_ns, finder.waits_ns))
        ends = set(failed) if settings.on_error is not OnLookupError.NULL else set()
        if missed and is_lost:
            ends.update(index for index, answer in enumerate(answers) if answer is None)
        rows = [answer() if callable(answer) else None for answer in answers]
        for index in into.write_column(batch.bodies, rows):
            if index not in ends:
                batch.reject(index, Reason.LOOKUP, (no_object(into.parts),))
        for index in sorted(ends):
            _end(batch, index, answers[index], settings)

    return Stage(look)


def _finder(settings: EnrichmentSettings, kit: Kit) -> Finder:
    cache = settings.cache
    if kit.answers is not None:
        return Cache(
            InMemory({key: _mocked(answer) for key, answer in kit.answers.items()}), cache, kit.clock
        )
    found = open_lookup(settings.lookup, Around(kit.policies, kit.random, kit.should_stop))
    if not isinstance(found, dict):
        return Cache(found, cache, kit.clock)
    is_aging = cache.ttl is not None or cache.negative is not None
    return Cache(InMemory(found), cache, kit.clock) if is_aging else Recent(found, cache.size)


def _mocked(answer: Json) -> Answer:
    """Read what a test says that a lookup answers: a row, nothing, or why there is no answer."""
    if isinstance(answer, dict):
        return row_of(answer)
    return None if answer is None else Failed(answer)


def _failures(answers: Sequence[Answer]) -> list[int]:
    if Failed not in set(map(type, answers)):
        return []
    return [index for index, answer in enumerate(answers) if isinstance(answer, Failed)]


def _end(batch: Batch, index: int, answer: Answer, settings: EnrichmentSettings) -> None:
    """Let an event go no further: one that nothing was found for, or for which nobody could say."""
    key = settings.lookup.key
    if not isinstance(answer, Failed):
        if settings.on_miss is OnMiss.DROP:
            batch.drop(index, Drop.FILTERED)
        else:
            fault = Fault(pointer(*key.parts), "lookup", "not-found", f"no row for `{key}`")
            batch.reject(index, Reason.LOOKUP, (fault,))
        return
    fault = Fault(pointer(*key.parts), "lookup", "failed", answer.message)
    if settings.on_error is OnLookupError.FAIL:
        batch.refuse(index, Reason.LOOKUP, (fault,))
    else:
        batch.reject(index, Reason.LOOKUP, (fault,))

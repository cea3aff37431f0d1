"""The table of stages: the word in the YAML, what makes the stage of its settings, and what it does to events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from tiktoktoe_cli.replay.stages import (
    aggregation,
    correlation,
    dedupe,
    enrichment,
    filtering,
    flattening,
    mapping,
    redaction,
    renaming,
    validation,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tiktoktoe_cli.replay.stages.stage import Kit, Stage


class Entry(NamedTuple):
    """A kind of stage.

    `build` makes it; `has_memory` says whether it has one; `is_blind` says of its settings whether its memory can do
    without the bodies of events, so that they may come to it as JSON; `writes` names what such a memory adds to that.

    Any: the settings class that stands in the YAML under the same word.
    """

    build: Callable[[Any, Kit], Stage]
    has_memory: bool = False
    is_blind: Callable[[Any], bool] = lambda _: False
    writes: frozenset[str] = frozenset()


STAGES: Final[Mapping[str, Entry]] = {
    "validation": Entry(validation.build),
    "context_enrichment": Entry(enrichment.build),
    "filter": Entry(filtering.build),
    "map": Entry(mapping.build),
    "redact": Entry(redaction.build),
    "rename": Entry(renaming.build),
    "flatten": Entry(flattening.build),
    "dedupe": Entry(dedupe.build, True, lambda _: True),
    "aggregate": Entry(aggregation.build, True),
    "correlation": Entry(correlation.build, True, correlation.is_blind, frozenset(correlation.ANNOTATIONS)),
}

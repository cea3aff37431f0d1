"""What the YAML says about one stage of a pipeline."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Annotated, ClassVar, NamedTuple

from pydantic import BeforeValidator, Field

from tiktoktoe_cli.config.fields import Cel, OneOf
from tiktoktoe_cli.expressions import Expression
from tiktoktoe_cli.replay.events.field_path import FieldPath
from tiktoktoe_cli.replay.settings.aggregation import AggregateSettings
from tiktoktoe_cli.replay.settings.enrichment import EnrichmentSettings
from tiktoktoe_cli.replay.settings.processors import (
    FlattenSettings,
    MapSettings,
    RedactSettings,
    fields_alone,
    path_alone,
)
from tiktoktoe_cli.replay.settings.validation import ValidationSettings
from tiktoktoe_cli.replay.settings.windows import CorrelationSettings, DedupeSettings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class StageSettings(OneOf):
    """One step of the pipeline."""

    choice_of: ClassVar[str] = "the stages"

    validation: ValidationSettings | None = None
    """Check events."""
    context_enrichment: EnrichmentSettings | None = None
    """Add what a table knows."""
    filter: Annotated[Expression, Cel()] | None = None
    """CEL over the event's own fields: events for which it is false are dropped and counted. One for which it has no
    value is a dead letter."""
    map: (
        Annotated[
            MapSettings,
            BeforeValidator(fields_alone, json_schema_input_type=dict[FieldPath, str] | MapSettings),
        ]
        | None
    ) = None
    """Write computed values into the event; the fields alone will do: `map: {data.total: data.net * 1.19}`."""
    redact: RedactSettings | None = None
    """Hide fields, also in dead letters, traces and logs; it stands before `rename` and `flatten`."""
    rename: Annotated[dict[FieldPath, FieldPath], Field(min_length=1)] | None = None
    """Move fields: `{OLD: NEW}`, in this order; what was at `NEW` is replaced."""
    flatten: (
        Annotated[FlattenSettings, BeforeValidator(path_alone, json_schema_input_type=str | FlattenSettings)]
        | None
    ) = None
    """Make one object of an object with objects within it; its path alone will do: `flatten: data`."""
    dedupe: DedupeSettings | None = None
    """Drop repeated events."""
    correlation: CorrelationSettings | None = None
    """Mark events that belong together."""
    aggregate: AggregateSettings | None = None
    """Make one event of those of a window: counts, sums, extremes."""


class NamedStage(NamedTuple):
    """A stage, and what it is called in reports."""

    name: str
    settings: StageSettings


def named_stages(stages: Sequence[StageSettings]) -> Iterator[NamedStage]:
    """Name stages: a second one of a kind is called `dedupe_2`."""
    seen: Counter[str] = Counter()
    for stage in stages:
        seen[stage.kind] += 1
        yield NamedStage(stage.kind if seen[stage.kind] == 1 else f"{stage.kind}_{seen[stage.kind]}", stage)

"""What the YAML says about a pipeline (`pipelines.NAME`): its input, stages, routes, destinations and alerts."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, model_validator
from pydantic_core import PydanticCustomError

from tiktoktoe_cli.config.fields import Cel, Context, LocalPath, Name, OneOf, Settings, unknown_name
from tiktoktoe_cli.config.quantity import ByteSize
from tiktoktoe_cli.config.units import Duration
from tiktoktoe_cli.expressions import Duration as Span
from tiktoktoe_cli.expressions import Expression
from tiktoktoe_cli.monitoring.settings import AlertSettings as AnyAlertSettings
from tiktoktoe_cli.replay.choices import (
    CloudEventsCheck,
    ErrorHandling,
    MetricName,
    OnMiss,
    Order,
    TimeFormat,
)
from tiktoktoe_cli.replay.field_path import FieldPath
from tiktoktoe_cli.replay.line_file import partial_of

if TYPE_CHECKING:
    from pathlib import Path

_LEAST_LINE = ByteSize.parse("64")
_LONGEST_LINE = ByteSize.parse("256Mi")


class TimeSettings(Settings):
    """Where an event says when it happened."""

    field: FieldPath = FieldPath(("time",))
    """The field that holds the time. An event without a valid one is a dead letter."""
    format: TimeFormat = TimeFormat.RFC3339
    """`rfc3339` text, or a number of seconds (`epoch_s`) or milliseconds (`epoch_ms`) since 1970."""
    max_future_jump: Duration | None = None
    """An event further than this ahead of the newest one before it is a dead letter, and moves no clock. Choose it
    longer than the longest quiet time; by default nothing is too far ahead."""


def _within_limits(value: ByteSize) -> ByteSize:
    if not _LEAST_LINE <= value <= _LONGEST_LINE:
        hint = f"choose a length from {_LEAST_LINE} to {_LONGEST_LINE}"
        raise PydanticCustomError(
            "out-of-range", "a line of `{value}` cannot be", {"value": str(value), "hint": hint}
        )
    return value


class InputSettings(Settings):
    """The files to read: one JSON object a line (NDJSON), also compressed with gzip."""

    paths: tuple[LocalPath, ...] = Field(min_length=1)
    """Files, or patterns such as `events/**/*.ndjson`; each file is read once, patterns in the order of names. If a
    compressed file is cut or damaged, what stands before is delivered, the rest is a dead letter, and the run ends
    with exit code 3."""
    time: TimeSettings = Field(default_factory=TimeSettings)
    """Where the time is."""
    order: Order = Order.EVENT_TIME
    """`event_time` sorts all events by time, then file, then line; `input` takes them as they stand."""
    max_line: Annotated[ByteSize, AfterValidator(_within_limits)] = ByteSize.parse("1Mi")
    """The longest line in bytes; a longer one is a dead letter."""


def _check_schema(path: Path) -> Path:
    from tiktoktoe_cli.replay.schema import SchemaProblemError, compile_schema

    try:
        compile_schema(path)
    except SchemaProblemError as problem:
        context = {"message": problem.message, "hint": problem.hint}
        raise PydanticCustomError("json-schema", "{message}", context) from None
    return path


class ValidationSettings(Settings):
    """Check every event against a JSON Schema, the rules of CloudEvents, or both."""

    schema_file: Annotated[LocalPath, AfterValidator(_check_schema)] | None = Field(None, alias="schema")
    """A JSON Schema (2020-12, unless its `$schema` says otherwise) for the whole event. It may refer to files beside
    it; nothing is fetched from the network."""
    cloudevents: CloudEventsCheck = CloudEventsCheck.OFF
    """`strict` checks every MUST of CloudEvents 1.0 and its JSON format; YAML's bare `off` is fine."""
    error_handling: ErrorHandling = ErrorHandling.DEAD_LETTER
    """`dead_letter` keeps an invalid event with all its errors, `skip_invalid` only counts it, `fail` ends the run."""


class LookupSettings(Settings):
    """Which row of a table belongs to an event."""

    table: LocalPath
    """A `.csv` file with a header, or an `.ndjson` file; it is held in memory."""
    key: FieldPath
    """The event's field to look up."""
    match: str = Field(min_length=1)
    """The column it must equal; no two rows may have the same value there."""


class CacheSettings(Settings):
    """A cache in front of the lookups."""

    strategy: Literal["lru"] = "lru"
    """`lru` forgets what was not used for the longest time."""
    size: int = Field(1000, ge=1, le=10_000_000)
    """How many answers it keeps, also those that found nothing."""


def _null_word(value: object) -> object:
    return OnMiss.NULL if value is None else value


class EnrichmentSettings(Settings):
    """Put what a table knows into the event."""

    lookup: LookupSettings
    """Where to look."""
    into: FieldPath
    """The field that gets the row, as an object."""
    cache: CacheSettings = Field(default_factory=CacheSettings)
    """Its hits and misses are part of the report."""
    on_miss: Annotated[OnMiss, BeforeValidator(_null_word)] = OnMiss.NULL
    """When no row is found: put `null` into the field, or make it a `dead_letter`."""


class DedupeSettings(Settings):
    """Let an event pass once: later ones with the same key, within a window of event time, are dropped and counted."""

    key: tuple[FieldPath, ...] = Field((FieldPath(("source",)), FieldPath(("id",))), min_length=1)
    """The fields that make two events the same one; an event that lacks one of them is never a duplicate."""
    window: Duration = Duration.of(120)
    """How long a key is remembered, from its first event on; duplicates do not extend it."""


class CorrelationSettings(Settings):
    """Find the events that belong together: sessions of one key, each event at most `window` after the one before."""

    key: FieldPath
    """The field that events of a session share; an event without it passes unchanged."""
    window: Duration
    """The longest gap within a session; a gap of exactly this length does not end it."""
    lateness: Duration = Duration.of(0)
    """How much longer a session stays open for events that come late (with `order: input`); what comes later is a
    dead letter."""
    max_held: int = Field(1_000_000, ge=1)
    """How many events may be held in open sessions; the run ends with an error rather than with wrong sessions."""


class StageSettings(OneOf):
    """One step of the pipeline."""

    choice_of: ClassVar[str] = "the stages"

    validation: ValidationSettings | None = None
    """Check events."""
    context_enrichment: EnrichmentSettings | None = None
    """Add what a table knows."""
    dedupe: DedupeSettings | None = None
    """Drop repeated events."""
    correlation: CorrelationSettings | None = None
    """Mark events that belong together."""


class RuleSettings(Settings):
    """Where some events go; rules are asked in order."""

    when: Annotated[Expression, Cel()] | None = None
    """Which events, as CEL over the event's own fields; by default all. If it cannot be evaluated for an event, the
    rule does not match it, and the report counts that."""
    to: tuple[str, ...]
    """The destinations; `[]` drops the events on purpose. An event that no rule takes is a dead letter."""
    final: bool = True
    """Whether later rules are not asked about an event that matched."""


def _path_alone(value: object) -> object:
    return {"path": value} if isinstance(value, str) else value


class FileSettings(Settings):
    """A file of events, one JSON object a line."""

    path: LocalPath
    """Where it is; it replaces the file of an earlier run when this one succeeds."""


class DestinationSettings(OneOf):
    """Somewhere to deliver events to."""

    choice_of: ClassVar[str] = "the destinations"

    file: (
        Annotated[FileSettings, BeforeValidator(_path_alone, json_schema_input_type=str | FileSettings)]
        | None
    ) = None
    """A file; its path alone will do."""


class DeadLetterSettings(Settings):
    """Where events go that cannot be delivered."""

    file: LocalPath
    """A file with one JSON object a line: reason, errors, where the event stood, and its original bytes."""


EXAMPLES: dict[str, float | Span] = {
    **dict.fromkeys(MetricName, 1),
    MetricName.ERROR_RATE: 0.5,
    MetricName.ENRICHMENT_LATENCY: Span(1_000_000),
}
"""A value of the type that each metric has in alerts."""


class AlertSettings(AnyAlertSettings):
    """A condition over the numbers of the whole run."""

    when: Annotated[Expression, Cel(*EXAMPLES, examples=EXAMPLES)]
    """It fires when this is true, or cannot be evaluated: what cannot be judged is not fine."""


class MonitoringSettings(Settings):
    """What is measured, and when it is too bad."""

    metrics: tuple[MetricName, ...] = tuple(MetricName)
    """What to write into metrics reports; by default everything."""
    alerts: tuple[AlertSettings, ...] = ()
    """Judged when the run ends."""


class PipelineSettings(Settings):
    """From files of events, through stages, to destinations."""

    input: InputSettings
    """What to read."""
    stages: tuple[StageSettings, ...] = ()
    """What to do with each event, in this order."""
    routing: tuple[RuleSettings, ...] = Field(min_length=1)
    """Which events go where."""
    destinations: dict[Name, DestinationSettings] = Field(min_length=1)
    """Where events can go, by name."""
    dead_letter: DeadLetterSettings
    """Where the others go: nothing is lost silently."""
    monitoring: MonitoringSettings = Field(default_factory=MonitoringSettings)
    """Metrics and alerts."""

    @model_validator(mode="after")
    def _destinations_are_known(self) -> PipelineSettings:
        for number, rule in enumerate(self.routing):
            for index, name in enumerate(rule.to):
                if name not in self.destinations:
                    error = unknown_name(name, self.destinations, "destinations")
                    at = [("routing", number, "to", index)]
                    raise PydanticCustomError(
                        error.type, error.message_template, {**(error.context or {}), "at": at}
                    )
        return self

    @model_validator(mode="after")
    def _every_rule_is_reached(self) -> PipelineSettings:
        for number, rule in enumerate(self.routing[:-1]):
            if rule.when is None and rule.final:
                hint = "move it to the end, give it a `when`, or set `final: false`"
                context: dict[str, Any] = {"hint": hint, "at": [("routing", number)]}
                raise PydanticCustomError(
                    "unreachable-rule", "this rule takes every event: those below are never asked", context
                )
        return self

    @model_validator(mode="after")
    def _every_file_is_its_own(self, info: ValidationInfo) -> PipelineSettings:
        owners = {os.path.realpath(path): owner for owner, path in self.read_files}
        if isinstance(info.context, Context):
            owners |= {os.path.realpath(name): "the configuration" for name in info.context.files}
        for owner, path, at in self._outputs():
            for file in (os.path.realpath(path), os.path.realpath(partial_of(path))):
                if file in owners:
                    context: dict[str, Any] = {
                        "path": str(path),
                        "owner": owners[file],
                        "hint": "choose another file",
                        "at": [at],
                    }
                    raise PydanticCustomError("same-file", "`{path}` is already used by {owner}", context)
                owners[file] = owner
        return self

    @property
    def read_files(self) -> list[tuple[str, Path]]:
        """List the files and patterns that a run reads: what for, and the path."""
        lookups = [stage.context_enrichment.lookup for stage in self.stages if stage.context_enrichment]
        schemas = [stage.validation.schema_file for stage in self.stages if stage.validation]
        return [
            *(("`input`", path) for path in self.input.paths),
            *(("a lookup's `table`", lookup.table) for lookup in lookups),
            *(("a validation's `schema`", path) for path in schemas if path),
        ]

    def _outputs(self) -> list[tuple[str, Path, tuple[str, ...]]]:
        """List the files that a run writes: whose it is, its path, and where that stands in the YAML."""
        destinations = [
            (f"destination `{name}`", destination.chosen.path, ("destinations", name, "file"))
            for name, destination in self.destinations.items()
        ]
        return [*destinations, ("`dead_letter`", self.dead_letter.file, ("dead_letter", "file"))]

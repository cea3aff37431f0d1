"""What the YAML says about a pipeline (`pipelines.NAME`), as a whole."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, ValidationInfo, model_validator
from pydantic_core import PydanticCustomError

from tiktoktoe_cli.config.fields import Cel, Context, Name, Settings, unknown_name
from tiktoktoe_cli.expressions import Expression
from tiktoktoe_cli.replay.choices import Emit
from tiktoktoe_cli.replay.delivering.line_file import partial_of
from tiktoktoe_cli.replay.settings.destination import DeadLetterSettings, DestinationSettings
from tiktoktoe_cli.replay.settings.input import InputSettings
from tiktoktoe_cli.replay.settings.monitoring import MonitoringSettings
from tiktoktoe_cli.replay.settings.pacing import PacingSettings
from tiktoktoe_cli.replay.settings.stage import StageSettings, named_stages
from tiktoktoe_cli.replay.settings.state import StateSettings
from tiktoktoe_cli.replay.settings.tests import TestSettings

if TYPE_CHECKING:
    from pathlib import Path


class RuleSettings(Settings):
    """Where some events go; rules are asked in order."""

    when: Annotated[Expression, Cel()] | None = None
    """Which events, as CEL over the event's own fields; by default all. If it cannot be evaluated for an event, the
    rule does not match it, and the report counts that."""
    to: tuple[str, ...]
    """The destinations; `[]` drops the events on purpose. An event that no rule takes is a dead letter."""
    final: bool = True
    """Whether later rules are not asked about an event that matched."""


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
    state: StateSettings = Field(
        {}, validate_default=True
    )  # validated: its folder is beside the configuration
    """Where it stands, for a run that is cut short."""
    pacing: PacingSettings = Field(default_factory=PacingSettings)
    """How fast events go through."""
    monitoring: MonitoringSettings = Field(default_factory=MonitoringSettings)
    """Metrics and alerts."""
    tests: tuple[TestSettings, ...] = ()
    """Events and what must become of them: `tiktoktoe replay test`."""

    @model_validator(mode="after")
    def _tests_name_destinations(self) -> PipelineSettings:
        for number, test in enumerate(self.tests):
            for name in test.expect:
                if name not in self.destinations:
                    error = unknown_name(name, self.destinations, "destinations")
                    at = [("tests", number, "expect", name)]
                    raise PydanticCustomError(
                        error.type, error.message_template, {**(error.context or {}), "at": at}
                    )
        return self

    @model_validator(mode="after")
    def _tests_name_lookups(self) -> PipelineSettings:
        lookups = [stage.name for stage in named_stages(self.stages) if stage.settings.context_enrichment]
        for number, test in enumerate(self.tests):
            for name in test.lookups:
                if name not in lookups:
                    error = unknown_name(name, lookups, "stages with a lookup")
                    at = [("tests", number, "lookups", name)]
                    raise PydanticCustomError(
                        error.type, error.message_template, {**(error.context or {}), "at": at}
                    )
        return self

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
    def _redaction_finds_the_original(self) -> PipelineSettings:
        moved = False
        for number, stage in enumerate(self.stages):
            if moved and stage.redact:
                context = {"hint": "put `redact` above them", "at": [("stages", number, "redact")]}
                message = "dead letters have the original fields: `redact` cannot stand below what moves them"
                raise PydanticCustomError("redact-too-late", message, context)
            gathers = stage.correlation is not None and stage.correlation.emit is not Emit.ANNOTATE
            moved = moved or gathers or bool(stage.rename or stage.flatten or stage.aggregate)
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
        schemas = [
            path for stage in self.stages if stage.validation for path in stage.validation.schema_files
        ]
        return [
            *(("`input`", path) for path in self.input.paths),
            *(("a lookup", lookup.file) for lookup in lookups if lookup.file is not None),
            *(("a validation's `schema`", path) for path in schemas),
        ]

    def _outputs(self) -> list[tuple[str, Path, tuple[str, ...]]]:
        """List the files that a run writes: whose it is, its path, and where that stands in the YAML."""
        destinations = [
            (f"destination `{name}`", destination.written_path, ("destinations", name, destination.kind))
            for name, destination in self.destinations.items()
            if destination.written_path is not None
        ]
        metrics = self.monitoring.openmetrics
        return [
            *destinations,
            ("`dead_letter`", self.dead_letter.file, ("dead_letter", "file")),
            *([("`openmetrics`", metrics.file, ("monitoring", "openmetrics"))] if metrics else ()),
        ]

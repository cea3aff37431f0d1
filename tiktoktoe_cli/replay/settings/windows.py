"""What the YAML says about the stages that remember events: dedupe and correlation."""

from __future__ import annotations

from pydantic import Field

from tiktoktoe_cli.config.fields import Settings
from tiktoktoe_cli.config.units import Duration
from tiktoktoe_cli.replay.events.field_path import FieldPath


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

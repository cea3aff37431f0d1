"""What the YAML says about one stage of a pipeline."""

from __future__ import annotations

from typing import ClassVar

from tiktoktoe_cli.config.fields import OneOf
from tiktoktoe_cli.replay.settings.enrichment import EnrichmentSettings
from tiktoktoe_cli.replay.settings.validation import ValidationSettings
from tiktoktoe_cli.replay.settings.windows import CorrelationSettings, DedupeSettings


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

"""The table of stages: the word in the YAML, and what makes the stage of its settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from tiktoktoe_cli.replay.stages import correlation, dedupe, enrichment, validation
from tiktoktoe_cli.replay.station import Stage, Station

Build: TypeAlias = Callable[[Any, Station], Stage]
"""Makes a stage. Any: the settings class that stands in the YAML under the same word."""

STAGES: Final[Mapping[str, Build]] = {
    "validation": validation.build,
    "context_enrichment": enrichment.build,
    "dedupe": dedupe.build,
    "correlation": correlation.build,
}

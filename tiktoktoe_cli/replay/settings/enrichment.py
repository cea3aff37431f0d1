"""What the YAML says about context enrichment."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from tiktoktoe_cli.config.fields import LocalPath, Settings
from tiktoktoe_cli.replay.choices import OnMiss
from tiktoktoe_cli.replay.events.field_path import FieldPath


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

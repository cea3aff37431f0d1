"""What the YAML says about context enrichment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from tiktoktoe_cli.config.fields import LocalPath, Settings
from tiktoktoe_cli.config.units import Duration
from tiktoktoe_cli.replay.choices import OnLookupError, OnMiss
from tiktoktoe_cli.replay.events.field_path import FieldPath
from tiktoktoe_cli.replay.settings.processors import null_word

if TYPE_CHECKING:
    from pathlib import Path


class SqliteSettings(Settings):
    """A query of an SQLite database; it is only read."""

    file: LocalPath
    """The database."""
    query: str = Field(min_length=1, examples=["SELECT name, tier FROM customers WHERE id = ?"])
    """A SELECT with one `?`, for the key. It gives one row, which becomes an object, or none."""


class LookupSettings(Settings):
    """What belongs to an event: a row of a `table`, or what a database says (`sqlite`)."""

    table: LocalPath | None = None
    """A `.csv` file with a header, or an `.ndjson` file; it is held in memory."""
    match: str | None = Field(None, min_length=1)
    """The column of the table that the key must equal; no two rows may have the same value there."""
    sqlite: SqliteSettings | None = None
    """A database to ask."""
    key: FieldPath
    """The event's field to look up."""

    @model_validator(mode="after")
    def _one_source(self) -> LookupSettings:
        if (self.table is None) == (self.sqlite is None):
            context = {"hint": "write `table: customers.csv`, or `sqlite: {file: shop.db, query: ...}`"}
            raise PydanticCustomError("one-of", "expected either `table` or `sqlite`", context)
        if (self.table is None) != (self.match is None):
            context = {"hint": "`match` names the column of a `table`"}
            raise PydanticCustomError("missing-key", "`table` and `match` stand together", context)
        return self

    @property
    def file(self) -> Path:
        """The file that is read."""
        if self.sqlite is not None:
            return self.sqlite.file
        if self.table is None:
            raise TypeError("a lookup has a table or a database")
        return self.table


class CacheSettings(Settings):
    """A cache in front of the lookups."""

    strategy: Literal["lru"] = "lru"
    """`lru` forgets what was not used for the longest time."""
    size: int = Field(1000, ge=1, le=10_000_000)
    """How many answers it keeps, also those that found nothing."""
    ttl: Duration | None = None
    """How long it keeps an answer of a database; by default until the end."""
    negative: Duration | None = None
    """How long it keeps that nothing was found; by default as long as an answer."""


class EnrichmentSettings(Settings):
    """Put what a table or a database knows into the event."""

    lookup: LookupSettings
    """Where to look."""
    into: FieldPath
    """The field that gets the row, as an object."""
    cache: CacheSettings = Field(default_factory=CacheSettings)
    """Its hits and misses are part of the report."""
    on_miss: Annotated[OnMiss, BeforeValidator(null_word)] = OnMiss.NULL
    """When no row is found: put `null` into the field, make it a `dead_letter`, or `drop` the event, counted."""
    on_error: Annotated[OnLookupError, BeforeValidator(null_word)] = OnLookupError.DEAD_LETTER
    """When there is no answer: make it a `dead_letter`, put `null` into the field, or `fail`, which ends the run."""

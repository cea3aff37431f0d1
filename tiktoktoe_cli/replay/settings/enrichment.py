"""What the YAML says about context enrichment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from tiktoktoe_cli.config.fields import LocalPath, Reference, Settings, Text
from tiktoktoe_cli.config.quantity import ByteSize
from tiktoktoe_cli.config.units import Duration
from tiktoktoe_cli.replay.choices import OnLookupError, OnMiss
from tiktoktoe_cli.replay.events.field_path import FieldPath
from tiktoktoe_cli.replay.settings.processors import null_word
from tiktoktoe_cli.transport.settings import AuthSettings, Headers, Method, RouteSettings, WebAddress

if TYPE_CHECKING:
    from pathlib import Path


class SqliteSettings(Settings):
    """A query of an SQLite database; it is only read."""

    file: LocalPath
    """The database."""
    query: str = Field(min_length=1, examples=["SELECT name, tier FROM customers WHERE id = ?"])
    """A SELECT with one `?`, for the key. It gives one row, which becomes an object, or none."""


def _with_key(url: str) -> str:
    parts = urlsplit(url)
    if "{key}" not in parts.path + parts.query or "{key}" in parts.netloc:
        words = {"hint": "write it as `http://host:port/path/{key}`"}
        raise PydanticCustomError(
            "lookup-url", "the URL of a lookup needs `{key}` in its path or query", words
        )
    return url


def _some_bytes(value: ByteSize) -> ByteSize:
    if not ByteSize.parse("1") <= value <= ByteSize.parse("256Mi"):
        words = {"value": str(value), "hint": "choose a length up to 256Mi"}
        raise PydanticCustomError("out-of-range", "an answer of `{value}` cannot be read", words)
    return value


class HttpLookupSettings(RouteSettings):
    """A web server: 200 with a JSON object is a row, 404 is none, and all else is no answer."""

    url: Annotated[WebAddress, AfterValidator(_with_key)]
    """Where to ask, such as `http://127.0.0.1:8080/customers/{key}`; the key is percent-encoded."""
    method: Method = "GET"
    """The method."""
    headers: Headers = Field(default_factory=dict)
    """Headers to send along; credentials are better given in `auth`."""
    auth: AuthSettings | None = None
    """How it says who asks; by default not at all."""
    timeout: Annotated[Duration, Field(gt=0)] = Duration.of(5)
    """How long one attempt may take, from the look-up of the name to the last byte of the answer."""
    concurrency: int = Field(8, ge=1, le=256)
    """How many requests may be under way, in each worker process."""
    max_bytes: Annotated[ByteSize, AfterValidator(_some_bytes)] = ByteSize.parse("1Mi")
    """How long an answer may be, at most `256Mi`; a longer one is no answer."""
    max_redirects: int = Field(3, ge=0, le=20)
    """How often to go where the server points to; one more is no answer."""


class LookupSettings(Settings):
    """What belongs to an event: a row of a `table`, or what a database (`sqlite`) or a web server (`http`) says."""

    table: LocalPath | None = None
    """A `.csv` file with a header, or an `.ndjson` file; it is held in memory."""
    match: str | None = Field(None, min_length=1)
    """The column of the table that the key must equal; no two rows may have the same value there."""
    sqlite: SqliteSettings | None = None
    """A database to ask."""
    http: HttpLookupSettings | None = None
    """A web server to ask."""
    policy: Annotated[Text, Reference("resilience")] | None = None
    """The policy that requests go through; by default the one called `default` if there is one, else three attempts
    with exponential backoff. What a fallback gives is no answer."""
    key: FieldPath
    """The event's field to look up."""

    @model_validator(mode="after")
    def _one_source(self) -> LookupSettings:
        if len(self._kinds) != 1:
            hint = "write `table: customers.csv`, `sqlite: {file: shop.db, query: ...}` or `http: {url: ...}`"
            raise PydanticCustomError("one-of", "expected either `table`, `sqlite` or `http`", {"hint": hint})
        if self.policy is not None and self.http is None:
            words = {"kind": self.kind, "hint": "only `http` has one", "at": [("policy",)]}
            raise PydanticCustomError("unused-policy", "nothing of `{kind}` goes through a policy", words)
        if (self.table is None) != (self.match is None):
            context = {"hint": "`match` names the column of a `table`"}
            raise PydanticCustomError("missing-key", "`table` and `match` stand together", context)
        return self

    @property
    def _kinds(self) -> list[str]:
        return [kind for kind in ("table", "sqlite", "http") if getattr(self, kind) is not None]

    @property
    def kind(self) -> str:
        """The key that names the source."""
        return self._kinds[0]

    @property
    def file(self) -> Path | None:
        """The file that is read, if there is one."""
        return self.sqlite.file if self.sqlite else self.table


class CacheSettings(Settings):
    """A cache in front of the lookups."""

    strategy: Literal["lru"] = "lru"
    """`lru` forgets what was not used for the longest time."""
    size: int = Field(1000, ge=1, le=10_000_000)
    """How many answers it keeps, also those that found nothing."""
    ttl: Duration | None = None
    """How long it keeps an answer; by default until the end."""
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

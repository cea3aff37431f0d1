"""What the YAML says about context enrichment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from tiktoktoe_cli.config.fields import LocalPath, Reference, Secret, Settings, Text
from tiktoktoe_cli.config.quantity import ByteSize
from tiktoktoe_cli.config.units import Duration
from tiktoktoe_cli.replay.choices import OnLookupError, OnMiss
from tiktoktoe_cli.replay.events.field_path import FieldPath
from tiktoktoe_cli.replay.settings.processors import null_word
from tiktoktoe_cli.transport.settings import AuthSettings, Headers, Method, RouteSettings, WebAddress
from tiktoktoe_cli.words import listed

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


class PostgresqlSettings(Settings):
    """A query of a PostgreSQL database; it is only read. It needs `pip install 'tiktoktoe-cli[postgresql]'`."""

    address: Text = Field(min_length=1, examples=["127.0.0.1:5432"])
    """The host and port; the port is 5432 if none is named."""
    username: Text
    """Who asks."""
    password: Secret | None = None
    """The password, from the environment or a file: `${DB_PASSWORD}`, `${file:db.password}`."""
    database: Text | None = None
    """The database; by default the one called like the user."""
    sslmode: Literal["disable", "prefer", "require", "verify-ca", "verify-full"] = "prefer"
    """How the connection is encrypted, in the words of libpq."""
    query: str = Field(min_length=1, examples=["SELECT name, tier FROM customers WHERE id = %s"])
    """A SELECT with one `%s`, for the key, which is text: `%s::int` makes a number of it. It gives one row, which
    becomes an object, or none; other percent signs are written as `%%`."""
    timeout: Annotated[Duration, Field(gt=0)] = Duration.of(5)
    """How long connecting, and each answer, may take."""

    @model_validator(mode="after")
    def _one_placeholder(self) -> PostgresqlSettings:
        if self.query.replace("%%", "").count("%s") != 1:
            words = {"hint": "write `SELECT ... WHERE id = %s`", "at": [("query",)]}
            raise PydanticCustomError("wrong-form", "expected one `%s` in the query, for the key", words)
        return self


class CommandLookupSettings(Settings):
    """A program: it gets each key as a JSON text on a line of its own, and answers with a line.

    That is a JSON object, the row, or `null`, if there is none; all else is no answer. It is started once, and has to
    answer before it gets more.
    """

    run: tuple[Text, ...] = Field(min_length=1)
    """The program and its arguments; no shell is involved."""
    timeout: Annotated[Duration, Field(gt=0)] = Duration.of(5)
    """How long it may be silent while it is asked something."""


_HINTS = {
    "table": "table: customers.csv",
    "sqlite": "sqlite: {file: shop.db, query: ...}",
    "postgresql": "postgresql: {address: ..., username: ..., query: ...}",
    "http": "http: {url: ...}",
    "command": "command: {run: [./lookup.py]}",
}
"""The sources, and how to write them."""


class LookupSettings(Settings):
    """What belongs to an event: a row of a table, or what a database, a web server or a program says of it."""

    table: LocalPath | None = None
    """A `.csv` file with a header, or an `.ndjson` file; it is held in memory."""
    match: str | None = Field(None, min_length=1)
    """The column of the table that the key must equal; no two rows may have the same value there."""
    sqlite: SqliteSettings | None = None
    """A database to ask."""
    postgresql: PostgresqlSettings | None = None
    """A database on a server to ask."""
    http: HttpLookupSettings | None = None
    """A web server to ask."""
    command: CommandLookupSettings | None = None
    """A program to ask."""
    policy: Annotated[Text, Reference("resilience")] | None = None
    """The policy that requests go through; by default the one called `default` if there is one, else three attempts
    with exponential backoff. What a fallback gives is no answer."""
    key: FieldPath
    """The event's field to look up."""

    @model_validator(mode="after")
    def _one_source(self) -> LookupSettings:
        if len(self._kinds) != 1:
            hint, names = f"write {listed(_HINTS.values(), last='or')}", listed(_HINTS, last="or")
            raise PydanticCustomError("one-of", "expected one of {names}", {"hint": hint, "names": names})
        if self.policy is not None and self.http is None:
            words = {"kind": self.kind, "hint": "only `http` has one", "at": [("policy",)]}
            raise PydanticCustomError("unused-policy", "nothing of `{kind}` goes through a policy", words)
        if (self.table is None) != (self.match is None):
            context = {"hint": "`match` names the column of a `table`"}
            raise PydanticCustomError("missing-key", "`table` and `match` stand together", context)
        return self

    @property
    def _kinds(self) -> list[str]:
        return [kind for kind in _HINTS if getattr(self, kind) is not None]

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

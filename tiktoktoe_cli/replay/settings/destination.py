"""What the YAML says about destinations, and where dead letters go."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from tiktoktoe_cli.config.fields import Cel, LocalPath, OneOf, Reference, Settings, Text
from tiktoktoe_cli.config.quantity import ByteSize
from tiktoktoe_cli.config.units import Duration
from tiktoktoe_cli.expressions import Expression, ExpressionError
from tiktoktoe_cli.replay.choices import Acknowledgement, Binding, Compression, Guarantee
from tiktoktoe_cli.replay.delivering.line_file import partial_of
from tiktoktoe_cli.replay.delivering.path_template import PathTemplate
from tiktoktoe_cli.replay.events.field_path import FieldPath
from tiktoktoe_cli.transport.exchange import is_token
from tiktoktoe_cli.transport.settings import AuthSettings, Headers, Method, RouteSettings, WebAddress

if TYPE_CHECKING:
    from pathlib import Path

    from tiktoktoe_cli.transport.auth import Auth


def _path_alone(value: object) -> object:
    return {"path": value} if isinstance(value, str) else value


def _at_least_one_byte(value: ByteSize) -> ByteSize:
    if value.whole < 1:
        raise PydanticCustomError("out-of-range", "a file of `{value}` holds nothing", {"value": str(value)})
    return value


def _as_header_name(name: str) -> str:
    if not is_token(name):
        words = {"name": name, "hint": "write one word, such as `Idempotency-Key`"}
        raise PydanticCustomError("bad-header", "the header `{name}` cannot be sent", words)
    return name


class RotateSettings(Settings):
    """When to begin a new file; at least one of the two."""

    events: int | None = Field(None, ge=1)
    """After so many events."""
    bytes_: Annotated[ByteSize, AfterValidator(_at_least_one_byte)] | None = Field(None, alias="bytes")
    """Before it would have more than so many bytes, such as `128Mi`, counted before they are compressed; an event that
    is larger has a file of its own."""

    @model_validator(mode="after")
    def _some_limit(self) -> RotateSettings:
        if self.events is None and self.bytes_ is None:
            context = {"hint": "write `events: 100000` or `bytes: 128Mi`"}
            raise PydanticCustomError("missing-key", "expected `events` or `bytes`", context)
        return self


class FileSettings(Settings):
    """A file of events, one JSON object a line."""

    path: LocalPath
    """Where it is; it replaces the file of an earlier run when this one succeeds. CEL in braces, over the event's own
    fields, makes many files of it, such as `out/{data.country}/{type}.ndjson`; an event for which it has no value is a
    dead letter."""
    compression: Compression = Compression.NONE
    """How it is compressed; the path does not say."""
    rotate: RotateSettings | None = None
    """When to begin a new file; `all.ndjson` then is `all-000001.ndjson`, `all-000002.ndjson` and so on. By default
    there is one file."""

    @model_validator(mode="after")
    def _path_is_template(self) -> FileSettings:
        try:
            _ = self.template
        except ExpressionError as error:
            context = {"message": error.message, "hint": error.hint or "", "at": [("path",)]}
            raise PydanticCustomError("expression", "{message}", context) from None
        return self

    @property
    def template(self) -> PathTemplate | None:
        """The path, if there are expressions in it."""
        return PathTemplate.parse(str(self.path))

    def writes(self, file: str) -> bool:
        """Tell whether a file, named by its real path, may be one that is written."""
        whole = re.escape(os.path.realpath(self.path))
        if self.template is not None:
            whole = re.sub(r"\\\{.*?\\\}", "[^/]+", whole)
        if self.rotate is not None:
            folder, slash, name = whole.rpartition("/")
            stem, dot, suffixes = name.partition("\\.")
            whole = f"{folder}{slash}{stem}-[0-9]{{6,}}{dot}{suffixes}"
        return re.fullmatch(rf"{whole}(\.partial)?", file) is not None


def _own_columns(columns: dict[str, FieldPath]) -> dict[str, FieldPath]:
    """Refuse names that SQLite takes for one that is there: it does not tell large letters from small ones."""
    taken = {"number", "event"}
    for name in columns:
        if not name or "\0" in name or name.lower() in taken:
            words = {"name": name, "hint": "every row has `number` and `event` already", "at": [(name,)]}
            raise PydanticCustomError("column-name", "`{name}` cannot be the name of a column", words)
        taken.add(name.lower())
    return columns


class SqliteSettings(Settings):
    """A SQLite database with one table: for each event a row with its `number` and its JSON as `event`."""

    path: LocalPath
    """Where it is; it replaces the database of an earlier run when this one succeeds."""
    table: Annotated[Text, Field(min_length=1, pattern=r"^[^\x00]+$")] = "events"
    """What the table is called."""
    columns: Annotated[dict[str, FieldPath], AfterValidator(_own_columns)] = Field(default_factory=dict)
    """Fields of events that have a column of their own, such as `amount: data.amount`; null where there is none."""


class CommandSettings(Settings):
    """A program that gets one JSON object a line on its standard input."""

    run: tuple[Text, ...] = Field(min_length=1)
    """The program and its arguments; no shell reads them."""
    acknowledge: Acknowledgement = Acknowledgement.EXIT
    """How it says that it has the events: with `exit` it ends with code 0 when its input ends, and is started for each
    checkpoint; with `lines` it runs as long as the run, and prints for each event, in their order, a line: `ok`, or why
    it refuses it."""
    timeout: Annotated[Duration, Field(gt=0)] = Duration.of(30)
    """How long it may neither read, nor acknowledge, nor end when it should, before it is taken to be down."""


class StdoutSettings(Settings):
    """The standard output: one JSON object a line; the report then goes to standard error."""


class BatchSettings(Settings):
    """How many events one request carries."""

    events: int = Field(100, ge=1, le=10_000)
    """At most so many; the last request before a checkpoint has fewer."""


class HttpSettings(RouteSettings):
    """A web server that takes events, each at least once: `delivery` says through which policy."""

    url: WebAddress
    """Where they go, `http://` or `https://`."""
    method: Method = "POST"
    """The method."""
    headers: Headers = Field(default_factory=dict)
    """Headers to send along; credentials are better given in `auth`."""
    auth: AuthSettings | None = None
    """How it says who sends the events; by default not at all."""
    binding: Binding = Binding.STRUCTURED
    """How they stand in a request, as CloudEvents 1.0 has it: `binary` (attributes as headers, data as the body),
    `structured` (the event as the body) or `batch` (several events as an array); `plain` is `application/json`, for
    events that are no CloudEvents. A server refuses a batch as a whole: it is then halved until the events are found
    that are the reason."""
    batch: BatchSettings = Field(default_factory=BatchSettings)
    """How large a request is with the binding `batch`."""
    concurrency: int = Field(8, ge=1, le=256)
    """How many requests may be under way; with 1 the events arrive in their order."""
    idempotency_key: Annotated[Expression, Cel()] = Field('source + "/" + id', validate_default=True)
    """What names an event, as CEL over its own fields: whoever gets the same name twice has got the event twice. An
    event without such a text is named by its place in the input."""
    idempotency_header: Annotated[Text, AfterValidator(_as_header_name)] = "Idempotency-Key"
    """The header that carries it; that of a batch is made of the names of its events."""
    timeout: Annotated[Duration, Field(gt=0)] = Duration.of(10)
    """How long one attempt may take, from the look-up of the name to the last byte of the answer."""

    @property
    def parcel_events(self) -> int:
        """How many events one request carries."""
        return self.batch.events if self.binding is Binding.BATCH else 1

    @property
    def credentials(self) -> Auth | None:
        """Who sends them, as a request takes it."""
        return self.auth.credentials if self.auth else None


class DeliverySettings(Settings):
    """How it is made sure that events arrive."""

    guarantee: Guarantee = Guarantee.AT_LEAST_ONCE
    """How often each arrives; a run that goes on after it was killed may deliver those since its last checkpoint again.
    Files are better than that: they are exact."""
    policy: Annotated[Text, Reference("resilience")] | None = None
    """The policy that requests go through; by default the one called `default` if there is one, else three attempts
    with exponential backoff behind a breaker. When the breaker opens, the run ends, and can go on when the destination
    is up again."""


class DestinationSettings(OneOf):
    """Somewhere to deliver events to."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1, "maxProperties": 2})
    choice_of: ClassVar[str] = "the destinations"
    beside: ClassVar[frozenset[str]] = frozenset({"delivery"})

    file: (
        Annotated[FileSettings, BeforeValidator(_path_alone, json_schema_input_type=str | FileSettings)]
        | None
    ) = None
    """A file; its path alone will do."""
    stdout: StdoutSettings | None = None
    """The standard output, for another program to read: `stdout: {}`."""
    sqlite: SqliteSettings | None = None
    """A table in a SQLite database."""
    command: CommandSettings | None = None
    """A program."""
    http: HttpSettings | None = None
    """A web server."""
    delivery: DeliverySettings = Field(default_factory=DeliverySettings)
    """How it is made sure that events arrive, where the other side can fail."""

    @model_validator(mode="after")
    def _policy_is_used(self) -> DestinationSettings:
        if self.delivery.policy is not None and self.http is None:
            context = {"kind": self.kind, "hint": "only `http` has one", "at": [("delivery", "policy")]}
            raise PydanticCustomError("unused-policy", "nothing of `{kind}` goes through a policy", context)
        return self

    @property
    def written_path(self) -> Path | None:
        """The file that it writes, if it does."""
        chosen = self.file or self.sqlite
        return chosen.path if chosen else None

    def writes(self, file: str) -> bool:
        """Tell whether a file, named by its real path, may be one that is written."""
        if self.file is not None:
            return self.file.writes(file)
        path = self.written_path
        return path is not None and file in {os.path.realpath(path), os.path.realpath(partial_of(path))}


class DeadLetterSettings(Settings):
    """Where events go that cannot be delivered."""

    file: LocalPath
    """A file with one JSON object a line: reason, errors, where the event stood, and its original bytes."""
    max_replays: int = Field(3, ge=1)
    """How often `replay dead-letters run` sends one again; after that many times in vain it goes to the quarantine, a
    file beside this one."""

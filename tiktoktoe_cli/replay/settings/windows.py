"""What the YAML says about the stages that remember events: dedupe and correlation."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from tiktoktoe_cli.config.fields import OneOf, Settings, Text
from tiktoktoe_cli.config.units import Duration
from tiktoktoe_cli.replay.choices import Emit, Lateness
from tiktoktoe_cli.replay.events.field_path import FieldPath


def session_alone(value: object) -> object:
    """Read a duration as the gap of a session."""
    return value if isinstance(value, dict | WindowSettings) else {"session": value}


def key_alone(value: object) -> object:
    """Read one field as a list of one."""
    return value if isinstance(value, list | tuple) else [value]


def lateness_word(value: object) -> object:
    """Read a duration, or the word `unlimited`."""
    return Lateness.UNLIMITED if value == Lateness.UNLIMITED else Duration.accept(value)


class DedupeSettings(Settings):
    """Let an event pass once: later ones with the same key, within a window of event time, are dropped and counted."""

    key: tuple[FieldPath, ...] = Field((FieldPath(("source",)), FieldPath(("id",))), min_length=1)
    """The fields that make two events the same one; an event that lacks one of them is never a duplicate."""
    window: Duration = Duration.of(120)
    """How long a key is remembered, from its first event on; duplicates do not extend it."""


class WindowSettings(OneOf):
    """Which events of a key are together, by their times."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1, "maxProperties": 2})
    choice_of: ClassVar[str] = "the windows"
    beside: ClassVar[frozenset[str]] = frozenset({"every"})

    session: Duration | None = None
    """The longest gap within a session; a gap of exactly this length does not end it."""
    tumbling: Duration | None = None
    """Windows of this length, one after the other, from 1970 on; the start belongs to a window, the end does not."""
    sliding: Duration | None = None
    """Windows of this length that end with an event, or begin right after one; both ends belong to them. With `every`,
    windows of this length that begin so often, from 1970 on."""
    every: Duration | None = None
    """How often a `sliding` window begins (hopping); at most its length, else events would be in none."""

    @model_validator(mode="after")
    def _lengths_fit(self) -> WindowSettings:
        if self.kind != "session" and self.chosen < _MICROSECOND:
            raise PydanticCustomError("out-of-range", "a window lasts at least 1us", {"at": [(self.kind,)]})
        if self.every is None:
            return self
        context: dict[str, Any] = {"at": [("every",)], "hint": "write `{sliding: 5m, every: 1m}`"}
        if self.sliding is None:
            raise PydanticCustomError("wrong-form", "`every` belongs to `sliding`", context)
        if not _MICROSECOND <= self.every <= self.sliding:
            raise PydanticCustomError("out-of-range", "expected `every` to be 1us to `sliding`", context)
        if self.sliding > self.every * _MOST_WINDOWS:
            words = {**context, "most": f"{_MOST_WINDOWS:,}"}
            raise PydanticCustomError("out-of-range", "an event would be in more than {most} windows", words)
        return self


_MICROSECOND = 1_000
_MOST_WINDOWS = 1_000


class KeyedSettings(Settings):
    """What the stages share that put events of one key together."""

    key: Annotated[
        tuple[FieldPath, ...],
        BeforeValidator(key_alone, json_schema_input_type=FieldPath | tuple[FieldPath, ...]),
    ] = Field(min_length=1)
    """The field that events share, or several: the first that has a value counts. An event without one passes
    unchanged."""
    window: Annotated[
        WindowSettings, BeforeValidator(session_alone, json_schema_input_type=Duration | WindowSettings)
    ] = Field(WindowSettings(session=Duration.of(300)))
    """Which events of a key are together: a duration is the longest gap of a session, as is `{session: 5m}`;
    `{tumbling: 5m}`, `{sliding: 5m}` and `{sliding: 5m, every: 1m}` are windows of that length."""
    lateness: Annotated[
        Duration | Lateness, BeforeValidator(lateness_word, json_schema_input_type=Duration | Lateness)
    ] = Duration.of(0)
    """How much longer a window stays open for events that come late (with `order: input`); what comes later is a
    dead letter. With `unlimited` nothing is late: windows close at the end of the input."""
    max_held: int = Field(1_000_000, ge=1)
    """How many events may be held in open windows; the run ends with an error rather than with wrong windows."""

    @property
    def holder(self) -> str:
        """What holds events together."""
        return "session" if self.window.kind == "session" else f"{self.window.kind} window"

    @property
    def lateness_us(self) -> int:
        """The lateness in microseconds; longer than all of time if it is unlimited."""
        return self.lateness // 1_000 if isinstance(self.lateness, Duration) else 1 << 63


class CorrelationSettings(KeyedSettings):
    """Find the events that belong together: those of one key, in one window of event time."""

    emit: Emit = Emit.ANNOTATE
    """What goes on: the events with marks (`annotate`), one event for each window that holds its events (`group`), or
    one event as soon as all that are expected have come (`join`)."""
    expects: tuple[Text, ...] = ()
    """The types of events that `emit: join` waits for; events of other types pass unchanged."""
    deadline: Duration | None = None
    """How long `emit: join` waits, from the first event on; then an event `correlation.incomplete` names what never
    came."""

    @property
    def holder(self) -> str:
        """Events are joined until a deadline, or in a window."""
        return "join" if self.emit is Emit.JOIN else super().holder

    @model_validator(mode="after")
    def _settings_fit_what_is_emitted(self) -> CorrelationSettings:
        given = self.model_fields_set & {"expects", "deadline"}
        if self.emit is Emit.JOIN:
            if not self.expects or self.deadline is None:
                raise _misfit(
                    "emit", "`join` needs `expects` and `deadline`", "write `expects: [TYPE, TYPE]`"
                )
            if "window" in self.model_fields_set:
                raise _misfit("window", "`join` has a `deadline` and no `window`", "leave `window` out")
        elif given:
            raise _misfit(min(given), "only `join` expects something", "write `emit: join`, or leave it out")
        elif self.emit is Emit.ANNOTATE and self.window.sliding is not None:
            raise _misfit("window", "an event is in several sliding windows", "write `emit: group`")
        return self


def _misfit(at: str, message: str, hint: str) -> PydanticCustomError:
    return PydanticCustomError("wrong-form", "{message}", {"message": message, "hint": hint, "at": [(at,)]})

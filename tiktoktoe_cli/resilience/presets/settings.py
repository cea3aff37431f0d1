"""Which breaker the YAML asks for: `semantics` names a preset, and its own settings class reads the options.

A preset takes our names and those of the library it follows, so that a real configuration can be pasted:

    circuit_breaker: {semantics: resilience4j, failureRateThreshold: 50, reset_timeout: 60s}

The library's names may be written in camelCase, kebab-case or snake_case, and a bare number has the library's unit.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final, NamedTuple, TypeAlias

from pydantic import PrivateAttr, ValidationError, ValidationInfo
from pydantic_core import InitErrorDetails, PydanticCustomError, core_schema

from tiktoktoe_cli.config.fields import Settings
from tiktoktoe_cli.config.units import NANOSECONDS
from tiktoktoe_cli.resilience.machine import Machine
from tiktoktoe_cli.resilience.presets.catalog import DEFAULT, PRESETS, settings_of
from tiktoktoe_cli.words import listed, suggestion

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler

    from tiktoktoe_cli.config.nodes import Step

_SEMANTICS: Final = "semantics"
FAILURES: Final = (
    "leave it out: an error, a timeout and an answer that a request does not `expect` are failures here"
)
"""The advice for options that choose which exceptions or results are failures."""


class Native(NamedTuple):
    """An option under the library's name: which of our fields it is, and what a bare number there means.

    A dot leads into a field that is a map: `window.time`.
    """

    field: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class AsWritten:
    """How options were written, and which were passed over; what says the same is equal however it was written."""

    names: Mapping[str, str] = field(default_factory=dict, compare=False)
    ignored: tuple[str, ...] = field(default=(), compare=False)


class BreakerSettings(Settings):
    """What the settings of every preset have: the semantics they are for, and its rules as integers."""

    machine: ClassVar[Machine]
    native: ClassVar[Mapping[str, Native]] = {}
    """The library's own options by name."""
    elsewhere: ClassVar[Mapping[str, str]] = {}
    """The library's options that are no breaker's here: by name, what to write instead."""
    idle: ClassVar[tuple[str, ...]] = ()
    """The library's options that change no transition: they are read and passed over."""

    _text: AsWritten = PrivateAttr(default_factory=AsWritten)

    @property
    @abstractmethod
    def rules(self) -> Any:  # the NamedTuple that the machine's steps take
        """The settings as the machine's steps take them."""

    @property
    def ignored(self) -> tuple[str, ...]:
        """The idle options that were given, as they were written."""
        return self._text.ignored

    def written(self, option: str) -> str:
        """Return the name that an option was given under."""
        return self._text.names.get(option, option)

    def doubts(self) -> Iterator[tuple[str, str, str, str]]:
        """Yield what these options will hardly be meant to do: the option, a code, what is the matter, and advice."""
        yield from ()

    @property
    def slow_call_ns(self) -> int | None:
        """A call that took longer was slow; None if none is."""
        return None


class _AnyPreset:
    """Reads the options with the class of the preset that they name."""

    @classmethod
    def __get_pydantic_core_schema__(
        cls,
        _source: Any,
        _handler: GetCoreSchemaHandler,  # any type
    ) -> core_schema.CoreSchema:
        return core_schema.with_info_plain_validator_function(_read)

    @classmethod
    def __get_pydantic_json_schema__(
        cls, _schema: core_schema.CoreSchema, _handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:  # JSON
        from tiktoktoe_cli.resilience.presets.schema import presets_schema

        return presets_schema()


BreakerChoice: TypeAlias = Annotated[BreakerSettings, _AnyPreset]
"""A breaker of whatever semantics the YAML names."""


def _read(value: object, info: ValidationInfo) -> BreakerSettings:
    """Read a preset's options.

    Raises:
        ValidationError: with every wrong option, each where it was written.
    """
    if isinstance(value, BreakerSettings):
        return value
    options = dict(value) if isinstance(value, Mapping) else {}
    named = options.pop(_SEMANTICS, DEFAULT)
    if named is None:
        context = {"hint": f"name one of {listed(PRESETS, last='or')}", "at": [(_SEMANTICS,)]}
        raise PydanticCustomError("unknown-semantics", "`semantics` is empty", context)
    name = str(named)
    if name not in PRESETS:
        hint = suggestion(name, PRESETS) or f"there are {listed(PRESETS)}"
        context = {"name": name, "hint": hint, "at": [(_SEMANTICS,)]}
        raise PydanticCustomError("unknown-semantics", "there is no breaker `{name}`", context)
    preset = settings_of(name)
    translation = _Translation.of(preset, options)
    try:
        read = preset.model_validate(
            translation.options if isinstance(value, Mapping) else value, context=info.context
        )
    except ValidationError as error:
        raise translation.located(error) from None
    translation.remember(read)
    return read


@dataclass(frozen=True, slots=True)
class _Translation:
    """Options under our names, under which name each was written, and those that are passed over."""

    preset: type[BreakerSettings]
    options: Mapping[str, object]
    written: Mapping[tuple[Step, ...], str]
    ignored: tuple[str, ...]

    @classmethod
    def of(cls, preset: type[BreakerSettings], options: Mapping[str, object]) -> _Translation:
        """Translate the names and units of a library."""
        known = {_relaxed(name): native for name, native in preset.native.items()}
        idle = {_relaxed(name) for name in preset.idle}
        ignored = tuple(key for key in options if key not in preset.model_fields and _relaxed(key) in idle)
        ours: dict[str, Any] = {}  # what YAML can hold
        written: dict[tuple[Step, ...], str] = {}
        for key, value in options.items():
            if key in ignored:
                continue
            native = preset.native.get(key) or (
                None if key in preset.model_fields else known.get(_relaxed(key))
            )
            path = tuple(native.field.split(".")) if native else (key,)
            for other, first in written.items():
                if all(step == its for step, its in zip(path, other, strict=False)):
                    raise _twice(first, key)
            written[path] = key
            place = ours.setdefault(path[0], {}) if path[1:] else ours
            place[path[-1]] = _with_unit(value, native.unit) if native else value
        return cls(preset, ours, written, ignored)

    def remember(self, read: BreakerSettings) -> None:
        """Leave with the settings what only the text could tell."""
        names = {str(path[0]): name for path, name in self.written.items() if len(path) == 1}
        read._text = AsWritten(names, self.ignored)  # noqa: SLF001  # the settings' own file

    def located(self, error: ValidationError) -> ValidationError:
        """Say again what was wrong, with the names that were written; what there is to choose from, once."""
        told: set[str] = set()
        details = [self._detail(detail, told) for detail in error.errors(include_url=False)]
        return ValidationError.from_exception_data(error.title, details)

    def _detail(self, detail: Any, told: set[str]) -> InitErrorDetails:  # pydantic's ErrorDetails
        loc, context = self._as_written(detail["loc"]), dict(detail.get("ctx", {}))
        kind: str | PydanticCustomError = detail["type"]
        if kind == "extra_forbidden" and len(loc) == 1:
            kind, loc = self._unknown(str(loc[0]), told), ()
        elif "-" in detail["type"]:  # one of ours: pydantic's own have underscores
            if "at" in context:
                context["at"] = [self._as_written(below) for below in context["at"]]
            kind = PydanticCustomError(detail["type"], "{said}", {**context, "said": detail["msg"]})
        return InitErrorDetails(type=kind, loc=loc, input=detail["input"], ctx=context)

    def _as_written(self, loc: tuple[Step, ...]) -> tuple[Step, ...]:
        for length in range(len(loc), 0, -1):
            if loc[:length] in self.written:
                return (self.written[loc[:length]], *loc[length:])
        inside = [name for path, name in self.written.items() if loc and path[: len(loc)] == loc]
        return (inside[0],) if inside else loc

    def _unknown(self, option: str, told: set[str]) -> PydanticCustomError:
        preset = self.preset
        words = {"preset": preset.machine.name, "option": option, "at": [(option,)]}
        elsewhere = {_relaxed(name): advice for name, advice in preset.elsewhere.items()}
        if advice := elsewhere.get(_relaxed(option)):
            message = "`{option}` of `{preset}` is not a circuit breaker's option here"
            return PydanticCustomError("option-elsewhere", message, {**words, "hint": advice})
        known = [_SEMANTICS, *preset.model_fields]
        every = f"its options are {listed(known, limit=len(known))}"
        hint = suggestion(option, [*known, *preset.native]) or ("" if every in told else every)
        told.add(hint)
        return PydanticCustomError(
            "unknown-option", "`{preset}` has no option `{option}`", {**words, "hint": hint}
        )


def _twice(first: str, second: str) -> PydanticCustomError:
    words = {"first": first, "second": second, "at": [(second,)], "hint": "keep one of them"}
    return PydanticCustomError("option-twice", "`{first}` and `{second}` are the same option", words)


def _relaxed(name: str) -> str:
    return name.replace("-", "").replace("_", "").lower()


def _with_unit(value: object, unit: str) -> object:
    """Put the library's unit behind a bare number; a time may be ISO 8601, as Java writes it: `PT1M30S`."""
    if not unit or isinstance(value, bool) or not isinstance(value, int | float | str):
        return value
    text = str(getattr(value, "raw", value))
    if unit in NANOSECONDS and text.startswith("PT"):
        return text.removeprefix("PT").lower()
    return text + unit if text.replace(".", "", 1).isdecimal() else value

"""What the YAML says about maintenance: windows that come back, and windows that come once."""

import re
from abc import abstractmethod
from datetime import UTC, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Annotated, Final, TypeAlias
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Discriminator,
    Field,
    Tag,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from tiktoktoe_cli.config.fields import Reference, Settings, Text
from tiktoktoe_cli.config.units import Duration, kind_of
from tiktoktoe_cli.health.maintenance import Once, Times, Weekly, Window
from tiktoktoe_cli.words import shortened, suggestion

_TIME_OF_DAY: Final = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)
_LONGEST: Final = Duration.parse("7d")
_NS_PER_US: Final = 1000


class Weekday(StrEnum):
    """The days, from Monday on."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


_DAYS: Final = tuple(Weekday)
_BY_SHORT_NAME: Final = {day.value[:3]: day.value for day in Weekday}


def _as_day(value: object) -> object:
    name = value.lower() if isinstance(value, str) else value
    return _BY_SHORT_NAME.get(name, name) if isinstance(name, str) else name


def _as_time_of_day(value: object) -> object:
    text = str(getattr(value, "raw", value))
    if isinstance(value, time) or _TIME_OF_DAY.fullmatch(text):
        return value if isinstance(value, time) else time.fromisoformat(text)
    hint = "write hours and minutes, `00:00` to `23:59`"
    raise PydanticCustomError(
        "wrong-form", "expected a time of day, found {found}", {"found": kind_of(value), "hint": hint}
    )


def _as_moment(value: object) -> object:
    if isinstance(value, datetime):
        return value
    words = {"found": kind_of(value), "hint": "write it as `2026-12-01T20:00:00Z`"}
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        raise PydanticCustomError("wrong-form", "expected a date with a time, found {found}", words) from None
    if moment.tzinfo is None:
        words["hint"] = "add `Z` for UTC, or an offset such as `+01:00`"
        raise PydanticCustomError("wrong-form", "{found} does not say in which time zone", words)
    return moment


def _as_zone(name: str) -> str:
    try:
        _zone(name)
    except (KeyError, ValueError, OSError):  # an unknown name, a path, a folder of the database
        known = available_timezones()
        hint = suggestion(name, known) if known else "this system has no time zones: `pip install tzdata`"
        words = {"name": shortened(name), "hint": hint or "write it as `Europe/Berlin`"}
        raise PydanticCustomError("unknown-value", "there is no time zone `{name}`", words) from None
    return name


def _zone(name: str) -> tzinfo:
    return UTC if name == "UTC" else ZoneInfo(name)


TimeOfDay = Annotated[
    time,
    BeforeValidator(_as_time_of_day),
    WithJsonSchema({"type": "string", "pattern": f"^{_TIME_OF_DAY.pattern}$"}),
]
"""A time of day, `23:00`."""
Moment = Annotated[
    datetime, BeforeValidator(_as_moment), WithJsonSchema({"type": "string", "format": "date-time"})
]
"""A date with a time and a zone, as RFC 3339 writes it."""
Day = Annotated[
    Weekday,
    BeforeValidator(_as_day),
    WithJsonSchema({"type": "string", "enum": [*_DAYS, *_BY_SHORT_NAME]}),
]
"""A day of the week, in full or its first three letters."""


class WindowSettings(Settings):
    """Which services are worked on; a window that names no services and no groups is for all of them."""

    services: tuple[Annotated[Text, Reference("services")], ...] = ()
    """The services that are worked on. Only these are excused, not what needs them; if neither services nor groups
    are named, all services are worked on."""
    groups: tuple[Text, ...] = ()
    """The groups whose services are worked on, beside `services`."""

    @property
    @abstractmethod
    def times(self) -> Times:
        """When they are."""

    @property
    def window(self) -> Window:
        """The settings as the decision takes them."""
        return Window(self.times, frozenset(self.services), frozenset(self.groups))


class WeeklySettings(WindowSettings):
    """A window that comes back on days of the week."""

    start: TimeOfDay
    """When it starts, by the clock of `timezone`: `"23:00"`."""
    duration: Annotated[Duration, Field(gt=0, le=_LONGEST)]
    """How long it lasts, a week at most; a window that goes over midnight belongs to the day on which it starts."""
    timezone: Annotated[Text, AfterValidator(_as_zone)] = "UTC"
    """Whose clock: a name of the time zone database, such as `Europe/Berlin`; `UTC` by default."""
    every: tuple[Day, ...] = Field(_DAYS, min_length=1)
    """The days of the week on which it starts, in full or their first three letters; every day by default."""

    @property
    def times(self) -> Weekly:
        """When the services are worked on."""
        duration = timedelta(microseconds=self.duration // _NS_PER_US)
        days = frozenset(_DAYS.index(day) for day in self.every)
        return Weekly(self.start, duration, _zone(self.timezone), days)


class OnceSettings(WindowSettings):
    """A window that comes once."""

    from_: Moment = Field(alias="from")
    """When it begins: `2026-12-01T20:00:00Z`."""
    until: Moment
    """When it is over."""

    @model_validator(mode="before")
    @classmethod
    def _only_once(cls, given: object) -> object:
        mixed = [key for key in WeeklySettings.model_fields.keys() - cls.model_fields if key in _keys(given)]
        if mixed:
            hint = "leave it out, or write `start` and `duration` instead of `from` and `until`"
            context = {"key": min(mixed), "hint": hint, "at": [(min(mixed),)]}
            raise PydanticCustomError("unknown-key", "a window that comes once has no `{key}`", context)
        return given

    @model_validator(mode="after")
    def _in_order(self) -> "OnceSettings":
        if self.until <= self.from_:
            context = {"hint": "it is over before it begins", "at": [("until",)]}
            raise PydanticCustomError("out-of-range", "`until` is not after `from`", context)
        return self

    @property
    def times(self) -> Once:
        """When the services are worked on."""
        return Once(self.from_, self.until)


def _kind_of_window(given: object) -> str:
    is_once = isinstance(given, OnceSettings) or not _keys(given).isdisjoint({"from", "until"})
    return "once" if is_once else "weekly"


def _keys(given: object) -> frozenset[object]:
    return frozenset(given) if isinstance(given, dict) else frozenset()


AnyWindow: TypeAlias = Annotated[
    Annotated[WeeklySettings, Tag("weekly")] | Annotated[OnceSettings, Tag("once")],
    Discriminator(_kind_of_window),
]
"""A window of either kind; `from` and `until` are what tells the one that comes once."""

MaintenanceSettings: TypeAlias = tuple[AnyWindow, ...]
"""All windows of a system."""

"""Validation: lets events pass that follow the schema and the rules of CloudEvents."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from tiktoktoe_cli.replay.choices import CloudEventsCheck, ErrorHandling
from tiktoktoe_cli.replay.cloudevents import faults_of, is_cloudevent
from tiktoktoe_cli.replay.dead_letters import Reason
from tiktoktoe_cli.replay.schema import compile_schema
from tiktoktoe_cli.replay.station import Drop, StoppedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tiktoktoe_cli.replay.event import Body, Event, Fault
    from tiktoktoe_cli.replay.settings import ValidationSettings
    from tiktoktoe_cli.replay.station import Events, Stage, Station


class _Check(NamedTuple):
    """A quick answer for the many, and all errors for the few."""

    is_valid: Callable[[Body], bool]
    faults: Callable[[Body], Iterable[Fault]]


def build(settings: ValidationSettings, station: Station) -> Stage:
    """Make the stage.

    Raises:
        SchemaProblemError: the schema cannot be compiled.
        StoppedError: while it runs: an event is invalid, and `error_handling` is `fail`.
    """
    checks = tuple(_checks(settings))
    tests = [check.is_valid for check in checks]

    def stage(events: Iterator[Event]) -> Events:
        for event in events:
            for is_valid in tests:
                if not is_valid(event.body):
                    _refuse(event, checks, settings.error_handling, station)
                    break
            else:
                yield event

    return stage


def _checks(settings: ValidationSettings) -> Iterator[_Check]:
    if settings.cloudevents is CloudEventsCheck.STRICT:
        yield _Check(is_cloudevent, faults_of)
    if settings.schema_file is not None:
        schema = compile_schema(settings.schema_file)
        yield _Check(schema.is_valid, schema.faults)


def _refuse(event: Event, checks: tuple[_Check, ...], handling: ErrorHandling, station: Station) -> None:
    if handling is ErrorHandling.SKIP_INVALID:
        station.drop(Drop.SKIPPED)
        return
    faults = tuple(chain.from_iterable(check.faults(event.body) for check in checks))
    letter = station.reject(Reason.INVALID, event.line, faults, event.time_us)
    if handling is ErrorHandling.FAIL:
        raise StoppedError(letter)

"""Validation: lets events pass that follow the schema of their type and the rules of CloudEvents."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from tiktoktoe_cli.replay.choices import CloudEventsCheck, ErrorHandling
from tiktoktoe_cli.replay.cloudevents import faults_of, is_cloudevent
from tiktoktoe_cli.replay.events.batch import Drop
from tiktoktoe_cli.replay.events.letter import Reason
from tiktoktoe_cli.replay.schemas import Schemas
from tiktoktoe_cli.replay.stages.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tiktoktoe_cli.replay.events.batch import Batch
    from tiktoktoe_cli.replay.events.fault import Body, Fault
    from tiktoktoe_cli.replay.settings.validation import ValidationSettings
    from tiktoktoe_cli.replay.stages.stage import Kit


class _Check(NamedTuple):
    """A quick answer for the many, and all errors for the few."""

    are_valid: Callable[[Iterable[Body]], bool]
    faults: Callable[[Body], Iterable[Fault]]


def build(settings: ValidationSettings, _kit: Kit) -> Stage:
    """Make the stage.

    Raises:
        SchemaProblemError: a schema cannot be compiled.
    """
    checks = tuple(_checks(settings))

    def look(batch: Batch) -> None:
        bodies = batch.bodies
        if all(check.are_valid(bodies) for check in checks):
            return
        for index, body in enumerate(bodies):
            if not all(check.are_valid((body,)) for check in checks):
                faults = tuple(chain.from_iterable(check.faults(body) for check in checks))
                _OUTCOMES[settings.error_handling](batch, index, faults)

    return Stage(look)


_OUTCOMES: dict[ErrorHandling, Callable[[Batch, int, tuple[Fault, ...]], None]] = {
    ErrorHandling.SKIP_INVALID: lambda batch, index, _: batch.drop(index, Drop.SKIPPED),
    ErrorHandling.DEAD_LETTER: lambda batch, index, faults: batch.reject(index, Reason.INVALID, faults),
    ErrorHandling.FAIL: lambda batch, index, faults: batch.refuse(index, Reason.INVALID, faults),
}


def _checks(settings: ValidationSettings) -> Iterator[_Check]:
    if settings.cloudevents is CloudEventsCheck.STRICT:
        yield _Check(_are_cloudevents, faults_of)
    if settings.schema_paths:
        schemas = Schemas(settings.schema_paths)
        yield _Check(schemas.are_valid, schemas.faults)


def _are_cloudevents(bodies: Iterable[Body]) -> bool:
    return all(map(is_cloudevent, bodies))

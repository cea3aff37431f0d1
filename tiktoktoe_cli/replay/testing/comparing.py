"""Compares what came out with what had to: says of each difference where it is, what was expected, what was found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from tiktoktoe_cli.expressions import EvaluationError
from tiktoktoe_cli.replay.tracing.changes import MISSING, changes_between
from tiktoktoe_cli.words import plural, shortened

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tiktoktoe_cli.replay.events.fault import Body
    from tiktoktoe_cli.replay.settings.tests import EventSettings, LetterSettings, OutputSettings

_SHOWN_CHARACTERS = 200


class Failure(NamedTuple):
    """A difference: where in the test's settings it was expected, and what is wrong."""

    at: tuple[str | int, ...]
    message: str


def compare_output(name: str, wanted: OutputSettings, lines: Sequence[bytes]) -> Iterator[Failure]:
    """Compare the events that a destination got."""
    at = ("expect", name)
    if wanted.count is not None and wanted.count != len(lines):
        yield Failure(at, f"`{name}` got {plural(len(lines), 'event')}, expected {wanted.count:,}")
    if wanted.events is None:
        return
    bodies = [orjson.loads(line) for line in lines]
    if len(bodies) != len(wanted.events):
        yield Failure(at, f"`{name}` got {plural(len(bodies), 'event')}, expected {len(wanted.events):,}")
        bodies_left = bodies[len(wanted.events) :]
        yield from (Failure(at, f"not expected: {_written(body)}") for body in bodies_left)
    if wanted.any_order:
        yield from _in_any_order(at, wanted.events, bodies)
        return
    for number, (event, body) in enumerate(zip(wanted.events, bodies, strict=False)):
        for problem in differences(event, body):
            yield Failure((*at, number), f"event {number + 1} of `{name}`: {problem}")


def compare_letters(
    wanted: Sequence[LetterSettings] | int, letters: Sequence[Mapping[str, Any]]
) -> Iterator[Failure]:
    """Compare the dead letters; `letters` are their records."""
    at = ("dead_letters",)
    count = wanted if isinstance(wanted, int) else len(wanted)
    if count != len(letters):
        yield Failure(at, f"there are {plural(len(letters), 'dead letter')}, expected {count:,}")
        yield from (Failure(at, f"dead: {_told(letter)}") for letter in letters)
        return
    for number, (letter, record) in enumerate(
        zip(() if isinstance(wanted, int) else wanted, letters, strict=False)
    ):
        for key in ("reason", "stage"):
            expected = getattr(letter, key)
            if expected is not None and record.get(key) != expected:
                message = f"dead letter {number + 1}: its {key} is `{record.get(key)}`, expected `{expected}`"
                yield Failure((*at, number), f"{message}: {_told(record)}")
        if letter.contains is not None:
            for problem in _missing(letter.contains, _original(record)):
                yield Failure((*at, number), f"dead letter {number + 1}: {problem}")


def differences(wanted: EventSettings, body: Body) -> list[str]:
    """Say in what an event is not what it must be."""
    told: list[str] = []
    if wanted.equals is not None:
        told += [_change(*change) for change in changes_between(wanted.equals, body)]
    if wanted.contains is not None:
        told += _missing(wanted.contains, body)
    if wanted.where is not None:
        try:
            if wanted.where.evaluate(body) is not True:
                told.append(f"`{wanted.where.text}` is not true: {_written(body)}")
        except EvaluationError as error:
            told.append(f"`{wanted.where.text}` has no value: {error.reason}")
    return told


def _in_any_order(
    at: tuple[str | int, ...], wanted: Sequence[EventSettings], bodies: Sequence[Body]
) -> Iterator[Failure]:
    """Pair events off: each takes the first that fits."""
    left = list(bodies)
    for number, event in enumerate(wanted):
        fitting = next((body for body in left if not differences(event, body)), None)
        if fitting is None:
            yield Failure((*at, number), f"no event of `{at[-1]}` is what event {number + 1} must be")
        else:
            left.remove(fitting)


def _missing(part: Body, whole: Any) -> list[str]:  # JSON
    """Say which fields of a part are not in the whole."""
    return [_change(*change) for change in changes_between(part, _cut_to(part, whole))]


def _cut_to(part: Any, whole: Any) -> Any:  # JSON
    """Leave out of objects what the part does not speak of."""
    if not isinstance(part, dict) or not isinstance(whole, dict):
        return whole
    return {key: _cut_to(value, whole[key]) for key, value in part.items() if key in whole}


def _change(path: str, expected: Any, found: Any) -> str:  # JSON, or missing
    if expected is MISSING:
        return f"`{path}` is not expected: {_written(found)}"
    if found is MISSING:
        return f"`{path}` is missing, expected {_written(expected)}"
    return f"`{path or '/'}` is {_written(found)}, expected {_written(expected)}"


def _original(record: Mapping[str, Any]) -> Any:  # JSON
    try:
        return orjson.loads(record.get("raw", ""))
    except orjson.JSONDecodeError:
        return {}


def _told(record: Mapping[str, Any]) -> str:
    errors = record.get("errors") or [{}]
    return f"{record.get('reason')} in {record.get('stage')}: {errors[0].get('message', '')}"


def _written(value: Any) -> str:  # JSON
    return shortened(orjson.dumps(value).decode(), _SHOWN_CHARACTERS)

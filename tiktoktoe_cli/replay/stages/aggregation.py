"""Aggregation: makes one event of those of a key in a window; of each only the values are held that are asked for."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import orjson

from tiktoktoe_cli.expressions import EvaluationError
from tiktoktoe_cli.replay.asking import answers, plain
from tiktoktoe_cli.replay.stages.holding import Gathered, id_of
from tiktoktoe_cli.replay.stages.stage import Stage
from tiktoktoe_cli.replay.stages.windowing import Windowing, take_keys, windows_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tiktoktoe_cli.expressions import Expression
    from tiktoktoe_cli.replay.correlating.sessions import Item, Session
    from tiktoktoe_cli.replay.events.batch import Batch
    from tiktoktoe_cli.replay.events.fault import Body
    from tiktoktoe_cli.replay.events.field_path import Json
    from tiktoktoe_cli.replay.settings.aggregation import AggregateSettings
    from tiktoktoe_cli.replay.stages.stage import Kit

_ABSENT = ...  # what `marshal` can write, and JSON has not
_MOST = 1 << 63


def build(settings: AggregateSettings, kit: Kit) -> Stage:
    """Make the stage; its measures are those of windows, and `without_value`: values that a function cannot take."""
    form = Aggregated(f"tiktoktoe/{kit.name}", settings)
    return Stage(take_keys(kit.name, settings.key), Windowing(kit, settings, windows_of(settings), form))


class Function(NamedTuple):
    """What is made of the values of a window, those that the function `takes`, in the order of time."""

    takes: Callable[[Json], bool]
    of: Callable[[Sequence[Any]], Json]  # Any: what it takes


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_truth(value: Json) -> bool:
    return isinstance(value, bool)


def _is_any(_value: Json) -> bool:
    return True


def _sum(values: Sequence[int | float]) -> int | float | None:
    """Add up: integers exactly as long as JSON's readers can hold them, others with one rounding at the end."""
    if all(isinstance(value, int) for value in values) and abs(total := sum(values)) < _MOST:
        return total
    try:
        return _finite(math.fsum(values))
    except OverflowError:
        return None


def _mean(values: Sequence[int | float]) -> float | None:
    try:
        return _finite(math.fsum(values) / len(values)) if values else None
    except OverflowError:
        return None


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _canonical(value: Json) -> bytes:
    """Write a value so that the order of keys does not count."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:
        return json.dumps(value, sort_keys=True).encode()


FUNCTIONS: Final[Mapping[str, Function]] = {
    "count": Function(_is_truth, sum),
    "sum": Function(_is_number, _sum),
    "avg": Function(_is_number, _mean),
    "min": Function(_is_number, lambda values: min(values, default=None)),
    "max": Function(_is_number, lambda values: max(values, default=None)),
    "first": Function(_is_any, lambda values: values[0] if values else None),
    "last": Function(_is_any, lambda values: values[-1] if values else None),
    "distinct": Function(_is_any, lambda values: len(set(map(_canonical, values)))),
}


class Aggregated(Gathered):
    """Holds the values of each event that the functions take, and where it stood."""

    def __init__(self, source: str, settings: AggregateSettings) -> None:
        super().__init__(source, self._result)
        self._type = settings.type
        self._fields = {name: (FUNCTIONS[it.kind], it.chosen) for name, it in settings.fields.items()}

    def items(self, batch: Batch) -> list[Item]:
        """Keep values and origins, without the bytes."""
        columns = [_column(batch, *field) for field in self._fields.values()]
        rows = zip(*columns, strict=True) if columns else [()] * len(batch)
        origins = [batch.origin(index)._replace(raw=b"") for index in range(len(batch))]
        return list(zip(batch.times, rows, origins, strict=True))

    def _result(self, session: Session) -> tuple[str, str, Body]:
        rows = [item[1] for item in session.items]
        results = {
            name: function.of([row[at] for row in rows if row[at] is not _ABSENT])
            for at, (name, (function, _)) in enumerate(self._fields.items())
        }
        return id_of(session), self._type, results


def _column(batch: Batch, function: Function, expression: Expression) -> list[Json]:
    """Compute the values of events for a function; those that it cannot take are counted."""
    found = list(map(plain, answers(expression, batch.bodies)))
    column = [
        value if not isinstance(value, EvaluationError) and function.takes(value) else _ABSENT
        for value in found
    ]
    batch.measures["without_value"] += column.count(_ABSENT)
    return column

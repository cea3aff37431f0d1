"""Results on their way to another process: as bytes that `pickle.loads` reads, made and read in half the usual time."""

from __future__ import annotations

import copyreg
import pickle
from dataclasses import fields
from io import BytesIO
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from tiktoktoe_cli.expressions.conditions import ConditionResult
from tiktoktoe_cli.health.facts import Attempt, CheckResult, Expectation
from tiktoktoe_cli.transport import Timing

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    _Reduce: TypeAlias = Callable[[Any], str | tuple[Any, ...]]  # what `copyreg` knows for a class

_PARTS: Final = (CheckResult, Timing, Expectation, ConditionResult, Attempt)
"""What every result is made of. All else in it is pickled as it always is."""


def packed(results: Sequence[tuple[str, CheckResult]]) -> bytes:
    """Pickle some results, with the names of their services."""
    parcel = BytesIO()
    pickler = pickle.Pickler(parcel, pickle.HIGHEST_PROTOCOL)
    pickler.dispatch_table = _REDUCERS
    pickler.dump(results)
    return parcel.getvalue()


def _reducer(kind: type[Any]) -> _Reduce:  # any dataclass
    """Take a dataclass apart into its arguments; pickle itself asks for its fields one by one, each time anew."""
    arguments = attrgetter(*(field.name for field in fields(kind)))
    return lambda whole: (kind, arguments(whole))


_REDUCERS: Final[dict[type[Any], _Reduce]] = {
    **copyreg.dispatch_table,
    **{kind: _reducer(kind) for kind in _PARTS},
}

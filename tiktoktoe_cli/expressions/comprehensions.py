"""What the macros do at run time: loops over lists and maps, in a bounded number of steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

from tiktoktoe_cli.expressions.dispatch import no_such_overload
from tiktoktoe_cli.expressions.errors import EvaluationError
from tiktoktoe_cli.expressions.logic import as_bool
from tiktoktoe_cli.expressions.maps import build_map, keys_of
from tiktoktoe_cli.expressions.values import Value, adopt

MAX_STEPS: Final = 1_000_000
"""How many elements all loops of one evaluation may visit together."""

Body: TypeAlias = Callable[[Value], Value]


class Steps:
    """The steps that one evaluation has left."""

    __slots__ = ("_left",)

    def __init__(self) -> None:
        self._left = MAX_STEPS

    def take(self, count: int) -> None:
        """Spend steps; raises EvaluationError when there are not enough."""
        self._left -= count
        if self._left < 0:
            raise EvaluationError(f"the evaluation takes more than {MAX_STEPS} steps")


def elements(container: Value, steps: Steps) -> list[Value]:
    """List what a macro with one variable visits: a list's elements, a map's keys."""
    match adopt(container):
        case list() as visited:
            pass
        case dict() as entries:
            visited = keys_of(entries)
        case other:
            raise no_such_overload("comprehension", (other,))
    steps.take(len(visited))
    return visited


def pairs(container: Value, steps: Steps) -> list[tuple[Value, Value]]:
    """List what a macro with two variables visits: (index, element) of a list, (key, value) of a map."""
    adopted = adopt(container)
    keys = elements(adopted, steps)
    if isinstance(adopted, dict):
        return list(zip(keys, adopted.values(), strict=True))
    return list(enumerate(keys))


def _any_is(visited: list[Value], predicate: Body, *, decisive: bool) -> bool:
    failure: EvaluationError | None = None
    for item in visited:
        try:
            if as_bool(predicate(item)) is decisive:
                return True
        except EvaluationError as error:
            failure = failure or error
    if failure is not None:
        raise failure
    return False


def every(visited: list[Value], predicate: Body) -> bool:
    """Evaluate `all`: `&&` over the elements, so that one false outweighs every error."""
    return not _any_is(visited, predicate, decisive=False)


def some(visited: list[Value], predicate: Body) -> bool:
    """Evaluate `exists`: `||` over the elements, so that one true outweighs every error."""
    return _any_is(visited, predicate, decisive=True)


def exactly_one(visited: list[Value], predicate: Body) -> bool:
    """Evaluate `exists_one`, which absorbs no error."""
    return len(filtered(visited, predicate)) == 1


def filtered(visited: list[Value], predicate: Body) -> list[Value]:
    """Keep the elements for which the predicate is true."""
    return [item for item in visited if as_bool(predicate(item))]


def mapped(visited: list[Value], transform: Body) -> list[Value]:
    """Transform every element."""
    return [transform(item) for item in visited]


def mapped_values(visited: list[tuple[Value, Value]], transform: Body) -> dict[Value, Value]:
    """Transform the values of a map and keep its keys."""
    return build_map((pair[0], transform(pair)) for pair in visited)


def bind(value: Value, body: Body) -> Value:
    """Evaluate `cel.bind(name, value, body)`: the body with a name for a value."""
    return body(value)

"""The values of properties that are different, as the configuration writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tiktoktoe_cli.graph.changes.parts import Property
from tiktoktoe_cli.graph.reports.pen import arrows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tiktoktoe_cli.graph.changes.parts import Alteration, Value
    from tiktoktoe_cli.graph.model import Candidate


def written(one: Alteration) -> tuple[str | None, str | None]:
    """Write what a property was and is; None is not stated."""
    return _written(one.name, one.before), _written(one.name, one.after)


def step_words(one: Alteration) -> Iterator[str]:
    """Say what a property was and is; where both are paths, each stands for itself."""
    before, after = (words or "none" for words in written(one))
    if one.name is Property.CHAIN:
        yield f"{one.name} before: {before}"
        yield f"{one.name} now: {after}"
    else:
        yield f"{one.name} {arrows((before, after))}"


def _written(name: Property, value: Value) -> str | None:
    return None if value is None else _WORDS.get(name, str)(value)


def _truth(value: bool) -> str:  # noqa: FBT001  # a value of the table
    return "true" if value else "false"


def _candidates(available: tuple[Candidate, ...]) -> str:
    """Write the versions that could be deployed, with what they need otherwise."""
    return ", ".join(
        " ".join([one.version, *(f"{name}={wanted or 'null'}" for name, wanted in one.ranges)])
        for one in available
    )


_WORDS: Final[Mapping[Property, Callable[[Any], str]]] = {  # each property has a type of its own
    Property.AVAILABLE: _candidates,
    Property.TAGS: ", ".join,
    Property.REQUIRED: _truth,
    Property.RESTART: _truth,
    Property.VERDICT: lambda fit: fit.replace("_", " "),
    Property.CHAIN: arrows,
}
"""What is not written as its own text."""

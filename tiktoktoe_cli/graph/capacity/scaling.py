"""How many replicas services are taken to have: `orders=3`, or `orders=+2`, two more than there are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.errors import UsageError, unknown
from tiktoktoe_cli.graph.settings import MOST_COPIES
from tiktoktoe_cli.words import plural, quoted, shortened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from tiktoktoe_cli.graph.model import Graph

_SCALING: Final = re.compile(r"(?P<name>.+)=(?P<sign>[+-]?)(?P<number>[0-9]+)", re.DOTALL)
_SIGNS: Final[Mapping[str, Callable[[int, int], int]]] = {
    "": lambda _before, number: number,
    "+": lambda before, number: before + number,
    "-": lambda before, number: before - number,
}


def scaled(graph: Graph, texts: Iterable[str]) -> dict[str, int]:
    """Read how many replicas services have, one text after the other; a sign adds to, or takes from, what is there.

    Raises:
        UsageError: if a text says no number, names no service, or leads to a number that no service can have.
    """
    counts: dict[str, int] = {}
    for text in texts:
        match = _SCALING.fullmatch(text)
        if match is None:
            hint = "write it as `--replicas SERVICE=3`, or `SERVICE=+1` for one more"
            raise UsageError(f"`--replicas {shortened(text)}` says no number of replicas", hint=hint)
        name = match["name"]
        number = int(min(float(match["number"]), MOST_COPIES + 1))  # of very many digits no int is made
        if name not in graph.services:
            raise unknown(name, graph.services, "service")
        before = counts.get(name, graph.services[name].replicas)
        counts[name] = _SIGNS[match["sign"]](before, number)
        if not 0 <= counts[name] <= MOST_COPIES:
            hint = f"{quoted(name)} has {plural(before, 'replica')}; it can have 0 to {MOST_COPIES:,}"
            raise UsageError(f"`--replicas {shortened(text)}` is out of range", hint=hint)
    return counts

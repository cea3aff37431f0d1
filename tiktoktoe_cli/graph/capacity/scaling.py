"""How many replicas services are taken to have: `orders=3`, or `orders=+2`, two more than there are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.errors import UsageError, unknown
from tiktoktoe_cli.graph.settings import MOST_COPIES
from tiktoktoe_cli.words import plural, quoted, shortened

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tiktoktoe_cli.graph.model import Graph, Service

_SCALING: Final = re.compile(r"(?P<name>.*)=(?P<sign>[+-]?)(?P<number>[0-9]+)", re.DOTALL)
_HINT: Final = "write it as `--replicas SERVICE=3`, or `SERVICE=+1` for one more"


@dataclass(frozen=True, slots=True)
class _Wish:
    """One text, read: a number, or with a sign a difference."""

    text: str
    name: str
    sign: str
    number: int

    @property
    def change(self) -> int:
        """What it adds to the number of replicas."""
        return -self.number if self.sign == "-" else self.number


def scaled(graph: Graph, texts: Iterable[str]) -> dict[str, int]:
    """Read how many replicas services have; what has a sign is added to the number that is said, else to the declared.

    The order of the texts means nothing.

    Raises:
        UsageError: if a text says no number or names no service, or if those of a service say two numbers or lead to
            one that no service can have.
    """
    wishes: dict[str, list[_Wish]] = {}
    for wish in map(_read, texts):
        if wish.name not in graph.services:
            raise unknown(wish.name, graph.services, "service")
        wishes.setdefault(wish.name, []).append(wish)
    return {name: _count(graph.services[name], asked) for name, asked in wishes.items()}


def _read(text: str) -> _Wish:
    match = _SCALING.fullmatch(text)
    if match is None:
        raise UsageError(f"`--replicas {shortened(text)}` says no number of replicas", hint=_HINT)
    if not match["name"]:
        raise UsageError(f"`--replicas {shortened(text)}` names no service before the `=`", hint=_HINT)
    number = int(min(float(match["number"]), MOST_COPIES + 1))  # of very many digits no int is made
    return _Wish(text, match["name"], match["sign"], number)


def _count(service: Service, wishes: Sequence[_Wish]) -> int:
    """Count the replicas that a service has as all texts about it say."""
    said = [wish for wish in wishes if not wish.sign]
    if len(said) > 1:
        raise UsageError(
            f"{_options(said)} say {len(said):,} numbers of replicas for one service",
            hint=f"say one; with signs they add up: `{shortened(service.name)}=+1`",
        )
    before = said[0].number if said else service.replicas
    count = before + sum(wish.change for wish in wishes if wish.sign)
    if not 0 <= count <= MOST_COPIES or any(wish.number > MOST_COPIES for wish in wishes):
        hint = f"{quoted(service.name)} has {plural(service.replicas, 'replica')}; it can have 0 to {MOST_COPIES:,}"
        raise UsageError(f"{_options(wishes)} is out of range", hint=hint)
    return count


def _options(wishes: Iterable[_Wish]) -> str:
    return f"`--replicas {shortened(' --replicas '.join(wish.text for wish in wishes))}`"

"""What every drawn picture shows: boxes and arrows by number, which arrows lie on cycles, and what stands beside them.

The order is that of the configuration, and does not depend on the order of a service's dependencies.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from tiktoktoe_cli.graph.algorithms.order import wave_numbers
from tiktoktoe_cli.graph.model import EdgeKind
from tiktoktoe_cli.graph.render.text.words import is_optional
from tiktoktoe_cli.graph.selection.words import absent_words, disorder_words, title_words
from tiktoktoe_cli.graph.size import shown_words
from tiktoktoe_cli.report.text import one_line
from tiktoktoe_cli.words import plural

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tiktoktoe_cli.graph.model import Edge, Service
    from tiktoktoe_cli.graph.selection.overview import Overview
    from tiktoktoe_cli.report.view import Mask

CYCLES: Final = {
    EdgeKind.START: "on a cycle of start dependencies",
    EdgeKind.RUNTIME: "on a cycle over calls",
}
"""What is said of an edge on a cycle, by the kind of the cycle; the worse one comes first."""


class Colour(NamedTuple):
    """How something is drawn on light paper, and at night."""

    day: str
    night: str


CYCLE_COLOURS: Final = {
    EdgeKind.START: Colour("#d1242f", "#ff6b66"),
    EdgeKind.RUNTIME: Colour("#b35c00", "#e3a13c"),
}
"""Of an edge on a cycle, by the kind of the cycle."""

FLAW: Final = CYCLE_COLOURS[EdgeKind.START]
"""The colour of what is wrong, as is a dependency on nobody."""

_ORDERING: Final = (EdgeKind.START,)
_CALLING: Final = (EdgeKind.START, EdgeKind.RUNTIME)


class Look(NamedTuple):
    """How an arrow is drawn: its line tells the kind, its head whether it is optional, its colour the `cycle`.

    `cycle` is `start` for an arrow on a cycle of start edges, `runtime` for one on a cycle over calls, else None.
    """

    kind: EdgeKind
    optional: bool
    cycle: EdgeKind | None


@dataclass(frozen=True, slots=True)
class Node:
    """A box: its name and what stands below it, as they may be shown, and its start wave in the whole system.

    It is no service if it `is_missing`, or if it is drawn for a whole group; where groups are, nobody has a wave.
    """

    name: str
    about: str
    group: str | None
    wave: int | None
    is_missing: bool = False


@dataclass(frozen=True, slots=True)
class Arrow:
    """An edge from a box to the one that it depends on, by their numbers."""

    source: int
    target: int
    look: Look
    edge: Edge


@dataclass(frozen=True, slots=True)
class Scene:
    """All of a picture but the places; `groups` are in the order of their first box, `words` are what to say above."""

    nodes: tuple[Node, ...]
    arrows: tuple[Arrow, ...]
    groups: tuple[str, ...]
    words: tuple[str, ...]

    @property
    def looks(self) -> tuple[Look, ...]:
        """The looks that occur, for a legend."""
        return tuple(sorted({arrow.look for arrow in self.arrows}, key=_place_of_look))


def reading(arrow: str) -> str:
    """Say what an arrow means, as the format writes one: `A -> B: A depends on B`."""
    return f"A {arrow} B: A depends on B"


def scene_of(overview: Overview, mask: Mask) -> Scene:
    """Take what is to be drawn from an overview; names that no service has come after all services."""
    graph = overview.graph
    missing = sorted({edge.target for edge in graph.edges()} - graph.services.keys())
    number_of = {name: number for number, name in enumerate([*graph.services, *missing])}
    nodes = [*_nodes(overview, mask), *(_missing(name, mask) for name in missing)]
    return Scene(
        nodes=tuple(nodes),
        arrows=tuple(_arrows(overview, number_of)),
        groups=tuple(dict.fromkeys(node.group for node in nodes if node.group is not None)),
        words=tuple(one_line(mask(words)) for words in _words(overview) if words),
    )


def _words(overview: Overview) -> Iterator[str]:
    yield title_words(overview)
    yield shown_words(overview)
    yield absent_words(overview.hidden)
    yield from disorder_words(overview.cycles)


def _nodes(overview: Overview, mask: Mask) -> Iterator[Node]:
    wave_of = {} if overview.members else wave_numbers(overview.waves or ())
    for name, service in overview.graph.services.items():
        about = _about(service, overview.members.get(name))
        group = None if service.group is None else one_line(mask(service.group))
        yield Node(one_line(mask(name)), one_line(mask(about)), group, wave_of.get(name))


def _about(service: Service, inside: tuple[str, ...] | None) -> str:
    if inside is not None:
        return plural(len(inside), "service")
    return " · ".join(filter(None, (service.version, service.group)))


def _missing(name: str, mask: Mask) -> Node:
    return Node(one_line(mask(name)), "undefined", None, None, is_missing=True)


def _arrows(overview: Overview, number_of: Mapping[str, int]) -> Iterator[Arrow]:
    on_cycles = {kinds[-1]: overview.on_cycles(kinds) for kinds in (_ORDERING, _CALLING)}
    for service in overview.graph.services.values():
        for edge in sorted(service.dependencies, key=lambda one: (number_of[one.target], one.kind)):
            found = (kind for kind, pairs in on_cycles.items() if (edge.source, edge.target) in pairs)
            look = Look(edge.kind, is_optional(edge), next(found, None))
            yield Arrow(number_of[edge.source], number_of[edge.target], look, edge)


def _place_of_look(look: Look) -> tuple[int, ...]:
    kinds = list(EdgeKind)
    return kinds.index(look.kind), look.optional, 0 if look.cycle is None else 1 + kinds.index(look.cycle)

"""What is said of a part of a graph: which one it is, what it leaves out, and why there is no order. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.graph.choices import Direction
from tiktoktoe_cli.graph.selection.selection import Filter
from tiktoktoe_cli.graph.words import cycle_words
from tiktoktoe_cli.words import listed, plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tiktoktoe_cli.graph.selection.overview import Cycles, Overview
    from tiktoktoe_cli.graph.selection.selection import Hidden, Selection

_WAYS = {
    Direction.DOWN: (" and what it depends on", " and what they depend on"),
    Direction.UP: (" and what depends on it", " and what depends on them"),
    Direction.BOTH: (
        ", what it depends on and what depends on it",
        ", what they depend on and what depends on them",
    ),
}
"""What else is shown by the direction: of one service, and of several."""


def title_words(overview: Overview) -> str:
    """Name the system and the part of it that is shown: `shop: `cart` and what it depends on`; empty for neither."""
    part = "; ".join(_part(overview.selection))
    return ": ".join(filter(None, (overview.system, part)))


def hidden_words(hidden: Iterable[Hidden]) -> str:
    """Say what is not shown, and by which option: `hidden: 2 services and 3 dependencies by --focus`."""
    reasons = [f"{_amount([one])} by --{one.by}" for one in hidden]
    return f"hidden: {'; '.join(reasons)}" if reasons else ""


def absent_words(hidden: Iterable[Hidden]) -> str:
    """Say what is not shown to readers who chose no options: `not shown: 2 services; in boxes: 3 services`."""
    in_boxes = [one for one in hidden if one.by is Filter.COLLAPSE]
    absent = [one for one in hidden if one.by is not Filter.COLLAPSE]
    said = (("not shown", absent), ("as part of boxes", in_boxes))
    return "; ".join(f"{where}: {_amount(which)}" for where, which in said if which)


def disorder_words(cycles: Cycles) -> Iterator[str]:
    """Say why there is no start order, in a sentence for each reason; nothing if there is one."""
    if cycles.services:
        yield f"no start order exists: {cycle_words(cycles.services)}"
    if cycles.inside:
        verb = "hides" if len(cycles.inside) == 1 else "hide"
        yield f"{listed(cycles.inside)} {verb} a cycle of start dependencies"
    if cycles.boxes:
        yield f"only as boxes these depend on each other in a circle: {cycle_words(cycles.boxes)}"


def _part(selection: Selection) -> Iterator[str]:
    if selection.focus:
        yield _near(selection)
    elif selection.depth is not None:
        yield f"at most {plural(selection.depth, 'step')} from the services that nobody depends on"
    if selection.tags:
        yield f"services tagged {listed(selection.tags, last='or')}"
    if selection.groups:
        yield f"services of {listed(selection.groups, last='or')}"
    if selection.kinds:
        yield f"only {listed(selection.kinds)} dependencies"
    if selection.collapse is not None:
        yield f"{listed(selection.collapse) if selection.collapse else 'each group'} as one box"
    if selection.reduce:
        yield "without the dependencies that others imply"


def _near(selection: Selection) -> str:
    way = _WAYS[selection.way][len(selection.focus) > 1]
    far = "" if selection.depth is None else f", at most {plural(selection.depth, 'step')} away"
    return f"{listed(selection.focus)}{way}{far}"


def _amount(hidden: Iterable[Hidden]) -> str:
    """Count services and dependencies, without noughts."""
    services = sum(one.services for one in hidden)
    dependencies = sum(one.dependencies for one in hidden)
    counts = (
        (services, plural(services, "service")),
        (dependencies, plural(dependencies, "dependency", "dependencies")),
    )
    return " and ".join(words for count, words in counts if count)

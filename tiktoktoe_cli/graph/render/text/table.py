"""The table view: each service and, in words, what it depends on.

    NAME   WAVE  DEPENDS_ON
    cart      2  redis, mail (runtime), audit (optional)
    redis     1  -

Nothing is cut: what does not fit goes on below.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.graph.algorithms.order import wave_numbers
from tiktoktoe_cli.graph.render.text.words import Word, edge_words, spell, wrapped
from tiktoktoe_cli.report.palette import paint
from tiktoktoe_cli.report.text import pad, width_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiktoktoe_cli.graph.model import Graph, Service
    from tiktoktoe_cli.graph.selection.overview import Overview
    from tiktoktoe_cli.report.view import View

_TITLES = ("NAME", "WAVE", "DEPENDS_ON")
_NOTHING = "-"
_LEAST_ROOM = 24  # for the dependencies, however narrow the terminal


def draw_table(overview: Overview, view: View, width: int | None) -> list[str]:
    """Draw a row for each service, in the order of the configuration, on lines of a width (None: any)."""
    graph, waves = overview.graph, wave_numbers(overview.waves or ())
    names = {name: spell(name, view) for name in graph.services}
    if not names:
        return []
    longest = max(map(width_of, (_TITLES[0], *names.values())))
    name_width = longest if width is None else min(longest, width // 2)
    wave_width = max(len(_TITLES[1]), len(str(len(overview.waves or ()))))
    margin = name_width + wave_width + 4
    room = None if width is None else max(width - margin, _LEAST_ROOM)
    title = f"{pad(_TITLES[0], name_width)}  {_TITLES[1]:>{wave_width}}  {_TITLES[2]}"
    lines = [paint(title, "bold", color=view.color)]
    for service in graph.services.values():
        name, wave = names[service.name], str(waves.get(service.name, _NOTHING))
        if width_of(name) > name_width:
            lines.append(name)
            name = ""
        first, *others = wrapped(_dependencies(service, graph, view), room, view)
        lines.append(f"{pad(name, name_width)}  {wave:>{wave_width}}  {first}")
        lines += (" " * margin + line for line in others)
    return lines


def legend(_view: View) -> dict[str, str]:
    """Say what the marks mean: there are none."""
    return {}


def _dependencies(service: Service, graph: Graph, view: View) -> Iterator[Word]:
    """Write each dependency as one word, with what is special about it."""
    last = len(service.dependencies) - 1
    for position, edge in enumerate(service.dependencies):
        about = ", ".join(edge_words(edge, graph))
        text = spell(edge.target, view) + (f" ({about})" if about else "")
        yield Word(f"{text}," if position < last else text)
    if not service.dependencies:
        yield Word(_NOTHING)

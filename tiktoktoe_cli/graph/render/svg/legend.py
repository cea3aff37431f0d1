"""The legend of a drawn picture: what its lines and its colours mean, as far as they occur in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.graph.model import EdgeKind
from tiktoktoe_cli.graph.render.scene import CYCLES, Look, reading
from tiktoktoe_cli.graph.render.svg.lines import draw_sample, group_class
from tiktoktoe_cli.report.text import shorten, width_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from tiktoktoe_cli.graph.render.scene import Scene
    from tiktoktoe_cli.report.markup import Markup, Writer

_ROW: Final = 22
_COLUMN: Final = 6.4  # pixels: what a letter takes
_SPACE: Final = 26  # between entries
_SAMPLE: Final = 34  # a line of a kind
_SWATCH: Final = 16
_MOST_COLUMNS: Final = 40


@dataclass(frozen=True, slots=True)
class Entry:
    """What one thing looks like, drawn to the right of a point and on both sides of its height, and what it means."""

    sample: Markup
    sample_width: int
    words: str

    @property
    def width(self) -> int:
        """Return how wide it is with its words, and with the space behind it."""
        return self.sample_width + round(width_of(self.words) * _COLUMN) + _SPACE


def draw_legend(scene: Scene, writer: Writer, width: int) -> tuple[Markup, int]:
    """Draw the legend at most so wide, from its upper left corner; return it and its height."""
    drawn, x, y = [], 0, _ROW // 2
    for entry in entries_of(scene, writer):
        if x and x + entry.width - _SPACE > width:
            x, y = 0, y + _ROW
        words = writer.element("text", entry.words, x=entry.sample_width, y=4, class_="soft-text")
        drawn.append(writer.element("g", entry.sample, words, transform=f"translate({x} {y})"))
        x += entry.width
    return writer.element("g", *drawn, class_="legend"), y + _ROW // 2


def entries_of(scene: Scene, writer: Writer) -> Iterator[Entry]:
    """Yield what occurs; the first entry tells how to read an arrow, and has no sample."""
    yield Entry(writer.join(), 0, reading("→"))
    for look, words in _samples(scene.looks):
        yield Entry(draw_sample(look, _SAMPLE - 6, writer), _SAMPLE, words)
    for number, group in enumerate(scene.groups):
        box = writer.element("rect", x=0, y=-5, width=10, height=10, rx=2, class_=group_class(number))
        yield Entry(box, _SWATCH, shorten(group, _MOST_COLUMNS))
    if any(node.is_missing for node in scene.nodes):
        box = writer.element("rect", x=0.5, y=-5.5, width=18, height=11, rx=3, class_="box")
        yield Entry(writer.element("g", box, class_="missing"), 26, "no such service")


def _samples(looks: Collection[Look]) -> Iterator[tuple[Look, str]]:
    """Show each kind, and each thing that may come on top, once, whatever occurs together."""
    kinds, optional, cycles = map(set, zip(*looks, strict=True)) if looks else ((), (), ())
    for kind in EdgeKind:
        if kind in kinds:
            yield Look(kind, optional=False, cycle=None), str(kind)
    if True in optional:
        yield Look(EdgeKind.START, optional=True, cycle=None), "optional"
    for cycle, words in CYCLES.items():
        if cycle in cycles:
            yield Look(cycle, optional=False, cycle=cycle), words

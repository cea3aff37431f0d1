"""The graph as an SVG picture: boxes in columns, arrows from services to what they depend on, a legend. No script.

Everything that stands in it is there in words, too: a box has its whole name as a title, the picture a description.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from tiktoktoe_cli.graph.model import EdgeKind
from tiktoktoe_cli.graph.render.layout import lay_out
from tiktoktoe_cli.graph.render.layout.columns import Link
from tiktoktoe_cli.graph.render.layout.lines import Size
from tiktoktoe_cli.graph.render.scene import scene_of
from tiktoktoe_cli.graph.render.svg.legend import draw_legend
from tiktoktoe_cli.graph.render.svg.lines import draw_loop, draw_way, group_class
from tiktoktoe_cli.graph.render.svg.style import style
from tiktoktoe_cli.report.markup import Markup, Writer
from tiktoktoe_cli.report.text import shorten, width_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tiktoktoe_cli.graph.render.layout import Layout
    from tiktoktoe_cli.graph.render.layout.lines import Spot
    from tiktoktoe_cli.graph.render.scene import Node, Scene
    from tiktoktoe_cli.graph.selection.overview import Overview
    from tiktoktoe_cli.report.view import View

    Envelope: TypeAlias = Callable[[int, Node, Markup], Markup]

_MARGIN: Final = 24
_LINE: Final = 20  # between the words above the picture
_LEAST_WIDTH: Final = 640  # of a picture with its legend
_MOST_COLUMNS: Final = 32  # of a name; the whole stands in its title
_NAME_COLUMN: Final = 7.83  # pixels: 13 px of a monospaced font
_ABOUT_COLUMN: Final = 6.2  # about what 11 px take
_PADDING: Final = 14
_LEAST_BOX: Final = 84
_READING: Final = "Arrows lead from a service to what it depends on."


@dataclass(frozen=True, slots=True)
class Picture:
    """Boxes and lines, drawn from the upper left corner of a size."""

    content: Markup
    size: Size


def draw_svg(overview: Overview, view: View) -> str:
    """Draw a whole file, for any viewer: light, or dark where the reader's system is."""
    writer, scene = Writer(view.mask), scene_of(overview, view.mask)
    element = writer.element

    def group(number: int, node: Node, box: Markup) -> Markup:
        return element("g", box, class_=node_class(node), data_number=number)

    picture = picture_of(scene, writer, group)
    width = max(picture.size.width, _LEAST_WIDTH)
    legend, legend_height = draw_legend(scene, writer, width)
    top = _MARGIN + _LINE * len(scene.words) + 12
    bottom = top + picture.size.height + _MARGIN
    whole = Size(width + 2 * _MARGIN, bottom + legend_height + _MARGIN)
    content = (
        element("title", scene.words[0], id="title"),
        element("desc", " ".join([_READING, *scene.words]), id="desc"),
        element("style", Markup(style())),
        element("rect", x=0, y=0, width=whole.width, height=whole.height, class_="paper"),
        *_heading(scene, writer),
        element("g", picture.content, transform=f"translate({_MARGIN} {top})"),
        element("g", legend, transform=f"translate({_MARGIN} {bottom})"),
    )
    return f"{draw_frame(content, whole, writer, role='img', aria_labelledby='title desc')}\n"


def draw_frame(content: tuple[Markup, ...], size: Size, writer: Writer, **about: str) -> Markup:
    """Write the element that holds a picture of a size, as large as that where nobody says otherwise.

    `about` are more attributes: its role, and what names it for those who do not see it.
    """
    known = {"viewBox": f"0 0 {size.width} {size.height}", "xmlns": "http://www.w3.org/2000/svg", **about}
    lines = (Markup(f"{part}\n") for part in content)
    return writer.element("svg", *lines, width=size.width, height=size.height, class_="graph", **known)


def picture_of(scene: Scene, writer: Writer, envelope: Envelope) -> Picture:
    """Lay out a scene and draw it; `envelope` puts the number and the drawing of each box into an element."""
    sizes = [_size(node) for node in scene.nodes]
    looks = scene.looks
    number_of = {look: number for number, look in enumerate(looks)}
    links = (
        Link(one.source, one.target, number_of[one.look], one.look.kind is EdgeKind.START)
        for one in scene.arrows
    )
    layout = lay_out(sizes, links)
    lines = sorted(layout.lines, key=lambda line: looks[line.look].cycle is not None)
    parts = (
        *(draw_way(line, looks[line.look], writer, has_head=line.end < len(sizes)) for line in lines),
        *_loops(scene, layout, sizes, writer),
        *_boxes(scene, layout, sizes, writer, envelope),
    )
    return Picture(writer.join(*(Markup(f"{part}\n") for part in parts)), layout.size)


def node_class(node: Node) -> str:
    """Return the classes of a box."""
    return "node missing" if node.is_missing else "node"


def _heading(scene: Scene, writer: Writer) -> Iterator[Markup]:
    for number, words in enumerate(scene.words):
        classes = "soft-text" if number else "size"
        yield writer.element("text", words, x=_MARGIN, y=_MARGIN + 14 + _LINE * number, class_=classes)


def _size(node: Node) -> Size:
    name = width_of(shorten(node.name, _MOST_COLUMNS)) * _NAME_COLUMN
    about = width_of(shorten(node.about, _MOST_COLUMNS)) * _ABOUT_COLUMN
    return Size(max(_LEAST_BOX, round(max(name, about)) + 2 * _PADDING), 46 if node.about else 34)


def _loops(scene: Scene, layout: Layout, sizes: list[Size], writer: Writer) -> Iterator[Markup]:
    for arrow in scene.arrows:
        if arrow.source == arrow.target:
            yield draw_loop(arrow.source, layout.boxes[arrow.source], sizes[arrow.source], arrow.look, writer)


def _boxes(
    scene: Scene, layout: Layout, sizes: list[Size], writer: Writer, envelope: Envelope
) -> Iterator[Markup]:
    number_of = {group: number for number, group in enumerate(scene.groups)}
    for number, node in enumerate(scene.nodes):
        colour = None if node.group is None else group_class(number_of[node.group])
        yield envelope(number, node, _box(node, layout.boxes[number], sizes[number], colour, writer))


def _box(node: Node, corner: Spot, size: Size, colour: str | None, writer: Writer) -> Markup:
    element = writer.element
    x, y, width, height = *corner, *size
    about = f" ({node.about})" if node.about else ""
    parts = [
        element("title", node.name + about),
        element("rect", x=x, y=y, width=width, height=height, rx=7, class_="box"),
    ]
    if colour:
        parts += [
            element("rect", x=x, y=y, width=width, height=height, rx=7, class_=f"{colour} tint"),
            element("rect", x=x + 1, y=y + 8, width=4, height=height - 16, rx=2, class_=colour),
        ]
    left = x + _PADDING
    name, below = shorten(node.name, _MOST_COLUMNS), shorten(node.about, _MOST_COLUMNS)
    parts.append(element("text", name, x=left, y=y + (20 if below else 22), class_="name"))
    if below:
        parts.append(element("text", below, x=left, y=y + 36, class_="about soft-text"))
    return writer.join(*parts)

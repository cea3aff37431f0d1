"""The graph as one HTML file that needs nothing else: the picture, and beside it who needs whom, in words and links."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from tiktoktoe_cli.graph.render.html.cards import draw_cards
from tiktoktoe_cli.graph.render.html.script import SCRIPT
from tiktoktoe_cli.graph.render.html.style import STYLE
from tiktoktoe_cli.graph.render.layout.lines import Size
from tiktoktoe_cli.graph.render.scene import scene_of
from tiktoktoe_cli.graph.render.svg.drawing import draw_frame, node_class, picture_of
from tiktoktoe_cli.graph.render.svg.legend import draw_legend
from tiktoktoe_cli.graph.render.svg.style import style
from tiktoktoe_cli.report.markup import Markup, Writer
from tiktoktoe_cli.report.page import Page, draw_page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiktoktoe_cli.graph.facts import Overview
    from tiktoktoe_cli.graph.render.scene import Node, Scene
    from tiktoktoe_cli.report.view import View

_MARGIN: Final = 24
_LEGEND_WIDTH: Final = 1200
_BUTTONS: Final = (
    ("closer", "+", "closer"),
    ("farther", "-", "farther"),
    ("whole", "fit", "the whole graph"),
)


def draw_html(overview: Overview, view: View) -> str:
    """Write the whole page; it is the same for the same graph."""
    writer, scene = Writer(view.mask), scene_of(overview, view.mask)
    title, *words = scene.words
    keys = _keys(scene.nodes)
    cards = draw_cards(scene, overview.graph, [_address(key) for key in keys], writer)
    body = writer.join(
        writer.element("h1", title),
        *(writer.element("p", writer.prose(line), class_="soft") for line in words),
        _tools(writer),
        writer.element("div", _sheet(scene, keys, writer), cards, class_="desk"),
        _legend(scene, writer),
    )
    return draw_page(Page(title, body, style() + STYLE, SCRIPT), writer)


def _keys(nodes: Sequence[Node]) -> list[str]:
    """Name each box for the address: as it is shown, with a number where that is not enough."""
    seen: Counter[str] = Counter()
    keys = []
    for node in nodes:
        seen[node.name] += 1
        keys.append(node.name if seen[node.name] == 1 else f"{node.name} ({seen[node.name]})")
    return keys


def _address(key: str) -> str:
    return f"#{quote(key, safe='')}"


def _tools(writer: Writer) -> Markup:
    """Write what the script shows: without one it would do nothing."""
    element = writer.element
    box = element(
        "input", id="search", type="search", placeholder="search", aria_label="search for a service"
    )
    buttons = (
        element("button", sign, id=name, type="button", aria_label=words, title=words)
        for name, sign, words in _BUTTONS
    )
    count = element("span", id="found", class_="soft", role="status")
    return element("div", box, *buttons, count, class_="tools screen", hidden=True)


def _sheet(scene: Scene, keys: Sequence[str], writer: Writer) -> Markup:
    """Draw the picture, in which each box is a link that chooses it."""

    def link(number: int, node: Node, box: Markup) -> Markup:
        key = keys[number]
        address, classes = _address(key), node_class(node)
        return writer.element("a", box, class_=classes, data_number=number, data_name=key, href=address)

    picture = picture_of(scene, writer, link)
    moved = writer.element("g", picture.content, transform=f"translate({_MARGIN} {_MARGIN})")
    size = Size(picture.size.width + 2 * _MARGIN, picture.size.height + 2 * _MARGIN)
    frame = draw_frame((moved,), size, writer, role="group", aria_label="the graph of services")
    return writer.element("div", frame, class_="sheet panel")


def _legend(scene: Scene, writer: Writer) -> Markup:
    legend, height = draw_legend(scene, writer, _LEGEND_WIDTH)
    frame = draw_frame((legend,), Size(_LEGEND_WIDTH, height), writer, role="group", aria_label="legend")
    return writer.element("div", frame, class_="key")

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
from tiktoktoe_cli.graph.render.svg.legend import entries_of
from tiktoktoe_cli.graph.render.svg.style import style
from tiktoktoe_cli.report.markup import Markup, Writer
from tiktoktoe_cli.report.page import Page, draw_page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiktoktoe_cli.graph.render.scene import Node, Scene
    from tiktoktoe_cli.graph.render.svg.legend import Entry
    from tiktoktoe_cli.graph.selection.overview import Overview
    from tiktoktoe_cli.report.view import View

_MARGIN: Final = 24
_LEAST_WIDTH: Final = 720  # of the picture: in a wide window a small graph is not blown up
_SAMPLE_HEIGHT: Final = 14
_BUTTONS: Final = (
    ("closer", "+", "closer"),
    ("farther", "\N{MINUS SIGN}", "farther"),
    ("whole", "fit", "the whole graph; a double-click beside the boxes does the same"),
)


def draw_html(overview: Overview, view: View) -> str:
    """Write the whole page; it is the same for the same graph."""
    writer, scene = Writer(view.mask), scene_of(overview, view.mask)
    title, *words = scene.words
    keys = _keys(scene.nodes)
    cards = draw_cards(scene, overview.graph, [_address(key) for key in keys], writer)
    body = writer.join(
        writer.element("h1", writer.prose(title)),
        *(writer.element("p", writer.prose(line), class_="soft") for line in words),
        _tools(writer),
        writer.element("div", _sheet(scene, keys, writer), _legend(scene, writer), cards, class_="desk"),
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
    size = Size(max(picture.size.width + 2 * _MARGIN, _LEAST_WIDTH), picture.size.height + 2 * _MARGIN)
    left = (size.width - picture.size.width) // 2
    moved = writer.element("g", picture.content, transform=f"translate({left} {_MARGIN})")
    frame = draw_frame((moved,), size, writer, role="group", aria_label="the graph of services")
    return writer.element("div", frame, class_="sheet panel")


def _legend(scene: Scene, writer: Writer) -> Markup:
    """Write the legend as words in lines, so that it can be read in a window of any width."""
    element = writer.element

    def sample_of(entry: Entry) -> Markup:
        moved = element("g", entry.sample, transform=f"translate(0 {_SAMPLE_HEIGHT // 2})")
        return draw_frame((moved,), Size(entry.sample_width, _SAMPLE_HEIGHT), writer, aria_hidden="true")

    entries = (
        element("li", sample_of(entry) if entry.sample_width else None, entry.words)
        for entry in entries_of(scene, writer)
    )
    return element("ul", *entries, class_="key", aria_label="legend")

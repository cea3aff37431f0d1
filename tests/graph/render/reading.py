"""Readers of the drawn pictures: a text in, names and edges out. They know the formats and nothing of the drawers."""

from __future__ import annotations

import re
from collections import defaultdict
from html import unescape
from html.parser import HTMLParser
from typing import TYPE_CHECKING, NamedTuple
from xml.etree import ElementTree as ET

from tiktoktoe_cli.report.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tiktoktoe_cli.graph import Graph

SVG = "{http://www.w3.org/2000/svg}"
DOT_TEXT = r'"((?:[^"\\]|\\.)*)"'
_KINDS = {"solid": "start", "dashed": "runtime", "dotted": "soft"}


class Drawn(NamedTuple):
    """What a reader of a picture learns: names in order, and edges as source, target and kind."""

    names: list[str]
    edges: set[tuple[int, int, str]]


def drawn_of(graph: Graph) -> Drawn:
    """Return what a reader should learn of a graph, whose names are shown on one line each."""
    missing = sorted({edge.target for edge in graph.edges()} - graph.services.keys())
    names = [*graph.services, *missing]
    edges = {(names.index(edge.source), names.index(edge.target), str(edge.kind)) for edge in graph.edges()}
    return Drawn([one_line(name) for name in names], edges)


def read_dot(text: str) -> Drawn:
    """Read nodes and edges by the grammar of DOT, as far as our own output needs it."""
    names = {
        int(number): _dot_text(label) for number, label in re.findall(rf"n(\d+) \[label={DOT_TEXT}", text)
    }
    edges = {
        (int(source), int(target), _KINDS[style])
        for source, target, style in re.findall(r"n(\d+) -> n(\d+) \[style=(\w+)", text)
    }
    return Drawn([names[number] for number in sorted(names)], edges)


def _dot_text(label: str) -> str:
    """Undo the escapes of a label, then its entities, as Graphviz does."""
    return unescape(re.sub(r"\\(.)", r"\1", label))


def read_mermaid(text: str) -> Drawn:
    """Read the nodes and links of a flowchart."""
    names, edges = {}, set()
    for line in text.splitlines():
        node = re.fullmatch(r'\s*n(\d+)\["([^"]*)"\]', line)
        link = re.fullmatch(r'\s*n(\d+) (-->|-\.->)(?:\|"([^"]*)"\|)? n(\d+)', line)
        if node:
            names[int(node[1])] = mermaid_text(node[2])
        if link:
            words = (link[3] or "").split(", ")
            kind = next((word for word in words if word in {"runtime", "soft"}), "start")
            assert (link[2] == "-->") == (kind == "start")
            edges.add((int(link[1]), int(link[4]), kind))
    return Drawn([names[number] for number in sorted(names)], edges)


def mermaid_text(label: str) -> str:
    """Undo the entity codes of a label."""
    return re.sub(r"#(\d+);", lambda match: chr(int(match[1])), label)


def read_svg(text: str) -> Drawn:
    """Read a picture as XML, and follow its lines from box to box."""
    boxes, ways = {}, []
    for element in ET.fromstring(text).iter():
        classes = element.get("class", "").split()
        if "node" in classes:
            title = element.find(f"{SVG}title")
            assert title is not None
            boxes[int(element.attrib["data-number"])] = title.text or ""
        if "way" in classes and "data-start" in element.attrib:
            ways.append((int(element.attrib["data-start"]), int(element.attrib["data-end"]), classes[1]))
    return Drawn([boxes[number] for number in sorted(boxes)], followed(ways, len(boxes)))


def followed(ways: Iterable[tuple[int, int, str]], boxes: int) -> set[tuple[int, int, str]]:
    """Follow ways from box to box; what is no box is a joint, from which exactly one way goes on."""
    ahead: dict[int, set[tuple[int, str]]] = defaultdict(set)
    for start, end, kind in ways:
        ahead[start].add((end, kind))
    edges = set()
    for box in range(boxes):
        for end, kind in ahead[box]:
            here = end
            while here >= boxes:
                [(here, same)] = ahead[here]
                assert same == kind
            edges.add((box, here, kind))
    return edges


class PageReader(HTMLParser):
    """Collects the elements of a page with their attributes, and what can be read."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.elements.append((tag, dict(attrs)))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an empty element of SVG."""
        self.handle_starttag(tag, attrs)

    def handle_data(self, data: str) -> None:
        """Note a text."""
        self.text += data

    def with_class(self, name: str) -> list[dict[str, str | None]]:
        """Return the attributes of all elements of a class."""
        return [attrs for _, attrs in self.elements if name in (attrs.get("class") or "").split()]


def read_page(page: str) -> Drawn:
    """Read a page as HTML, and follow the lines of its picture."""
    reader = PageReader(page)
    nodes = {int(attrs["data-number"] or 0): attrs["data-name"] or "" for attrs in reader.with_class("node")}
    ways = [
        (int(attrs["data-start"] or 0), int(attrs["data-end"] or 0), (attrs["class"] or "").split()[1])
        for attrs in reader.with_class("way")
        if "data-start" in attrs
    ]
    return Drawn([nodes[number] for number in sorted(nodes)], followed(ways, len(nodes)))

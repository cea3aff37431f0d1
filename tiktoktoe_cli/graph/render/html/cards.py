"""What the page of a graph says of each service: what it needs and who needs it, each a link to that service."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.graph.render.scene import CYCLES
from tiktoktoe_cli.graph.render.text.words import edge_words
from tiktoktoe_cli.report.page import listing
from tiktoktoe_cli.words import plural

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tiktoktoe_cli.graph.model import Graph
    from tiktoktoe_cli.graph.render.scene import Arrow, Scene
    from tiktoktoe_cli.report.markup import Inner, Markup, Writer

_HINT: Final = "Choose a service: what it needs and who needs it is then told here, and shown in colour."
_BOTH: Final = "In this colour: both, as all on one cycle do."


def draw_cards(scene: Scene, graph: Graph, addresses: Sequence[str], writer: Writer) -> Markup:
    """Write a card for each box; the script shows the one that is chosen, without it all of them are there."""
    needs: dict[int, list[Arrow]] = defaultdict(list)
    needed: dict[int, list[Arrow]] = defaultdict(list)
    for arrow in scene.arrows:
        needs[arrow.source].append(arrow)
        needed[arrow.target].append(arrow)
    cards = _Cards(scene, graph, addresses, writer)
    drawn = (
        cards.draw(number, needs.get(number, ()), needed.get(number, ()))
        for number in range(len(scene.nodes))
    )
    hint = writer.element("p", _HINT, id="hint", class_="soft screen")
    both = writer.element("p", _BOTH, class_="both screen")
    return writer.element("aside", hint, *drawn, both, class_="panel", aria_live="polite")


@dataclass(frozen=True, slots=True)
class _Cards:
    scene: Scene
    graph: Graph
    addresses: Sequence[str]
    writer: Writer

    def draw(self, number: int, needs: Sequence[Arrow], needed: Sequence[Arrow]) -> Markup:
        element, node = self.writer.element, self.scene.nodes[number]
        wave = f"starts in wave {node.wave}" if node.wave else ""
        about = " · ".join(filter(None, (node.about, wave)))
        count = plural(len(needs), "service") if needs else "nothing"
        fans = plural(len(needed), "service") if needed else "nobody"
        return element(
            "article",
            element("h2", self._link(number)),
            element("p", about, class_="soft") if about else None,
            self._section("needs", f"needs {count}", {arrow.target: arrow for arrow in needs}),
            self._section("needed", f"needed by {fans}", {arrow.source: arrow for arrow in needed}),
            data_number=number,
        )

    def _section(self, kind: str, title: str, ends: Mapping[int, Arrow]) -> Markup:
        """Write one direction; the script adds who is reached through others."""
        element = self.writer.element
        entries: list[Inner] = [
            self.writer.join(self._link(end), " ", element("span", self._words(arrow), class_="soft"))
            for end, arrow in ends.items()
        ]
        others = element("p", class_="others")
        return element("section", element("h3", title), listing(entries, self.writer), others, class_=kind)

    def _link(self, number: int) -> Markup:
        name = self.scene.nodes[number].name
        return self.writer.element("a", name, href=self.addresses[number], data_to=number)

    def _words(self, arrow: Arrow) -> str:
        words = [*edge_words(arrow.edge, self.graph), arrow.edge.version_range]
        return ", ".join(filter(None, [*words, CYCLES[arrow.look.cycle] if arrow.look.cycle else ""]))

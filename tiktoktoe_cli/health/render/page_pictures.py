"""The pictures on the status page, to scale: how a check spent its time, and its latest results."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.config.units import NS_PER_S
from tiktoktoe_cli.health.render.phases import PHASE_WORDS
from tiktoktoe_cli.report.palette import tone_of
from tiktoktoe_cli.transport.variables import phases_of
from tiktoktoe_cli.words import duration

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tiktoktoe_cli.health.facts import Attempt
    from tiktoktoe_cli.report.markup import Markup, Writer
    from tiktoktoe_cli.transport import Timing

PHASES: Final = {**PHASE_WORDS, "rest": "other"}
"""The parts of a bar, in their order, and what they mean."""
_WIDTH: Final = 1000.0
_LEAST: Final = 2.0  # of the width: what took any time is seen
_HEIGHT: Final = 100.0
_SHORTEST: Final = 8.0  # of the height: a result that took no time is one, too


def draw_bar(timing: Timing, longest_ns: int, writer: Writer) -> Markup:
    """Draw the phases of a check one after the other, beside the longest check, which fills the width."""
    phases = list(_phases(timing))
    told = ", ".join(f"{name} {duration(spent_ns / NS_PER_S)}" for name, spent_ns in phases)
    rects, x = [], 0.0
    for name, spent_ns in phases:
        width = max(_LEAST, _WIDTH * spent_ns / max(longest_ns, 1))
        rects.append(writer.element("rect", x=x, width=width, height=1, class_=name))
        x += width
    view = {"viewBox": f"0 0 {_WIDTH:g} 1", "preserveAspectRatio": "none"}
    return writer.element("svg", writer.element("title", told), *rects, class_="bar", role="img", **view)


def draw_strip(results: Sequence[Attempt], writer: Writer) -> Markup:
    """Draw results from the oldest to the newest: each as high as it took long, in the colour of its state."""
    longest_ns = max((result.elapsed_ns for result in results), default=0) or 1
    rects = []
    for place, result in enumerate(results):
        height = max(_SHORTEST, _HEIGHT * result.elapsed_ns / longest_ns)
        told = writer.element("title", f"{result.state}, {duration(result.elapsed_ns / NS_PER_S)}")
        box = {"x": place * 10, "y": _HEIGHT - height, "width": 8, "height": height}
        rects.append(
            writer.element("g", told, writer.element("rect", **box), class_=tone_of(result.state).style)
        )
    view = {"viewBox": f"0 0 {max(len(results), 40) * 10} {_HEIGHT:g}", "preserveAspectRatio": "none"}
    words = f"the latest {len(results)} results"
    return writer.element("svg", *rects, class_="strip", role="img", aria_label=words, **view)


def _phases(timing: Timing) -> Iterator[tuple[str, int]]:
    """Go through what took time; `rest` is what the phases leave of the whole."""
    spent = phases_of(timing)
    rest = spent.pop("total") - sum(spent.values())
    yield from ((name, spent_ns) for name, spent_ns in spent.items() if spent_ns > 0)
    if rest > 0:
        yield "rest", rest

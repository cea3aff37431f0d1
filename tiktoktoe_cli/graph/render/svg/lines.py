"""The lines of a drawn picture as SVG: level in the columns, curved between them, a head where they arrive."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.graph.render.svg.style import GROUP_HUES

if TYPE_CHECKING:
    from tiktoktoe_cli.graph.render.layout.lines import Line, Size, Spot
    from tiktoktoe_cli.graph.render.scene import Look
    from tiktoktoe_cli.report.markup import Markup, Writer

_HEAD: Final = 8  # pixels: how long a head is
_HALF: Final = 4  # how wide it is on either side
_LOOP: Final = 13  # how far a line that comes back rises above its box


def draw_way(line: Line, look: Look, writer: Writer, *, has_head: bool) -> Markup:
    """Draw a piece of a way; it knows the boxes or joints at its ends, so that ways can be followed."""
    direction = 1 if line.arrives > line.leaves else -1
    end = line.b.x - direction * _HEAD if has_head else line.b.x
    arrives = min(line.arrives * direction, end * direction) * direction
    path = f"M{line.a.x} {line.a.y}"
    if line.a.y != line.b.y:
        middle = (line.leaves + arrives) // 2
        level = f"H{line.leaves}" if line.leaves != line.a.x else ""
        path += f"{level}C{middle} {line.a.y} {middle} {line.b.y} {arrives} {line.b.y}"
    if line.a.y == line.b.y or arrives != end:
        path += f"H{end}"
    parts = [writer.element("path", d=path, class_="line")]
    if has_head:
        parts.append(_head(line.b.x, line.b.y, f"h{-direction * _HEAD}", writer))
    return writer.element("g", *parts, class_=_classes(look), data_start=line.start, data_end=line.end)


def draw_loop(number: int, corner: Spot, size: Size, look: Look, writer: Writer) -> Markup:
    """Draw the arrow of a service that depends on itself, above its box."""
    right, y = corner.x + size.width - 14, corner.y
    path = f"M{right - 24} {y}V{y - _LOOP + 5}Q{right - 24} {y - _LOOP} {right - 19} {y - _LOOP}"
    path += f"H{right - 5}Q{right} {y - _LOOP} {right} {y - _HEAD}"
    parts = (writer.element("path", d=path, class_="line"), _head(right, y, f"v{-_HEAD}", writer))
    return writer.element("g", *parts, class_=_classes(look), data_start=number, data_end=number)


def draw_sample(look: Look, length: int, writer: Writer) -> Markup:
    """Draw a short arrow of a look, for a legend."""
    line = writer.element("path", d=f"M0 0H{length - _HEAD}", class_="line")
    return writer.element("g", line, _head(length, 0, f"h{-_HEAD}", writer), class_=_classes(look))


def group_class(number: int) -> str:
    """Return the class of the colour of a group."""
    return f"g{number % GROUP_HUES}"


def _head(x: int, y: int, back: str, writer: Writer) -> Markup:
    """Draw a head with its tip at a point; `back` is the way from there to the middle of its other side."""
    aside = "v" if back.startswith("h") else "h"
    return writer.element(
        "path", d=f"M{x} {y}{back}{aside}{_HALF}L{x} {y}{back}{aside}-{_HALF}Z", class_="head"
    )


def _classes(look: Look) -> str:
    """Return the classes of a look, as the style sheet knows them."""
    cycle = f"on-{look.cycle}" if look.cycle else ""
    return " ".join(filter(None, ("way", str(look.kind), "optional" if look.optional else "", cycle)))

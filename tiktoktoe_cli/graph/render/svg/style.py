"""How drawn pictures look: colours by day and by night, and the strokes that tell the kinds of dependencies apart."""

from __future__ import annotations

from typing import Final

from tiktoktoe_cli.graph.model import EdgeKind
from tiktoktoe_cli.graph.render.scene import CYCLE_COLOURS, FLAW

MONOSPACE: Final = "ui-monospace,SFMono-Regular,Menlo,Consolas,DejaVu Sans Mono,monospace"

_HUES: Final = (  # of groups, by day and by night: told apart by most who see few colours, with the names beside them
    ("#2f6fde", "#6aa5ff"),
    ("#bc5a00", "#f0a04b"),
    ("#2b8a3e", "#5cc474"),
    ("#8446c6", "#b794f4"),
    ("#0b7f8a", "#45c3cf"),
    ("#c2307a", "#f27fb4"),
    ("#7d6b00", "#d1bd4a"),
    ("#56606e", "#a3b1c2"),
)
GROUP_HUES: Final = len(_HUES)
"""How many groups have a colour of their own; the next ones begin with the first colour again."""

_COLOURS: Final = (  # what, its property, by day, by night
    (".paper", "fill", "#ffffff", "#0f1317"),
    (".graph text", "fill", "#1b1f24", "#e4e8ec"),
    (".graph .soft-text", "fill", "#57606a", "#9aa4af"),
    (".box", "fill", "#ffffff", "#181d23"),
    (".box", "stroke", "#b6bec8", "#46505c"),
    (".line,.head", "stroke", "#6e7781", "#8d97a2"),
    (".head", "fill", "#6e7781", "#8d97a2"),
    *((f".on-{cycle} .line,.on-{cycle} .head", "stroke", *colour) for cycle, colour in CYCLE_COLOURS.items()),
    *((f".on-{cycle} .head", "fill", *colour) for cycle, colour in CYCLE_COLOURS.items()),
    (".missing .box", "stroke", *FLAW),
    (".optional .head", "fill", "#ffffff", "#0f1317"),
    *((f".g{number}", "fill", day, night) for number, (day, night) in enumerate(_HUES)),
)

_STROKES: Final = f"""
.graph{{font-family:system-ui,-apple-system,Segoe UI,Roboto,sans-serif;font-size:12px}}
.graph .name{{font-family:{MONOSPACE};font-size:13px;font-weight:600}}
.graph .about{{font-size:11px}}
.graph .size{{font-size:15px;font-weight:600}}
.box{{stroke-width:1}}.tint{{fill-opacity:.09}}.missing .box{{stroke-dasharray:4 3}}
.line{{fill:none;stroke-width:1.4}}.head{{stroke-width:1.4;stroke-linejoin:round}}
.{EdgeKind.RUNTIME} .line{{stroke-dasharray:6 4}}
.{EdgeKind.SOFT} .line{{stroke-dasharray:.1 4.5;stroke-linecap:round;stroke-width:2}}
.on-start .line,.on-runtime .line{{stroke-width:2.2}}
"""


def style() -> str:
    """Write the style sheet: strokes, and colours by day and, where the reader's system is dark, by night."""
    day = "".join(f"{what}{{{name}:{colour}}}" for what, name, colour, _ in _COLOURS)
    night = "".join(f"{what}{{{name}:{colour}}}" for what, name, _, colour in _COLOURS)
    return f"{_STROKES}{day}\n@media screen and (prefers-color-scheme:dark){{{night}}}\n"

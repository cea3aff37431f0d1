"""The picture of a graph as SVG: boxes and lines as the layout places them; pure, and one file without links."""

from tiktoktoe_cli.graph.render.svg.drawing import draw_svg

__all__ = ["draw_svg"]

"""The picture of a graph as one HTML file to click, search and zoom in; pure, and it asks for nothing else."""

from tiktoktoe_cli.graph.render.html.page import draw_html

__all__ = ["draw_html"]

"""Pictures of the graph as text. Pure: an overview and a view in, lines out; every edge can be read back from them."""

from tiktoktoe_cli.graph.render.picture import Picture, draw_graph

__all__ = ["Picture", "draw_graph"]

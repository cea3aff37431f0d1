"""Pictures of the graph in characters: rails, tree, matrix, table; pure, and every edge can be read back from them."""

from tiktoktoe_cli.graph.render.text.picture import Picture, draw_graph

__all__ = ["Picture", "draw_graph"]

"""Pictures of the graph as text. Pure: a graph and a view in, lines out; every edge can be read back from them."""

from tiktoktoe_cli.graph.render.picture import draw_graph
from tiktoktoe_cli.graph.render.rails import draw_rails, legend

__all__ = ["draw_graph", "draw_rails", "legend"]

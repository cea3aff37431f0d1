"""Pictures of the graph, in characters (`text`) and in forms that other tools show. Pure: an overview and a view in."""

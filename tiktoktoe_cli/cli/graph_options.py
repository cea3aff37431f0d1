"""What the commands of `tiktoktoe graph` share: their group, and the graph of a configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.cli.app import make_group

if TYPE_CHECKING:
    from tiktoktoe_cli.graph import Graph
    from tiktoktoe_cli.system import System

app = make_group("graph")


def graph_of(system: System) -> Graph:
    """Take the graph of a system's services."""
    from tiktoktoe_cli.graph import Graph

    return Graph(system["services"], system.value_place, system.place)

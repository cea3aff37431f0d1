"""Which version of each service: one for every service, so that all ranges hold, with as few changes as possible.

Pure: a graph in, choices or contradictions out. `question` turns the graph into versions and needs, `solver` finds the
best answer, `recipe` what to write for it; `conflict` finds the fewest needs that contradict each other, `refutation`
and `explanation` say why they do, and `fixes` tries out what would help.
"""

from tiktoktoe_cli.graph.choices import Preference
from tiktoktoe_cli.graph.resolution.choices import Choice, Move
from tiktoktoe_cli.graph.resolution.resolution import Contradiction, Resolution, resolve

__all__ = ["Choice", "Contradiction", "Move", "Preference", "Resolution", "resolve"]

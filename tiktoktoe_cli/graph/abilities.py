"""What can be done with services, as the sections about their health and their actions say."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tiktoktoe_cli.graph.model import Condition

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from tiktoktoe_cli.graph.model import Edge, Graph


@dataclass(frozen=True, slots=True)
class Abilities:
    """The names of the services with which something can be done.

    `checked` have health checks and `started` a start action, those in `ready_line` one that names the line that says
    that they are ready; the others have the actions `rollback` and `drain`.
    """

    checked: Collection[str] = ()
    started: Collection[str] = ()
    ready_line: Collection[str] = ()
    rollback: Collection[str] = ()
    drain: Collection[str] = ()


def as_observed(graph: Graph, abilities: Abilities) -> Graph:
    """Let dependencies that name no condition wait for what shows of their targets.

    They wait for health; of a service that is started from here and has no check, nothing shows but its start.
    """
    unseen = {name for name in abilities.started if name not in abilities.checked}
    if not unseen:
        return graph

    def observed(edge: Edge) -> Edge:
        waits_blindly = not edge.is_condition_written and edge.target in unseen
        return replace(edge, condition=Condition.STARTED) if waits_blindly else edge

    return graph.mapped(observed)


def abilities_of(names: Iterable[str], says: Callable[..., bool]) -> Abilities:
    """Gather what can be done with services; `says` tells of a name and keys whether something is written there."""
    known = list(names)
    started = dict.fromkeys(name for name in known if says(name, "actions"))
    return Abilities(
        checked={name for name in known if says(name, "health")},
        started=started.keys(),
        ready_line={name for name in started if says(name, "actions", "start", "ready_line")},
        rollback={name for name in started if says(name, "actions", "rollback")},
        drain={name for name in started if says(name, "actions", "drain")},
    )

"""What can be done with services, as the sections about their health and their actions say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable


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

"""What can be done with services, as the sections about their health and their actions say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection


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

"""What a service says of itself: a state, and the states of its parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tiktoktoe_cli.health.state import HealthState


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a service, called `db`, or `db/replica` below another; `detail` is what it says beside its state."""

    name: str
    state: HealthState
    detail: str = ""


@dataclass(frozen=True, slots=True)
class HealthDocument:
    """A service's word about itself, which is its state whatever its parts are.

    `detail` says why it is not healthy, and is empty if it is; `remarks` say what is not shown. The names of the
    parts are unique.
    """

    format: str
    state: HealthState
    parts: tuple[Part, ...] = ()
    detail: str = ""
    remarks: tuple[str, ...] = ()


UNREADABLE: Final = HealthDocument("", HealthState.UNHEALTHY, detail="the body is no health document")
"""What stands for a body that should have been a document."""

"""What destinations are given to act with."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, BinaryIO

from tiktoktoe_cli.resilience import SystemClock

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tiktoktoe_cli.resilience import Clock
    from tiktoktoe_cli.resilience.settings import PolicySettings


def _stdout() -> BinaryIO:
    return sys.stdout.buffer


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The policies by name, a clock, chance, the standard output, and the policy that the destination names.

    With `is_adding`, what a run before has published stays, and the events come after it.
    """

    policies: Mapping[str, PolicySettings] = field(default_factory=dict)
    clock: Clock = field(default_factory=SystemClock)
    random: Random = field(default_factory=lambda: Random(0))  # noqa: S311  # spreads retries
    stdout: Callable[[], BinaryIO] = _stdout
    policy: str | None = None
    is_adding: bool = False

"""What whoever starts a run says about it, besides the YAML."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, BinaryIO

from tiktoktoe_cli.replay.delivering.catalog import make_destination
from tiktoktoe_cli.replay.pacing.pace import RealPatience

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tiktoktoe_cli.replay.delivering.destination import Destination
    from tiktoktoe_cli.replay.delivering.surroundings import Surroundings
    from tiktoktoe_cli.replay.flow.step import Probe
    from tiktoktoe_cli.replay.pacing.pace import Patience
    from tiktoktoe_cli.replay.settings.destination import DestinationSettings
    from tiktoktoe_cli.resilience.settings import PolicySettings


class Start(StrEnum):
    """What to do about a run that was cut short and left a checkpoint."""

    ASK = "ask"  # refuse: somebody has to say
    RESUME = "resume"  # go on after it; begin if there is none
    RESTART = "restart"  # forget it


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How a pipeline is run: how to `start`, with how many `workers`, and the `seed` of all that is drawn by lot.

    `policies` are those of the YAML, by name; `stdin` is what is read where the input names `-`. `make` makes the
    destinations, and `dead_letters` takes the dead letters in the place of their file: a rehearsal has its own.
    `probe` looks at the events between the stages. `patience` waits, where the pipeline has a pace or follows a file;
    `now` gives the time of day in nanoseconds since 1970. `lookups` answer in the place of others, by the stage's name
    and the key.
    """

    start: Start = Start.ASK
    workers: int = 1
    seed: int = 0
    policies: Mapping[str, PolicySettings] = field(default_factory=dict)
    stdin: BinaryIO | None = None
    make: Callable[[str, DestinationSettings, Surroundings], Destination] = make_destination
    dead_letters: Destination | None = None
    probe: Probe | None = None
    patience: Patience = field(default_factory=RealPatience)
    now: Callable[[], int] = time.time_ns
    lookups: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # JSON

    @property
    def is_rehearsal(self) -> bool:
        """Whether nothing is to be left behind, a manifest neither."""
        return self.dead_letters is not None

"""What whoever starts a run says about it, besides the YAML."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Start(StrEnum):
    """What to do about a run that was cut short and left a checkpoint."""

    ASK = "ask"  # refuse: somebody has to say
    RESUME = "resume"  # go on after it; begin if there is none
    RESTART = "restart"  # forget it


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How a pipeline is run: how to `start`, with how many `workers`, and the `seed` of all that is drawn by lot."""

    start: Start = Start.ASK
    workers: int = 1
    seed: int = 0

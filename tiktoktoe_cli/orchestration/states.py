"""The words for where services, jobs and a whole run stand."""

from __future__ import annotations

from enum import StrEnum


class ServiceState(StrEnum):
    """Where a service stands; `board` draws how it moves."""

    PENDING = "pending"  # waits for others, or for a free place
    STARTING = "starting"  # launched, not healthy yet
    HEALTHY = "healthy"
    DEGRADED = "degraded"  # it serves, with a warning
    RUNNING = "running"  # launched, and it has no checks that could tell more
    ASSUMED = "assumed"  # neither started nor checked by us: taken for granted
    COMPLETED = "completed"  # it ended by itself, as those who wait for its end expect
    FAILED = "failed"  # could not start, was never healthy, or died
    STOPPING = "stopping"
    STOPPED = "stopped"  # by us
    SKIPPED = "skipped"  # never launched

    @property
    def is_settled(self) -> bool:
        """Ask whether it stays so unless something happens."""
        return self in _SETTLED


_SETTLED = frozenset(
    {
        ServiceState.HEALTHY,
        ServiceState.DEGRADED,
        ServiceState.COMPLETED,
        ServiceState.FAILED,
        ServiceState.STOPPED,
        ServiceState.SKIPPED,
    }
)
ARRIVED = frozenset(
    {
        ServiceState.HEALTHY,
        ServiceState.DEGRADED,
        ServiceState.RUNNING,
        ServiceState.ASSUMED,
        ServiceState.COMPLETED,
    }
)
"""It serves, or has done its work."""
LOST = frozenset({ServiceState.FAILED, ServiceState.SKIPPED})


class Phase(StrEnum):
    """What a run is busy with; it only moves forward."""

    STARTING = "starting"
    WORKING = "working"
    STOPPING = "stopping"
    DONE = "done"


class Role(StrEnum):
    """What a run does about a service."""

    STARTED = "started"  # it has a start action
    AWAITED = "awaited"  # somebody else runs it; its health checks tell when it is there
    ASSUMED = "assumed"  # neither: it is taken for granted


class JobKind(StrEnum):
    """What a job does."""

    REPLAY = "replay"
    SIMULATE = "simulate"


class JobState(StrEnum):
    """How a job ended."""

    DONE = "done"  # it ran to its end and the answer is yes
    NO = "no"  # it ran to its end and the answer is no: an alert, a failed assertion
    UNFINISHED = "unfinished"  # it could not finish
    SKIPPED = "skipped"  # it was never begun

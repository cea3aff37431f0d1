"""Decides what to do next in a run: events in, actions out; no process, no clock, no task.

starting ─► working (the jobs, one after the other) ─► stopping ─► done

An essential service that is lost, a job that cannot finish, or the user ends the run early, whatever the phase.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.orchestration.board import Board
from tiktoktoe_cli.orchestration.moves import (
    Action,
    CancelJob,
    DeadlinePassed,
    Event,
    JobEnded,
    LimitStart,
    RunJob,
    StopAsked,
)
from tiktoktoe_cli.orchestration.records import JobRecord
from tiktoktoe_cli.orchestration.states import JobState, Phase

if TYPE_CHECKING:
    from collections.abc import Mapping
    from signal import Signals

    from tiktoktoe_cli.orchestration.plan import Plan
    from tiktoktoe_cli.orchestration.records import ServiceRecord


class Coordinator:
    """The state of one run.

    `begin` and `take` return the actions that follow; whoever carries them out reports back with events. Every
    `Launch` is followed by `Launched` and `Ready`, by `Completed`, or by `Broke`; every `Stop` by `Stopped`; every
    `RunJob` by `JobEnded`. Events that come too late to matter are ignored.
    """

    def __init__(self, plan: Plan, *, jobs: int, concurrency: int) -> None:
        self.phase = Phase.STARTING
        self.jobs = tuple(JobRecord() for _ in range(jobs))
        self.interruption: Signals | None = None
        self.is_forced = False  # the user did not wait for the end in order
        self.settled_ns: int | None = None  # when the last service had arrived
        self.stopping_ns: int | None = None
        self.done_ns: int | None = None
        self._actions: list[Action] = []
        self._board = Board(plan, concurrency, self._actions.append)
        self._deadline = plan.settings.deadline
        self._job_failure: str | None = None
        self._running_job: int | None = None
        self._next_job = 0

    @property
    def services(self) -> Mapping[str, ServiceRecord]:
        """What is known of each service."""
        return self._board.records

    @property
    def failure(self) -> str | None:
        """Why the run could not do all it should; None if nothing stood in its way."""
        return self._board.failure or self._job_failure

    @property
    def is_done(self) -> bool:
        """Tell whether everything is over and nothing is left to stop."""
        return self.phase is Phase.DONE

    def begin(self, now_ns: int) -> tuple[Action, ...]:
        """Start the run at a moment of any monotonic clock, in nanoseconds."""
        self._board.now_ns = now_ns
        if self._deadline:
            self._actions.append(LimitStart(self._deadline))
        return self._follow_up()

    def take(self, event: Event, now_ns: int) -> tuple[Action, ...]:
        """Note what happened at a moment of the same clock."""
        self._board.now_ns = now_ns
        self._note(event)
        return self._follow_up()

    def _note(self, event: Event) -> None:
        match event:
            case JobEnded():
                self._end_job(event)
            case StopAsked():
                self._interrupt(event)
            case DeadlinePassed():
                self._expire()
            case _:
                self._board.note(event)

    def _interrupt(self, event: StopAsked) -> None:
        self.interruption = self.interruption or event.by
        if event.is_forced and not self.is_done:
            self.is_forced = True
            self._board.close_by_force()

    def _expire(self) -> None:
        if self._deadline and self.phase is Phase.STARTING:
            self._board.on_late(self._deadline)

    def _end_job(self, event: JobEnded) -> None:
        job = self.jobs[event.index]
        job.outcome, job.ended_ns = event.outcome, self._board.now_ns
        self._running_job = None
        if event.outcome.state is JobState.UNFINISHED and self.phase is Phase.WORKING:
            self._job_failure = event.outcome.verdict

    def _follow_up(self) -> tuple[Action, ...]:
        """Move through the phases as far as possible, and hand out the actions that gathered."""
        if self.phase in {Phase.STARTING, Phase.WORKING} and (self.failure or self.interruption):
            self._wind_down()
        if self.phase is Phase.STARTING:
            self._start()
        if self.phase is Phase.WORKING and self._running_job is None:
            self._work()
        if self.phase is Phase.STOPPING and self._running_job is None:
            self._stop()
        actions = tuple(self._actions)
        self._actions.clear()
        return actions

    def _start(self) -> None:
        self._board.launch()
        if self._board.is_settled:
            self.settled_ns = self._board.now_ns
            self.phase = Phase.WORKING

    def _work(self) -> None:
        if self._next_job == len(self.jobs):
            self._wind_down()
            return
        self._running_job = self._next_job
        self._next_job += 1
        self.jobs[self._running_job].began_ns = self._board.now_ns
        self._actions.append(RunJob(self._running_job))

    def _wind_down(self) -> None:
        self.phase = Phase.STOPPING
        self.stopping_ns = self._board.now_ns
        if self._running_job is not None:
            self._actions.append(CancelJob(self._running_job))

    def _stop(self) -> None:
        if self._board.is_open:
            self._board.close()
        if self._board.is_empty:
            self.done_ns = self._board.now_ns
            self.phase = Phase.DONE

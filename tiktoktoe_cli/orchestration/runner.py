"""Carries out what the coordinator decides: a task for each service, a thread for the job, one queue of events."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, assert_never

from tiktoktoe_cli.config.units import NS_PER_S
from tiktoktoe_cli.orchestration.job_thread import JobThread
from tiktoktoe_cli.orchestration.life import ServiceLife
from tiktoktoe_cli.orchestration.moves import (
    Announce,
    CancelJob,
    DeadlinePassed,
    JobEnded,
    Launch,
    LimitStart,
    LimitWait,
    RunJob,
    Stop,
    StopAsked,
    WaitExpired,
)
from tiktoktoe_cli.words import duration

if TYPE_CHECKING:
    from collections.abc import Iterable
    from signal import Signals

    from tiktoktoe_cli.orchestration.coordinator import Coordinator
    from tiktoktoe_cli.orchestration.effects import Surroundings
    from tiktoktoe_cli.orchestration.moves import Action, Event

JOB_PATIENCE_NS = 10_000_000_000  # what a job gets to end early when it is asked to


class Runner:
    """Runs one coordinator to its end; nothing that it launched is left, however `run` is left."""

    def __init__(self, coordinator: Coordinator, surroundings: Surroundings) -> None:
        self._coordinator = coordinator
        self._surroundings = surroundings
        self._events: asyncio.Queue[Event] = asyncio.Queue()
        self._lives = {
            name: ServiceLife(record.plan, surroundings, self._events.put_nowait)
            for name, record in coordinator.services.items()
        }
        self._timers: set[asyncio.Task[None]] = set()
        self._job: JobThread | None = None
        self._is_stop_asked = False

    async def run(self) -> None:
        """Do all that the coordinator asks for, until it is done."""
        clock = self._surroundings.clock
        try:
            async with asyncio.TaskGroup() as group:
                self._carry_out(self._coordinator.begin(clock.now()), group)
                while not self._coordinator.is_done:
                    event = await self._events.get()
                    self._carry_out(self._coordinator.take(event, clock.now()), group)
                for timer in self._timers:
                    timer.cancel()
                await asyncio.gather(*(life.end_watch() for life in self._lives.values()))
        finally:
            await asyncio.gather(*(life.leave_nothing() for life in self._lives.values()))

    def ask_to_stop(self, by: Signals) -> None:
        """End the run in order; asked again, kill every service and abandon the job."""
        self._events.put_nowait(StopAsked(by, is_forced=self._is_stop_asked))
        if self._is_stop_asked:
            self._kill()
        else:
            self._is_stop_asked = True
            self._surroundings.observer.on_stopping()

    def _kill(self) -> None:
        for life in self._lives.values():
            life.kill()
        if self._job:
            self._job.abandon("was abandoned")

    def _carry_out(self, actions: Iterable[Action], group: asyncio.TaskGroup) -> None:
        for action in actions:
            match action:
                case Launch(name):
                    self._lives[name].begin(group)
                case Stop(name, roll_back):
                    group.create_task(self._lives[name].stop(roll_back=roll_back))
                case LimitStart(timeout_ns):
                    self._timers.add(group.create_task(self._limit_start(timeout_ns)))
                case LimitWait():
                    self._timers.add(group.create_task(self._limit_wait(action)))
                case RunJob(index):
                    group.create_task(self._run_job(index))
                case CancelJob():
                    self._timers.add(group.create_task(self._cancel_job()))
                case Announce(name, state, note):
                    self._surroundings.observer.on_service(name, state, note)
                case _:
                    assert_never(action)

    async def _limit_start(self, timeout_ns: int) -> None:
        await self._surroundings.clock.sleep(timeout_ns)
        self._events.put_nowait(DeadlinePassed())

    async def _limit_wait(self, limit: LimitWait) -> None:
        await self._surroundings.clock.sleep(limit.timeout_ns)
        self._events.put_nowait(WaitExpired(limit.service, limit.on))

    async def _run_job(self, index: int) -> None:
        job, observer = self._surroundings.jobs[index], self._surroundings.observer
        observer.on_job(job.name, job.kind, None, "")
        self._job = JobThread(job)
        self._job.start()
        outcome = await self._job.wait()
        observer.on_job(job.name, job.kind, outcome.state, outcome.verdict)
        self._events.put_nowait(JobEnded(index, outcome))

    async def _cancel_job(self) -> None:
        if self._job:
            self._job.ask_to_stop()
            await self._surroundings.clock.sleep(JOB_PATIENCE_NS)
            self._job.abandon(f"did not end within {duration(JOB_PATIENCE_NS / NS_PER_S)} of being asked to")

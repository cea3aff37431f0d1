"""The runner, with services in memory and virtual time."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from signal import SIGINT, SIGTERM
from threading import Event
from typing import TYPE_CHECKING

import pytest

from tests.orchestration.fakes import SECOND, Diary, FakeJob, FakeWorld, StillClock
from tests.orchestration.plans import plan, service
from tiktoktoe_cli.config.units import Duration
from tiktoktoe_cli.errors import UnfinishedError, UsageError
from tiktoktoe_cli.graph import Condition
from tiktoktoe_cli.orchestration.coordinator import Coordinator
from tiktoktoe_cli.orchestration.effects import Surroundings
from tiktoktoe_cli.orchestration.moves import JobOutcome
from tiktoktoe_cli.orchestration.plan import Plan, StartLimit, Wait
from tiktoktoe_cli.orchestration.runner import Runner
from tiktoktoe_cli.orchestration.settings import OrchestrationSettings
from tiktoktoe_cli.orchestration.states import JobState, Role

if TYPE_CHECKING:
    from collections.abc import Callable

CHAIN = plan(service("store"), service("core", "store"))
DEADLINE_S = 20


class Trial:
    """One run of a plan in a world."""

    def __init__(self, plan: Plan, world: FakeWorld, *jobs: FakeJob) -> None:
        self.coordinator = Coordinator(plan, jobs=len(jobs), concurrency=8)
        self.diary = Diary()
        self._world = world
        self._jobs = jobs

    def run(self, on_change: Callable[[Runner, str, str], None] = lambda *_: None) -> Trial:
        """Run to the end; `on_change` sees what the run tells, as it happens."""
        asyncio.run(asyncio.wait_for(self._run(on_change), DEADLINE_S))
        return self

    async def _run(self, on_change: Callable[[Runner, str, str], None]) -> None:
        world = self._world
        surroundings = Surroundings(world, world, self._jobs, world.clock, self.diary)
        runner = Runner(self.coordinator, surroundings)
        self.diary.on_change = lambda name, word: on_change(runner, name, word)
        await runner.run()

    def states(self) -> dict[str, str]:
        """Tell where each service stands."""
        return {name: record.state.value for name, record in self.coordinator.services.items()}


def test_starts_in_order_does_the_job_and_stops_in_reverse() -> None:
    """The whole story of a run without trouble."""
    trial = Trial(CHAIN, FakeWorld(), FakeJob()).run()

    assert [entry for entry in trial.diary.entries if entry[1] != "pending"] == [
        ("store", "starting"),
        ("store", "healthy"),
        ("core", "starting"),
        ("core", "healthy"),
        ("orders", "begins"),
        ("orders", "done"),
        ("core", "stopping"),
        ("core", "stopped"),
        ("store", "stopping"),
        ("store", "stopped"),
    ]


def test_measures_with_the_clock() -> None:
    """Two services in a row that take 1 s and 3 s are settled after 4 s."""
    trial = Trial(CHAIN, FakeWorld({"store": 1.0, "core": 3.0})).run()

    assert trial.coordinator.settled_ns == 4 * SECOND
    assert trial.coordinator.services["core"].started_ns == SECOND


def test_names_a_program_that_cannot_be_started() -> None:
    """The error's words and advice are those of the service."""
    refusal = UsageError("there is no program `serve` on the PATH", hint="install it")

    trial = Trial(CHAIN, FakeWorld(refusals={"core": refusal})).run()

    record = trial.coordinator.services["core"]
    assert trial.coordinator.failure == "`core` could not be started: there is no program `serve` on the PATH"
    assert record.hint == "install it"
    assert trial.states() == {"store": "stopped", "core": "failed"}


def test_names_a_service_that_dies_at_its_start() -> None:
    """How it ended, that it was before it was healthy, and the last it printed."""
    trial = Trial(CHAIN, FakeWorld(deaths={"core": "exited with 1"})).run()

    assert trial.coordinator.failure == "`core` exited with 1 before it was healthy"
    assert trial.coordinator.services["core"].output == ("last words",)


def test_names_a_service_that_never_gets_healthy() -> None:
    """How long it was given and what its checks found, and it is stopped."""
    world = FakeWorld({"core": None})

    trial = Trial(CHAIN, world).run()

    assert trial.coordinator.failure == "`core` was not healthy within 1m: api: connection refused"
    assert all(running.end for running in world.services.values())


MIGRATED = Wait("migrate", Condition.COMPLETED_SUCCESSFULLY)
TASK = replace(
    service("migrate", checked=False), awaited_end=Condition.COMPLETED_SUCCESSFULLY, can_roll_back=True
)


def test_waits_until_a_task_has_ended() -> None:
    """A service that needs a migration starts when that has ended with 0, and no sooner."""
    world = FakeWorld({"core": 1.0}, end_after={"migrate": (3.0, "exited with 0")})

    trial = Trial(plan(TASK, service("core", MIGRATED)), world).run()

    assert trial.coordinator.failure is None
    assert trial.coordinator.services["core"].started_ns == 3 * SECOND
    assert trial.states() == {"migrate": "completed", "core": "stopped"}
    assert world.rolled_back == []


def test_a_task_that_fails_ends_the_run() -> None:
    """Who needs a migration does not start if that ended with 1."""
    world = FakeWorld(end_after={"migrate": (3.0, "exited with 1")})

    trial = Trial(plan(TASK, service("core", MIGRATED)), world).run()

    assert trial.coordinator.failure == "`migrate` exited with 1"
    assert trial.states() == {"migrate": "failed", "core": "skipped"}


def test_how_a_task_ends_is_told_where_any_end_will_do() -> None:
    """With `completed`, a seed that ended with 1 lets others start, and the note says how it ended."""
    seed = replace(service("seed", checked=False), awaited_end=Condition.COMPLETED)
    world = FakeWorld({"core": 0.0}, end_after={"seed": (1.0, "exited with 1")})

    trial = Trial(plan(seed, service("core", Wait("seed", Condition.COMPLETED))), world).run()

    record = trial.coordinator.services["seed"]
    assert (record.state.value, record.reason) == ("completed", "exited with 1")
    assert trial.states()["core"] == "stopped"


def test_names_a_task_that_never_ends() -> None:
    """It has as long as a service has for its start."""
    trial = Trial(plan(TASK, service("core", MIGRATED)), FakeWorld()).run()

    assert trial.coordinator.failure == "`migrate` did not end within 1m"
    assert trial.coordinator.services["migrate"].hint == (
        "if it only needs longer, raise `orchestration.start_timeout`"
    )


def test_waits_for_a_line() -> None:
    """Who waits for the line of a queue starts when it is printed, even before the queue is healthy."""
    queue = replace(service("queue"), has_ready_line=True)
    world = FakeWorld({"queue": 5.0, "core": 0.0}, line_after={"queue": 2.0})

    trial = Trial(plan(queue, service("core", Wait("queue", Condition.READY_LINE))), world).run()

    assert trial.coordinator.services["core"].started_ns == 2 * SECOND
    assert trial.coordinator.services["queue"].served_ns == 5 * SECOND


def test_a_line_is_part_of_the_start() -> None:
    """A service without checks is ready when it has printed its line; one that never does is lost."""
    queue = replace(service("queue", checked=False), has_ready_line=True)

    ready = Trial(plan(queue), FakeWorld(line_after={"queue": 2.0})).run()
    silent = Trial(plan(queue), FakeWorld()).run()

    assert ready.coordinator.services["queue"].served_ns == 2 * SECOND
    assert ("queue", "running") in ready.diary.entries
    assert silent.coordinator.failure == "`queue` did not print its line within 1m"


def test_a_task_that_ends_without_its_line_is_lost() -> None:
    """Whoever waits for the line would wait for ever."""
    task = replace(TASK, has_ready_line=True)
    world = FakeWorld(end_after={"migrate": (1.0, "exited with 0")})

    trial = Trial(plan(task, service("core", Wait("migrate", Condition.READY_LINE))), world).run()

    assert trial.coordinator.failure == "`migrate` exited with 0 before it printed its line"


def test_a_run_that_fails_is_rolled_back_in_reverse() -> None:
    """What was started is stopped and rolled back, the last first: also a task that has ended, and what failed."""
    store = replace(service("store", MIGRATED), can_roll_back=True)
    core = replace(service("core", "store"), can_roll_back=True)
    world = FakeWorld({"store": 0.0, "core": None}, end_after={"migrate": (0.5, "exited with 0")})

    trial = Trial(plan(TASK, store, core), world).run()

    assert world.rolled_back == ["core", "store", "migrate"]
    assert trial.states() == {"migrate": "completed", "store": "stopped", "core": "failed"}


def test_what_a_rollback_says_is_told() -> None:
    """A rollback that fails is a note of the service, whose state stays."""
    world = FakeWorld(
        {"core": None}, end_after={"migrate": (0.5, "exited with 0")}, rollback_note="rollback exited with 1"
    )

    trial = Trial(plan(TASK, service("core", MIGRATED)), world).run()

    assert trial.coordinator.services["migrate"].reason == "rollback exited with 1"


def test_all_together_have_a_deadline() -> None:
    """Who has not arrived when it passes is named, and everything is stopped."""
    slow = plan(service("store"), service("core", "store"), service("shop", "core"))
    limited = replace(slow, settings=OrchestrationSettings(deadline=Duration.of(5)))

    trial = Trial(limited, FakeWorld({"store": 1.0, "core": 30.0})).run()

    assert trial.coordinator.failure == "`core` and `shop` had not arrived within 5s"
    assert trial.states() == {"store": "stopped", "core": "stopped", "shop": "skipped"}


def test_a_deadline_that_is_met_is_not_heard_of() -> None:
    """What comes after the start has all the time it needs."""
    limited = replace(CHAIN, settings=OrchestrationSettings(deadline=Duration.of(5)))

    trial = Trial(limited, FakeWorld(), FakeJob()).run()

    assert trial.coordinator.failure is None


def test_names_a_service_that_dies_while_a_job_runs() -> None:
    """The job is told to stop, and the service is the failure, not the job."""
    world = FakeWorld({"store": 0.0, "core": 0.0}, clock=StillClock())

    def work(should_stop: Callable[[], bool]) -> JobOutcome:
        while not should_stop():
            Event().wait(0.001)
        return JobOutcome(JobState.UNFINISHED, "stopped early")

    def kill_the_store(_runner: Runner, _name: str, word: str) -> None:
        if word == "begins":
            world.services["store"].die("was ended by SIGSEGV")

    trial = Trial(CHAIN, world, FakeJob(work)).run(kill_the_store)

    assert trial.coordinator.failure == "`store` was ended by SIGSEGV"
    assert trial.coordinator.jobs[0].outcome == JobOutcome(JobState.UNFINISHED, "stopped early")
    assert trial.states() == {"store": "failed", "core": "stopped"}


def test_tells_what_it_took_to_stop_a_service() -> None:
    """A service that had to be killed keeps that note and its last lines."""
    world = FakeWorld()

    def make_stubborn(_runner: Runner, name: str, word: str) -> None:
        if (name, word) == ("core", "healthy"):
            world.services["core"].stop_note = "ignored SIGTERM for 5s and was killed"

    trial = Trial(CHAIN, world).run(make_stubborn)

    record = trial.coordinator.services["core"]
    assert record.reason == "ignored SIGTERM for 5s and was killed"
    assert record.output == ("last words",)
    assert trial.coordinator.failure is None


def test_waits_for_a_service_that_somebody_else_runs() -> None:
    """It is not launched; its health is waited for, and it is not stopped."""
    world = FakeWorld()
    shared = plan(service("theirs", role=Role.AWAITED), service("core", "theirs"))

    trial = Trial(shared, world).run()

    assert list(world.services) == ["core"]
    assert trial.states() == {"theirs": "healthy", "core": "stopped"}


def test_a_wait_ends_at_its_limit() -> None:
    """After five seconds of virtual time the service starts without what it can do without."""
    waits = service("core", Wait("store", required=False, timeout_ns=5 * SECOND))

    trial = Trial(plan(service("store"), waits), FakeWorld({"store": 30.0})).run()

    assert trial.coordinator.services["core"].started_ns == 5 * SECOND
    assert trial.coordinator.services["core"].without == ("store",)


def test_a_service_has_only_as_long_as_those_that_need_it_wait() -> None:
    """When their patience ends, the service itself has failed: with what its checks found, and what to raise."""
    limit = StartLimit(Duration.of(5), "services.core.depends_on.store.timeout")
    store = replace(service("store"), limit=limit)

    trial = Trial(plan(store, service("core", "store")), FakeWorld({"store": None})).run()

    record = trial.coordinator.services["store"]
    assert trial.coordinator.failure == "`store` was not healthy within 5s: api: connection refused"
    assert record.hint == "if it only needs longer, raise `services.core.depends_on.store.timeout`"
    assert trial.coordinator.services["core"].reason == "needs `store`, which failed"
    assert trial.coordinator.stopping_ns == 5 * SECOND


def test_the_user_stops_a_run_that_starts() -> None:
    """What was launched is stopped in order, and the rest is never launched."""
    world = FakeWorld()

    def interrupt(runner: Runner, name: str, word: str) -> None:
        if (name, word) == ("store", "starting"):
            runner.ask_to_stop(SIGINT)

    trial = Trial(CHAIN, world).run(interrupt)

    assert trial.coordinator.interruption is SIGINT
    assert ("run", "stopping") in trial.diary.entries
    assert trial.states() == {"store": "stopped", "core": "skipped"}


def test_the_user_stops_a_job() -> None:
    """The job sees that it should stop, and what it did so far is its outcome."""
    begun = Event()

    def work(should_stop: Callable[[], bool]) -> JobOutcome:
        begun.set()
        while not should_stop():
            Event().wait(0.001)
        return JobOutcome(JobState.UNFINISHED, "stopped after 3 events")

    def interrupt(runner: Runner, _name: str, word: str) -> None:
        if word == "begins":
            runner.ask_to_stop(SIGTERM)

    world = FakeWorld({"store": 0.0, "core": 0.0}, clock=StillClock())
    trial = Trial(CHAIN, world, FakeJob(work), FakeJob(name="second")).run(interrupt)

    assert begun.is_set()
    assert trial.coordinator.jobs[0].outcome == JobOutcome(JobState.UNFINISHED, "stopped after 3 events")
    assert trial.coordinator.jobs[1].outcome is None


def test_the_second_time_the_user_does_not_wait() -> None:
    """A job that does not listen is abandoned, and every service is killed."""
    release = Event()
    world = FakeWorld()

    def work(_should_stop: Callable[[], bool]) -> JobOutcome:
        release.wait(DEADLINE_S)
        return JobOutcome(JobState.DONE, "too late")

    def interrupt_twice(runner: Runner, _name: str, word: str) -> None:
        if word == "begins":
            runner.ask_to_stop(SIGINT)
            asyncio.get_running_loop().call_soon(runner.ask_to_stop, SIGINT)

    trial = Trial(CHAIN, world, FakeJob(work)).run(interrupt_twice)
    release.set()

    assert trial.coordinator.jobs[0].outcome == JobOutcome(JobState.UNFINISHED, "was abandoned")
    assert trial.coordinator.failure is None
    assert trial.states() == {"store": "stopped", "core": "stopped"}
    assert {running.end for running in world.services.values()} == {"was ended by SIGKILL"}


def test_a_job_that_does_not_listen_is_abandoned_in_the_end() -> None:
    """After ten seconds the clean-up goes on without it."""
    release = Event()

    def work(_should_stop: Callable[[], bool]) -> JobOutcome:
        release.wait(DEADLINE_S)
        return JobOutcome(JobState.DONE, "too late")

    def interrupt(runner: Runner, _name: str, word: str) -> None:
        if word == "begins":
            runner.ask_to_stop(SIGINT)

    trial = Trial(CHAIN, FakeWorld(), FakeJob(work)).run(interrupt)
    release.set()

    outcome = trial.coordinator.jobs[0].outcome
    assert outcome == JobOutcome(JobState.UNFINISHED, "did not end within 10s of being asked to")
    assert trial.states() == {"store": "stopped", "core": "stopped"}


def test_a_job_that_fails_says_why() -> None:
    """An error that is meant for the user is the job's verdict, with its advice."""

    def work(_should_stop: Callable[[], bool]) -> JobOutcome:
        raise UnfinishedError("cannot write `out/all.ndjson`: no space left", hint="make room")

    trial = Trial(CHAIN, FakeWorld(), FakeJob(work)).run()

    outcome = trial.coordinator.jobs[0].outcome
    verdict = "cannot write `out/all.ndjson`: no space left"
    assert outcome == JobOutcome(JobState.UNFINISHED, verdict, hint="make room")
    assert trial.coordinator.failure == verdict


def test_a_bug_in_a_job_leaves_nothing_running() -> None:
    """An error that is not meant for the user comes out as it is, after everything was ended."""
    world = FakeWorld()

    def work(_should_stop: Callable[[], bool]) -> JobOutcome:
        raise ZeroDivisionError

    with pytest.raises(ExceptionGroup) as bug:
        Trial(CHAIN, world, FakeJob(work)).run()

    assert bug.group_contains(ZeroDivisionError)
    assert {running.end for running in world.services.values()} == {"was ended by SIGKILL"}


def test_a_cancelled_run_leaves_nothing_running() -> None:
    """Whoever cancels the task of a run gets it back with every service ended."""
    world = FakeWorld({"store": 1.0, "core": None})

    def cancel(_runner: Runner, name: str, word: str) -> None:
        if (name, word) == ("core", "starting"):
            asyncio.get_running_loop().call_soon(cancel_all)

    def cancel_all() -> None:
        for task in asyncio.all_tasks():
            task.cancel()

    with pytest.raises(asyncio.CancelledError):
        Trial(CHAIN, world).run(cancel)

    assert all(running.end for running in world.services.values())

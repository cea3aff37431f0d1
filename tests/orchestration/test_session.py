"""Whole runs with real programs: whatever happens to them, nothing is left running."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.graph.systems import build_graph
from tests.orchestration.fakes import FakeJob
from tests.orchestration.systems import inputs_of, pids, survivors, write_system
from tests.processes.programs import python, run, until
from tiktoktoe_cli.errors import ExitCode, UnfinishedError, UsageError
from tiktoktoe_cli.graph.settings import ServiceSettings
from tiktoktoe_cli.orchestration.moves import JobOutcome
from tiktoktoe_cli.orchestration.session import plan_of, run_orchestration
from tiktoktoe_cli.orchestration.settings import OrchestrationSettings
from tiktoktoe_cli.orchestration.states import JobState, ServiceState
from tiktoktoe_cli.processes import Child

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiktoktoe_cli.orchestration.facts import OrchestrationFacts

# does what the command does: runs a system with a job that waits until it is told to stop
DRIVER = """
import sys, time
from pathlib import Path
from tests.orchestration.fakes import FakeJob
from tests.orchestration.systems import inputs_of
from tiktoktoe_cli.orchestration.moves import JobOutcome
from tiktoktoe_cli.orchestration.report import report_of
from tiktoktoe_cli.orchestration.session import run_orchestration
from tiktoktoe_cli.orchestration.states import JobState

listens = sys.argv[2] == "listens"

def work(should_stop):
    print("working", flush=True)
    while not (listens and should_stop()):
        time.sleep(0.01)
    return JobOutcome(JobState.UNFINISHED, "stopped early")

facts = run_orchestration(inputs_of(Path(sys.argv[1]), FakeJob(work)))
print([service.reason for service in facts.services if service.reason], report_of(facts).problems)
print(facts.exit_code.value, facts.jobs[0].verdict, flush=True)
"""


def states(facts: OrchestrationFacts) -> dict[str, str]:
    """Tell where each service ended."""
    return {service.name: service.state.value for service in facts.services}


def test_a_plan_needs_no_section() -> None:
    """Where nothing is said about orchestration, the defaults hold."""
    plan = plan_of(build_graph({"shop": ServiceSettings()}), {}, {}, None)

    assert plan.settings == OrchestrationSettings()
    assert list(plan.services) == ["shop"]


def test_starts_works_and_stops(tmp_path: Path) -> None:
    """Three services in a row, a job while all of them run, and nothing left but their logs."""
    file = write_system(tmp_path, store="well", core="well", edge="well")
    up_during_job: list[int] = []

    def work(_should_stop: Callable[[], bool]) -> JobOutcome:
        up_during_job.extend(survivors(tmp_path))
        return JobOutcome(JobState.DONE, "all well")

    facts = run_orchestration(inputs_of(file, FakeJob(work)))

    assert facts.exit_code is ExitCode.YES
    assert states(facts) == {"store": "stopped", "core": "stopped", "edge": "stopped"}
    assert all(service.reached is ServiceState.HEALTHY for service in facts.services)
    assert len(up_during_job) == 3
    assert survivors(tmp_path) == []
    logs = {log.name: log.read_text() for log in (tmp_path / "logs").iterdir()}
    assert logs == {f"{name}.log": f"{name} is well\n" for name in ("store", "core", "edge")}


def test_a_service_that_dies_at_its_start(tmp_path: Path) -> None:
    """It is named with its status and its last words; what came before it is stopped."""
    file = write_system(tmp_path, store="well", core="dying", edge="well")

    facts = run_orchestration(inputs_of(file))

    assert facts.exit_code is ExitCode.UNFINISHED
    assert facts.failure == "`core` exited with 1 before it was healthy"
    assert facts.services[1].output == ("no database",)
    assert states(facts) == {"store": "stopped", "core": "failed", "edge": "skipped"}
    assert survivors(tmp_path) == []


def test_a_service_that_never_gets_healthy(tmp_path: Path) -> None:
    """After the start timeout it is named with what its check found, and stopped."""
    file = write_system(tmp_path, start_timeout="1s", store="sick")

    facts = run_orchestration(inputs_of(file))

    assert facts.exit_code is ExitCode.UNFINISHED
    assert facts.failure is not None
    assert facts.failure.startswith("`store` was not healthy within 1s: api: ")
    assert "503" in facts.failure
    assert survivors(tmp_path) == []


def test_a_service_that_ignores_the_signal(tmp_path: Path) -> None:
    """It is killed when its grace is over; that is told with its last words, and the run did what it should."""
    file = write_system(tmp_path, store="stubborn")

    facts = run_orchestration(inputs_of(file))

    assert facts.exit_code is ExitCode.YES
    assert facts.services[0].reason == "ignored SIGTERM for 500ms and was killed"
    assert facts.services[0].output == ("store is stubborn",)
    assert survivors(tmp_path) == []


def test_a_service_that_dies_while_a_job_runs(tmp_path: Path) -> None:
    """It is noticed and named, and the job is ended."""
    file = write_system(tmp_path, store="well", core="well")

    def work(should_stop: Callable[[], bool]) -> JobOutcome:
        os.kill(int((tmp_path / "store.pid").read_text()), signal.SIGKILL)
        while not should_stop():
            os.sched_yield()
        return JobOutcome(JobState.UNFINISHED, "stopped early")

    facts = run_orchestration(inputs_of(file, FakeJob(work)))

    assert facts.exit_code is ExitCode.UNFINISHED
    assert facts.failure == "`store` was ended by SIGKILL"
    assert facts.jobs[0].verdict == "stopped early"
    assert survivors(tmp_path) == []


def test_a_job_that_answers_no(tmp_path: Path) -> None:
    """The run went well, the answer is no."""
    file = write_system(tmp_path, store="well")

    facts = run_orchestration(inputs_of(file, FakeJob(lambda _: JobOutcome(JobState.NO, "an alert"))))

    assert facts.exit_code is ExitCode.NO


def test_a_taken_port_is_seen_before_anything_starts(tmp_path: Path) -> None:
    """A foreign process on a port would look like our healthy service."""
    file = write_system(tmp_path, store="well")

    def work(_should_stop: Callable[[], bool]) -> JobOutcome:
        with pytest.raises(UnfinishedError, match="is already in use by another process; `store` needs it"):
            run_orchestration(inputs_of(file))
        return JobOutcome(JobState.DONE, "refused")

    facts = run_orchestration(inputs_of(file, FakeJob(work)))

    assert facts.jobs[0].verdict == "refused"
    assert len(pids(tmp_path)) == 1


def test_a_missing_program_is_seen_before_anything_starts(tmp_path: Path) -> None:
    """A wrong name in the last service does not cost the start of the others."""
    file = write_system(tmp_path, store="well", core="well")
    file.write_text(
        file.read_text().replace(f"['{sys.executable}', serve.py, core", "[pyhton3, serve.py, core")
    )

    with pytest.raises(UsageError, match="`core` cannot be started: there is no program `pyhton3`"):
        run_orchestration(inputs_of(file))

    assert pids(tmp_path) == []


def test_a_bug_in_a_job_comes_out_as_it_is(tmp_path: Path) -> None:
    """Nothing wraps the error, and nothing is left running."""
    file = write_system(tmp_path, store="well")

    with pytest.raises(ZeroDivisionError):
        run_orchestration(inputs_of(file, FakeJob(lambda _: 1 / 0)))  # type: ignore[arg-type, return-value]  # a bug

    assert survivors(tmp_path) == []


async def driven(folder: Path, job: str, *numbers: signal.Signals) -> Child:
    """Run the driver, send it signals while its job works, and wait until it is over."""
    file = write_system(folder, store="well", core="well")
    driver = await Child.start(python(DRIVER, str(file), job, PYTHONPATH=str(Path(__file__).parents[2])))
    await until(lambda: "working" in driver.output.stdout.tail.lines)
    assert len(survivors(folder)) == 2
    for number in numbers:
        os.kill(driver.pid, number)
        await asyncio.sleep(0.2)  # two signals of a kind at once are one
    await asyncio.wait_for(driver.wait(), 10)
    return driver


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 143)]
)
def test_a_signal_ends_the_run_in_order(tmp_path: Path, number: signal.Signals, status: int) -> None:
    """The job keeps what it has, the services are stopped, and the facts are there."""
    driver = run(driven(tmp_path, "listens", number))

    assert driver.output.stdout.tail.lines[-1] == f"{status} stopped early"
    assert survivors(tmp_path) == []


def test_a_second_signal_ends_the_run_at_once(tmp_path: Path) -> None:
    """A job that does not listen does not hold up a user who insists; what we killed for that did not fail."""
    driver = run(driven(tmp_path, "ignores", signal.SIGINT, signal.SIGINT))

    assert driver.output.stdout.tail.lines[-2:] == ("[] ()", "130 was abandoned")
    assert survivors(tmp_path) == []


def test_a_killed_run_leaves_nothing_behind(tmp_path: Path) -> None:
    """Even `kill -9` leaves no service running."""

    async def scenario() -> None:
        await driven(tmp_path, "ignores", signal.SIGKILL)
        await until(lambda: not survivors(tmp_path))

    run(scenario())


def test_a_service_without_checks_that_ends_at_once_is_lost(tmp_path: Path) -> None:
    """Nothing but its end tells that its start went wrong: it is not called running, and the run is unfinished."""
    file = tmp_path / "tiktoktoe.yaml"
    file.write_text(
        "version: 1\nsystem: trial\nservices:\n  store:\n"
        "    actions: {start: {run: [sh, -c, 'echo no database >&2; exit 3']}}\n"
    )

    facts = run_orchestration(inputs_of(file))

    assert facts.exit_code is ExitCode.UNFINISHED
    assert states(facts) == {"store": "failed"}
    assert facts.services[0].reason == "exited with 3"
    assert facts.services[0].output == ("no database",)

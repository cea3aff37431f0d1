from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.client.flapping import flapping
from tiktoktoe_cli.graph.model import Graph
from tiktoktoe_cli.health import HealthState
from tiktoktoe_cli.health.effects import SilentObserver
from tiktoktoe_cli.health.session import HealthInputs
from tiktoktoe_cli.health.settings import CheckSettings
from tiktoktoe_cli.health.workers import check_all, check_in_processes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tiktoktoe_cli.health import CheckResult

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is one process")


class Noting(SilentObserver):
    """Notes which checks are over."""

    def __init__(self) -> None:
        self.over: list[tuple[str, str]] = []

    def on_finish(self, service: str, result: CheckResult) -> None:
        """Note it."""
        self.over.append((service, result.name))


def inputs_of(checks: Mapping[str, Sequence[Mapping[str, object]]]) -> HealthInputs:
    """Make inputs of checks without a graph between their services."""
    settings = {
        service: tuple(
            CheckSettings.model_validate({"name": f"c{number}", **one}) for number, one in enumerate(some)
        )
        for service, some in checks.items()
    }
    return HealthInputs(settings, Graph({}), dict(os.environ))


def running(*command: str) -> dict[str, object]:
    """Make a check of a program."""
    return {"exec": {"run": list(command)}, "retries": 0}


def test_processes_find_out_what_one_finds_out() -> None:
    """However many processes share the checks, every one is made once, and its service is as it is."""
    with flapping(200) as server:
        up: dict[str, object] = {"http": {"url": server.url}}
        down = running("false")
        inputs = inputs_of({"a": [up, down, up], "b": [up, up], "c": [{**up, "enabled": False}], "d": []})
        observer = Noting()

        facts = check_in_processes(inputs, observer, lambda: False, count=2)

    alone = check_all(inputs_of({"a": [down]}))
    assert [service.name for service in facts.services] == ["a", "b", "c", "d"]
    assert [[check.state.value for check in one.checks] for one in facts.services] == [
        ["healthy", "unhealthy", "healthy"],
        ["healthy", "healthy"],
        ["skipped"],
        [],
    ]
    assert facts.services[0].checks[1].detail == alone.services[0].checks[0].detail
    assert sorted(observer.over) == [("a", "c0"), ("a", "c1"), ("a", "c2"), ("b", "c0"), ("b", "c1")]
    assert not facts.is_partial


def test_a_check_whose_process_ends_is_an_error() -> None:
    """A process that is killed takes its own checks down, and no others."""
    kill_parent = running("sh", "-c", "kill -9 $PPID; sleep 10")

    facts = check_in_processes(
        inputs_of({"a": [kill_parent], "b": [running("true")]}), Noting(), lambda: False, 2
    )

    lost, made = (service.checks[0] for service in facts.services)
    assert (lost.state, made.state) == (HealthState.ERROR, HealthState.HEALTHY)
    assert lost.detail == "the process that was to make this check has ended"


def test_what_is_under_way_can_be_broken_off() -> None:
    """When it shall stop, what is over is kept, the rest is skipped, and no process is left."""
    observer = Noting()
    inputs = inputs_of({"a": [running("true")], "b": [running("sleep", "60")]})
    started_s = time.monotonic()

    facts = check_in_processes(inputs, observer, lambda: time.monotonic() > started_s + 1, count=2)

    assert [service.checks[0].state.value for service in facts.services] == ["healthy", "skipped"]
    assert facts.is_partial
    assert time.monotonic() < started_s + 5


def test_an_interrupt_is_for_the_first_process_alone() -> None:
    """Ctrl-C reaches all processes of a terminal; those that make checks leave it to the first one."""
    interrupt_parent = running("sh", "-c", f"kill -{int(signal.SIGINT)} $PPID")

    facts = check_in_processes(
        inputs_of({"a": [interrupt_parent], "b": [running("true")]}), Noting(), lambda: False, 2
    )

    assert [service.state.value for service in facts.services] == ["healthy", "healthy"]


def test_a_process_that_stands_still_is_given_up() -> None:
    """Somebody stopped it: after the longest time limit and some grace, its checks are errors, and it is gone."""
    stop_parent = {**running("sh", "-c", "kill -STOP $PPID; sleep 60"), "timeout": "500ms"}
    started_s = time.monotonic()

    facts = check_in_processes(
        inputs_of({"a": [stop_parent], "b": [{**running("true"), "timeout": "500ms"}]}),
        Noting(),
        lambda: False,
        count=2,
        grace_ns=500_000_000,
    )

    assert [service.state.value for service in facts.services] == ["error", "healthy"]
    assert time.monotonic() < started_s + 5


def test_no_process_outlives_the_first_one(tmp_path: Path) -> None:
    """Without the first process, which had no chance to say so, the others end, with what they had started."""
    mark = tmp_path / "pid"
    program = (
        "import sys\n"
        "from tests.health.test_workers import Noting, check_in_processes, inputs_of, running\n"
        "wait = running('sh', '-c', 'echo $PPID >> \"$0\"; exec sleep 60', sys.argv[1])\n"
        "wait['timeout'] = '60s'\n"
        "check_in_processes(inputs_of({'a': [wait], 'b': [wait]}), Noting(), lambda: False, 2)\n"
    )
    first = subprocess.Popen([sys.executable, "-c", program, str(mark)])
    try:
        assert ends(lambda: not (mark.exists() and mark.read_text().count("\n") == 2))
    finally:
        first.kill()
        first.wait()

    pids = [int(line) for line in mark.read_text().split()]
    assert ends(lambda: any(map(is_alive, pids)))


def ends(goes_on: Callable[[], bool], limit_s: float = 20) -> bool:
    """Wait until something is over, and tell whether it is."""
    until_s = time.monotonic() + limit_s
    while goes_on() and time.monotonic() < until_s:
        time.sleep(0.02)
    return not goes_on()


def is_alive(pid: int) -> bool:
    """Ask whether there is a process that still runs."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False

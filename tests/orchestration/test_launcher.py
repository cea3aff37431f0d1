"""From a service's actions to its program."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, TypeVar

import pytest

from tiktoktoe_cli.orchestration.launcher import ChildLauncher, command_of, log_name, unstartable
from tiktoktoe_cli.orchestration.settings import ActionsSettings
from tiktoktoe_cli.processes import Guard

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path


def test_a_service_inherits_the_environment_and_adds_to_it(tmp_path: Path) -> None:
    """Its own variables win over those of tiktoktoe."""
    start = {"run": ["serve", "--fast"], "env": {"PORT": "81"}, "cwd": tmp_path}

    command = command_of(
        ActionsSettings.model_validate({"start": start}).start, {"PORT": "80", "HOME": "/home"}
    )

    assert command.run == ("serve", "--fast")
    assert command.cwd == tmp_path
    assert command.environ == {"PORT": "81", "HOME": "/home"}


@pytest.mark.parametrize(
    ("service", "name"),
    [("payments", "payments.log"), ("../a b", "..%2Fa b.log"), ("é", "%C3%A9.log"), ("..", "...log")],
)
def test_a_log_is_one_file_in_its_folder(service: str, name: str) -> None:
    """Whatever a service is called, its log does not leave the folder."""
    assert log_name(service) == name


class Hands:
    """A launcher with real processes, for one service."""

    def __init__(self, folder: Path, **actions: object) -> None:
        self.folder = folder
        start = {"run": ["sh", "-c", "echo starting; sleep 0.1; echo 'listening on 80' >&2; exec sleep 20"]}
        settings = ActionsSettings.model_validate({"start": {**start, **START}, **actions})
        guard = Guard.start()
        self.guard = guard
        self.launcher = ChildLauncher({"shop": settings}, {**os.environ, "OUT": str(folder)}, None, guard)

    def do(self, work: Callable[[ChildLauncher], Awaitable[T]]) -> T:
        """Do something with the launcher, for a bounded time."""
        try:
            return asyncio.run(asyncio.wait_for(self._do(work), DEADLINE_S))
        finally:
            self.guard.close()

    async def _do(self, work: Callable[[ChildLauncher], Awaitable[T]]) -> T:
        return await work(self.launcher)


START = {"ready_line": "^listening on [0-9]+$"}
DEADLINE_S = 20
T = TypeVar("T")


def test_the_line_of_a_service_is_seen_on_either_stream(tmp_path: Path) -> None:
    """It is found among other lines, on standard error as well."""

    async def work(launcher: ChildLauncher) -> tuple[str, ...]:
        running = await launcher.launch("shop")
        await running.wait_line()
        lines = running.last_lines
        await running.stop()
        return lines

    assert Hands(tmp_path).do(work) == ("listening on 80",)


def test_a_service_is_drained_before_it_is_stopped(tmp_path: Path) -> None:
    """The step runs to its end, with the environment of the service; that it worked is not worth a word."""
    drain = {"run": ["sh", "-c", 'echo drained > "$OUT/step"']}

    async def work(launcher: ChildLauncher) -> str:
        return await (await launcher.launch("shop")).stop()

    assert Hands(tmp_path, drain=drain).do(work) == ""
    assert (tmp_path / "step").read_text() == "drained\n"


def test_a_step_that_fails_or_takes_too_long_is_told(tmp_path: Path) -> None:
    """How it ended and the last it said; one that hangs is killed."""
    rollback = {"run": ["sh", "-c", "echo no such table >&2; exit 3"]}
    drain = {"run": ["sleep", "20"], "timeout": "100ms"}

    async def work(launcher: ChildLauncher) -> tuple[str, str]:
        running = await launcher.launch("shop")
        return await running.stop(), await launcher.roll_back("shop")

    assert Hands(tmp_path, rollback=rollback, drain=drain).do(work) == (
        "drain took longer than 100ms and was killed",
        "rollback exited with 3: no such table",
    )


def test_how_a_program_ended_is_known(tmp_path: Path) -> None:
    """Only an end by itself with 0 is a success."""

    async def work(launcher: ChildLauncher) -> tuple[bool, str]:
        running = await launcher.launch("shop")
        running.kill()
        await running.wait()
        return running.is_success, running.end or ""

    assert Hands(tmp_path).do(work) == (False, "was ended by SIGKILL")


@pytest.mark.parametrize("step", ["drain", "rollback"])
def test_a_step_whose_program_is_missing_is_found_before_anything_starts(step: str) -> None:
    """Who cannot be rolled back should know it before."""
    actions = ActionsSettings.model_validate({"start": {"run": ["sh"]}, step: {"run": ["no-such-program"]}})

    ((name, error),) = unstartable({"shop": actions}, {"PATH": "/usr/bin:/bin"})

    assert name == "shop"
    assert "no-such-program" in error.message

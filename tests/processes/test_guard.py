"""What becomes of the children when their parent is killed without a word."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress
from pathlib import Path

import pytest

from tests.processes.programs import PARENT, STUBBORN, prints, python, run, runs, until
from tiktoktoe_cli.processes import Child, Exit, Guard

ROOT = Path(__file__).parents[2]

# starts a guarded program, which starts another one, and prints both numbers
KEEPER = f"""
import asyncio, sys
from pathlib import Path
from tiktoktoe_cli.processes import Child, Command, Guard

async def main():
    command = Command((sys.executable, "-c", {PARENT!r}, {STUBBORN!r}), Path("/"), {{}})
    child = await Child.start(command, guard=Guard.start())
    while child.output.stdout.tail.lines.count("up") < 2:
        await asyncio.sleep(0.01)
    print(child.pid, child.output.stdout.tail.lines[0], flush=True)
    await child.wait()

asyncio.run(main())
"""

# starts eight guarded programs at once; with `mid-start` it is killed when the first of them runs and its guard
# does not know its group yet, else it is killed from outside
STARTER = """
import asyncio, os, signal, sys
from pathlib import Path
from tiktoktoe_cli.processes import Child, Command, Guard

class KilledMidStart(Guard):
    def watch(self, group):
        os.kill(os.getpid(), signal.SIGKILL)

async def main(mark, how):
    guard = (KilledMidStart if how == "mid-start" else Guard).start()
    print("starting", flush=True)
    command = Command(("sleep", "30"), Path("/"), {"PATH": os.environ["PATH"], "MARK": mark})
    children = await asyncio.gather(*(Child.start(command, guard=guard) for _ in range(8)))
    await children[0].wait()

asyncio.run(main(*sys.argv[1:]))
"""


def marked(mark: str) -> list[int]:
    """List the programs that run with a mark in their environment."""

    def holds(entry: Path) -> bool:
        with suppress(OSError):
            return f"MARK={mark}".encode() in (entry / "environ").read_bytes().split(b"\0")
        return False

    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdecimal() and holds(entry)]


async def is_over(starter: Child, mark: str) -> None:
    """Wait until the starter's group and all that it started are gone; end what is left, so no test leaks."""
    try:
        await starter.wait()
        await until(lambda: not marked(mark))
    finally:
        for pid in marked(mark):
            os.kill(pid, signal.SIGKILL)


def test_a_parent_killed_before_it_can_tell_leaves_nothing_behind(tmp_path: Path) -> None:
    """`kill -9` between the start of a program and the line that tells its group: the program ends too."""

    async def scenario() -> Child:
        starter = await Child.start(python(STARTER, str(tmp_path), "mid-start", PYTHONPATH=str(ROOT)))
        await is_over(starter, str(tmp_path))
        return starter

    assert run(scenario()).exit == Exit(-signal.SIGKILL)


@pytest.mark.parametrize("delay_ms", range(12))
def test_a_parent_killed_while_it_starts_many_leaves_nothing_behind(tmp_path: Path, delay_ms: int) -> None:
    """Eight programs start at once: at whatever moment `kill -9` comes, none of them is left."""

    async def scenario() -> None:
        starter = await Child.start(python(STARTER, str(tmp_path), "at-once", PYTHONPATH=str(ROOT)))
        await prints(starter, "starting")
        await asyncio.sleep(delay_ms / 1000)
        starter.kill()
        await is_over(starter, str(tmp_path))

    run(scenario())


def test_a_killed_parent_leaves_nothing_behind() -> None:
    """After `kill -9` of the parent, its child and a grandchild that ignores SIGTERM end too."""

    async def scenario() -> None:
        keeper = await Child.start(python(KEEPER, PYTHONPATH=str(ROOT)))
        await until(lambda: bool(keeper.output.stdout.tail.lines))
        pids = [int(word) for word in keeper.output.stdout.tail.lines[0].split()]
        assert all(map(runs, pids))

        os.kill(keeper.pid, signal.SIGKILL)

        await until(lambda: not any(map(runs, pids)))

    run(scenario())


def test_a_closed_guard_is_gone() -> None:
    """A guard with nothing on its list ends at once, and its process is collected."""
    guard = Guard.start()

    guard.close()

    assert guard._process.returncode == 0


def test_a_guard_forgets_what_is_over() -> None:
    """A group that was taken off the list is left alone when the guard ends."""

    async def scenario() -> bool:
        child = await Child.start(python("import time; print('up', flush=True); time.sleep(60)"))
        await prints(child, "up")
        guard = Guard.start()
        guard.watch(child.pid)
        guard.forget(child.pid)
        await asyncio.to_thread(guard.close)
        survived = runs(child.pid)
        await child.stop()
        return survived

    assert run(scenario())


def test_a_dead_guard_does_not_stop_the_run() -> None:
    """If the guard itself was killed, children are started and collected as before."""
    guard = Guard.start()
    guard._process.kill()
    guard._process.wait()

    async def scenario() -> Child:
        child = await Child.start(python("print('hello')"), guard=guard)
        await child.wait()
        return child

    assert run(scenario()).output.stdout.tail.lines == ("hello",)
    guard.close()


def test_the_terminal_does_not_reach_the_guard() -> None:
    """Ctrl-C goes to the session of the terminal; the guard leads a session of its own."""
    guard = Guard.start()

    session = os.getsid(guard._process.pid)

    assert session == guard._process.pid
    guard.close()


def test_a_guard_that_is_closed_hears_nothing_more() -> None:
    """What ends after a forced end tells nobody: no error, and no byte for whoever has its number now."""
    guard = Guard.start()
    guard.close()
    source, sink = os.pipe()  # these take the numbers that the guard has left

    guard.forget(1)

    os.close(sink)
    with os.fdopen(source, "rb") as heard:
        assert heard.read() == b""

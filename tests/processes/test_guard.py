"""What becomes of the children when their parent is killed without a word."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

from tests.processes.programs import PARENT, STUBBORN, prints, python, run, runs, until
from tiktoktoe_cli.processes import Child, Guard

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


def test_a_killed_parent_leaves_nothing_behind() -> None:
    """After `kill -9` of the parent, its child and a grandchild that ignores SIGTERM end too."""

    async def scenario() -> None:
        root = str(Path(__file__).parents[2])
        keeper = await Child.start(python(KEEPER, PYTHONPATH=root))
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

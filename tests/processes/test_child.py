"""Real programs, started and stopped; whatever they do, nothing of them is left."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
from pathlib import Path

import pytest

from tests.processes.programs import IDLE, PARENT, STUBBORN, prints, python, run, runs, until
from tiktoktoe_cli.errors import UnfinishedError, UsageError
from tiktoktoe_cli.processes import Child, Command, Exit, StopOutcome
from tiktoktoe_cli.processes.output import LOG_LIMIT_BYTES


def open_files() -> int:
    """Count the open files of this process."""
    return len(list(Path("/proc/self/fd").iterdir()))


def lowest_free_file() -> int:
    """Find the number the next opened file gets: gaps below the highest one are filled first."""
    free = os.dup(0)
    os.close(free)
    return free


async def finished(command: Command, log: Path | None = None) -> Child:
    """Start a program and wait until it is over."""
    child = await Child.start(command, log=log)
    await child.wait()
    return child


def test_tells_how_a_program_ended() -> None:
    """The exit status of the program is the answer of the wait."""
    assert run(finished(python("raise SystemExit(7)"))).exit == Exit(7)


def test_keeps_the_two_streams_apart() -> None:
    """Standard output and standard error have their own last lines; those of errors tell more."""
    child = run(finished(python("import sys; print('fine'); print('broken', file=sys.stderr)")))

    assert child.output.stdout.tail.lines == ("fine",)
    assert child.output.stderr.tail.lines == ("broken",)
    assert child.output.last_lines == ("broken",)


def test_shows_standard_output_if_there_were_no_errors() -> None:
    """A program that tells its trouble on standard output is heard as well."""
    assert run(finished(python("print('port is taken')"))).output.last_lines == ("port is taken",)


def test_does_not_block_on_output_that_nobody_reads() -> None:
    """Ten megabytes, far more than a pipe holds, do not stop a program."""
    child = run(finished(python("import os\nfor _ in range(160): os.write(1, b'x' * 65535 + b'\\n')")))

    assert child.exit == Exit(0)


def test_gives_the_program_its_folder_and_environment_and_no_input(tmp_path: Path) -> None:
    """The program sees exactly the folder and the variables of its command, and an empty standard input."""
    script = "import os, sys; print(os.getcwd(), os.environ.get('COLOUR'), sys.stdin.read() == '')"

    child = run(finished(python(script, cwd=tmp_path, COLOUR="blue")))

    assert child.output.stdout.tail.lines == (f"{tmp_path} blue True",)


def test_passes_arguments_without_a_shell() -> None:
    """What a shell would expand or split reaches the program as it was written."""
    child = run(finished(python("import sys; print(sys.argv[1:])", "$HOME *", "; true")))

    assert child.output.stdout.tail.lines == ("['$HOME *', '; true']",)


def test_stops_a_program_that_obeys() -> None:
    """SIGTERM is enough for a program that does nothing about it."""

    async def scenario() -> tuple[StopOutcome, Child]:
        child = await Child.start(python(IDLE))
        await prints(child, "up")
        return await child.stop(), child

    outcome, child = run(scenario())

    assert outcome is StopOutcome.STOPPED
    assert child.exit == Exit(-signal.SIGTERM)
    assert not runs(child.pid)


def test_stops_with_the_signal_that_is_asked_for() -> None:
    """A program that ends on SIGQUIT gets SIGQUIT."""

    async def scenario() -> Child:
        child = await Child.start(python(IDLE))
        await prints(child, "up")
        await child.stop(signal.SIGQUIT)
        return child

    assert run(scenario()).exit == Exit(-signal.SIGQUIT)


def test_a_program_that_is_killed_before_its_grace_is_over_did_not_ignore_the_signal() -> None:
    """Whoever stops it learns that it was forced to end."""

    async def scenario() -> StopOutcome:
        child = await Child.start(python(STUBBORN))
        await prints(child, "up")
        stop = asyncio.ensure_future(child.stop(grace_s=60))
        await asyncio.sleep(0)
        child.kill()
        return await stop

    assert run(scenario()) is StopOutcome.FORCED


def test_kills_a_program_that_ignores_the_signal() -> None:
    """When the grace is over, the program is killed, and the outcome says so."""

    async def scenario() -> tuple[StopOutcome, Child]:
        child = await Child.start(python(STUBBORN))
        await prints(child, "up")
        return await child.stop(grace_s=0.1), child

    outcome, child = run(scenario())

    assert outcome is StopOutcome.KILLED
    assert not runs(child.pid)


def test_stopping_twice_is_harmless() -> None:
    """A program that is over is not signalled again: its number may belong to another by now."""

    async def scenario() -> StopOutcome:
        child = await Child.start(python(IDLE))
        await child.stop()
        return await child.stop()

    assert run(scenario()) is StopOutcome.ENDED


def test_stops_a_program_although_nobody_can_wait_for_it_any_more() -> None:
    """Where the event loop is ended by force, all tasks are, in any order; the program ends all the same."""

    async def scenario() -> StopOutcome:
        before = asyncio.all_tasks()
        child = await Child.start(python(IDLE))
        await prints(child, "up")
        for task in asyncio.all_tasks() - before:
            task.cancel()
        await asyncio.sleep(0)
        outcome = await child.stop()
        await until(lambda: not runs(child.pid))
        return outcome

    assert run(scenario()) is StopOutcome.KILLED


def test_stops_what_the_program_started_too() -> None:
    """A second program in the group, which ignores SIGTERM, is gone when the stop is over."""

    async def scenario() -> tuple[StopOutcome, int]:
        child = await Child.start(python(PARENT, STUBBORN))
        await until(lambda: len(child.output.stdout.tail.lines) >= 3)
        second = int(child.output.stdout.tail.lines[0])
        return await child.stop(grace_s=0.2), second

    outcome, second = run(scenario())

    assert outcome is StopOutcome.KILLED
    assert not runs(second)


def test_gives_the_whole_group_its_grace() -> None:
    """A second program may finish its work after the first has obeyed."""
    # not print: the signal may come while `up` is being printed
    last_words = (
        "import os, signal, time\ndef end(*_): time.sleep(0.3); os.write(1, b'done\\n'); os._exit(0)\n"
    )
    script = last_words + "signal.signal(signal.SIGTERM, end)\n" + IDLE

    async def scenario() -> tuple[StopOutcome, Child]:
        child = await Child.start(python(PARENT, script))
        await until(lambda: child.output.stdout.tail.lines.count("up") == 2)
        return await child.stop(), child

    outcome, child = run(scenario())

    assert outcome is StopOutcome.STOPPED
    assert child.output.stdout.tail.lines[-1] == "done"


def test_a_program_that_dies_leaves_nothing_behind() -> None:
    """When the first program of a group ends by itself, what it started is killed."""

    async def scenario() -> int:
        child = await Child.start(python(PARENT, STUBBORN))
        await until(lambda: child.output.stdout.tail.lines.count("up") == 2)
        os.kill(child.pid, signal.SIGKILL)
        await child.wait()
        return int(child.output.stdout.tail.lines[0])

    assert not runs(run(scenario()))


def test_does_not_wait_for_a_daemon_that_holds_the_output() -> None:
    """A process that left the session keeps the pipe open; the wait ends all the same."""
    script = (
        "import subprocess, sys; print(subprocess.Popen([sys.executable, '-c', sys.argv[1]],"
        "start_new_session=True).pid, flush=True)"
    )

    child = run(finished(python(script, "import time; time.sleep(60)")))

    assert child.exit == Exit(0)
    os.kill(int(child.output.stdout.tail.lines[0]), signal.SIGKILL)


def test_writes_the_log(tmp_path: Path) -> None:
    """All that both streams carried stands in the log, in a folder that is made for it."""
    log = tmp_path / "logs" / "shop.log"

    run(finished(python("import sys; print('one', flush=True); print('two', file=sys.stderr)"), log))

    assert sorted(log.read_text().splitlines()) == ["one", "two"]


def test_a_log_has_a_limit(tmp_path: Path) -> None:
    """A program that never stops talking does not fill the disk, and the log says that it was cut."""
    log = tmp_path / "shop.log"

    run(finished(python("import os\nfor _ in range(300): os.write(1, b'x' * 65536)"), log))

    assert log.read_bytes().endswith(b"[tiktoktoe: the log ends here, it reached its limit]\n")
    assert LOG_LIMIT_BYTES < log.stat().st_size < LOG_LIMIT_BYTES + 100


def test_refuses_a_program_that_is_missing() -> None:
    """A program that vanished since it was checked is the same clear error."""
    with pytest.raises(UsageError, match="there is no program `nowhere`"):
        run(finished(Command(("nowhere",), python(IDLE).cwd, {"PATH": "/usr/bin"})))


def test_refuses_a_script_without_a_first_line(tmp_path: Path) -> None:
    """What the system cannot execute is told with what a script needs."""
    script = tmp_path / "serve"
    script.write_text("print('hello')\n")
    script.chmod(0o755)

    with pytest.raises(UnfinishedError, match=r"cannot start `\./serve`: exec format error") as refused:
        run(finished(Command(("./serve",), tmp_path, {})))

    assert refused.value.hint is not None
    assert "#!" in refused.value.hint


def test_refuses_a_log_that_cannot_be_written(tmp_path: Path) -> None:
    """A folder that is a file is told before anything is started."""
    (tmp_path / "logs").write_text("")

    with pytest.raises(UnfinishedError, match="cannot write the log"):
        run(finished(python(IDLE), tmp_path / "logs" / "shop.log"))


@pytest.mark.parametrize("is_read", [False, True])
def test_refuses_a_log_that_is_a_fifo(tmp_path: Path, *, is_read: bool) -> None:
    """What is no file is told at once: no run waits for somebody who reads a FIFO, or for its pace."""
    log = tmp_path / "shop.log"
    os.mkfifo(log)
    reader = os.open(log, os.O_RDONLY | os.O_NONBLOCK) if is_read else None

    try:
        with pytest.raises(UnfinishedError, match=r"shop\.log`: it is not a regular file"):
            run(finished(python(IDLE), log))
    finally:
        if reader is not None:
            os.close(reader)


def test_says_what_to_do_about_too_long_arguments() -> None:
    """A value that the system does not pass on (Linux: 128 KiB each) is told with where it belongs."""
    with pytest.raises(UnfinishedError, match="argument list too long") as refused:
        run(finished(python("pass", "x" * 200_000)))

    assert refused.value.hint == "pass less in `run` and `env`: large values belong in a file"


def test_says_what_to_do_about_too_many_open_files() -> None:
    """When no file can be opened any more, the hint names the limit to raise."""

    async def scenario() -> UnfinishedError:
        limits = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (lowest_free_file(), limits[1]))
        try:
            with pytest.raises(UnfinishedError, match="too many open files") as refused:
                await Child.start(python(IDLE))
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, limits)
        return refused.value

    error = run(scenario())

    assert error.hint is not None
    assert "ulimit -n" in error.hint


def test_leaves_no_open_files() -> None:
    """Many programs later, the process has as many open files as before."""

    async def scenario() -> tuple[int, int]:
        await (await Child.start(python("print('hello')"))).wait()
        before = open_files()
        for _ in range(3):
            await (await Child.start(python("print('hello')"))).wait()
            with pytest.raises(UsageError):
                await Child.start(Command(("nowhere",), python(IDLE).cwd, {}))
        return before, open_files()

    before, after = run(scenario())

    assert after == before

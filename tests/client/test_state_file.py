"""The file that keeps breakers: one at a time, whole or not at all."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from tiktoktoe_cli.client.breaker_states import SavedBreaker, SavedStates
from tiktoktoe_cli.client.request import PolicyKey
from tiktoktoe_cli.client.state_file import MAX_BYTES, Patience, open_states
from tiktoktoe_cli.errors import UnfinishedError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KEY = PolicyKey("default", "payments:8080")
DYING = """
import os, signal, sys
from pathlib import Path
from tiktoktoe_cli.client.breaker_states import SavedStates
from tiktoktoe_cli.client.state_file import Patience, open_states

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

os.fsync = die
with open_states(Path(sys.argv[1]), Patience(print)) as file:
    file.save(SavedStates(2, {}))
"""


@dataclass
class Wait:
    """Time that passes when somebody sleeps, and what is said meanwhile; `then` happens at a moment."""

    now_s: float = 0.0
    said: list[tuple[float, str]] = field(default_factory=list)

    @property
    def patience(self) -> Patience:
        """The patience of somebody who has this time."""
        return Patience(self.say, clock=lambda: self.now_s, sleep=self.sleep)

    def say(self, words: str) -> None:
        """Note what is said, and when."""
        self.said.append((self.now_s, words))

    def sleep(self, duration_s: float) -> None:
        """Let time pass."""
        self.now_s += duration_s


def states(saved_ns: int) -> SavedStates:
    """Make states of one breaker."""
    return SavedStates(saved_ns, {KEY: SavedBreaker("tiktoktoe", "0", (0, 1, (2, 3)), (0, 0))})


def save(path: Path, saved_ns: int) -> None:
    """Put states into a file."""
    with open_states(path, Wait().patience) as file:
        file.save(states(saved_ns))


def load(path: Path) -> SavedStates | None:
    """Read what is there."""
    with open_states(path, Wait().patience) as file:
        return file.load()


@contextmanager
def limited(size: int) -> Iterator[None]:
    """Let no file grow beyond so many bytes, as a full disk does."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_what_was_saved_is_loaded(tmp_path: Path) -> None:
    """In a folder that is made if it is missing; nothing else is left in it."""
    path = tmp_path / "deep" / "states.json"

    first = load(path)
    save(path, 1)
    save(path, 2)

    assert first is None
    assert load(path) == states(2)
    assert [one.name for one in path.parent.iterdir()] == ["states.json"]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    """The file behind it is replaced, not the link."""
    link, target = tmp_path / "link.json", tmp_path / "target.json"
    link.symlink_to(target)

    save(link, 1)

    assert link.is_symlink()
    assert load(target) == states(1)


@pytest.mark.parametrize(
    ("content", "reason"), [(b'{"a": 1}', "it holds something else"), (b"\xff\xfe", "it is not text")]
)
def test_something_else_is_refused_and_left_alone(tmp_path: Path, content: bytes, reason: str) -> None:
    """The file is named: it may be one that was meant for something else."""
    path = tmp_path / "notes.txt"
    path.write_bytes(content)

    with pytest.raises(UsageError, match=f"`{path}` holds no states of breakers: {reason}") as caught:
        load(path)

    assert caught.value.hint
    assert path.read_bytes() == content


@pytest.mark.parametrize("name", [".", "pipe", "file/below"])
def test_what_cannot_be_a_file_is_refused(tmp_path: Path, name: str) -> None:
    """A folder, a pipe (which nobody waits for), a path through a file."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "file").touch()

    with pytest.raises(UsageError, match=str(tmp_path)):
        load(tmp_path / name)


def test_two_take_turns(tmp_path: Path) -> None:
    """The second waits, says so after a second, and goes on with what the first one saved."""
    path = tmp_path / "states.json"
    wait = Wait()

    with ExitStack() as stack:
        first = stack.enter_context(open_states(path, Wait().patience))

        def sleep_and_let_the_first_one_end(duration_s: float) -> None:
            wait.sleep(duration_s)
            if wait.now_s > 2:
                first.save(states(1))
                stack.close()

        patience = Patience(wait.say, clock=lambda: wait.now_s, sleep=sleep_and_let_the_first_one_end)
        with open_states(path, patience) as second:
            found = second.load()

    assert found == states(1)
    ((at_s, words),) = wait.said
    assert at_s == pytest.approx(1, abs=0.06)
    assert words == f"waiting for another invocation that has `{path}` in use"


def test_patience_ends(tmp_path: Path) -> None:
    """After half a minute the second one gives up, and the first one's file is whole."""
    path = tmp_path / "states.json"
    save(path, 1)
    wait = Wait()

    with (
        open_states(path, Wait().patience),
        pytest.raises(UnfinishedError, match=f"another invocation has `{path}` in use"),
        open_states(path, wait.patience),
    ):
        pass

    assert wait.now_s == pytest.approx(30, abs=0.1)
    assert load(path) == states(1)


def test_a_full_disk_leaves_what_was_there(tmp_path: Path) -> None:
    """The old states stay where they are, and the message says why."""
    path = tmp_path / "states.json"
    save(path, 1)
    with (
        open_states(path, Wait().patience) as file,
        limited(100),  # bytes: not enough for one breaker
        pytest.raises(UnfinishedError, match=r"cannot save the states .*: file too large"),
    ):
        file.save(states(2))

    assert load(path) == states(1)
    assert [one.name for one in tmp_path.iterdir()] == ["states.json"]


def test_what_lies_beside_the_file_is_left_alone(tmp_path: Path) -> None:
    """No name beside it can be foreseen: a pipe there stops nobody, and a link leads nobody to another file."""
    path, other = tmp_path / "states.json", tmp_path / "other"
    other.write_text("mine")
    (tmp_path / ".states.json.tmp").symlink_to(other)

    save(path, 1)

    assert (load(path), other.read_text()) == (states(1), "mine")


def test_the_file_keeps_its_permissions(tmp_path: Path) -> None:
    """Who could read it before can read it afterwards."""
    path = tmp_path / "states.json"
    path.touch()
    path.chmod(0o640)

    save(path, 1)

    assert path.stat().st_mode & 0o777 == 0o640


def test_a_file_that_is_too_large_is_refused_for_that(tmp_path: Path) -> None:
    """It is not said to be damaged."""
    path = tmp_path / "states.json"
    with path.open("wb") as stream:
        stream.truncate(MAX_BYTES + 1)

    with pytest.raises(UsageError, match="holds no states of breakers: it is larger than 64 MiB"):
        load(path)


def test_states_that_are_too_large_are_not_saved(tmp_path: Path) -> None:
    """The next invocation could not read them."""
    path = tmp_path / "states.json"
    key = PolicyKey("x" * MAX_BYTES, "payments:8080")

    with (
        open_states(path, Wait().patience) as file,
        pytest.raises(UnfinishedError, match="they are larger than 64 MiB"),
    ):
        file.save(SavedStates(1, {key: SavedBreaker("tiktoktoe", "0", (0,), ())}))

    assert load(path) is None


def test_being_killed_in_the_middle_leaves_what_was_there(tmp_path: Path) -> None:
    """A kill -9 after the new states were written, before they are in their place; and nobody is locked out."""
    path = tmp_path / "states.json"
    save(path, 1)

    dead = subprocess.run([sys.executable, "-c", DYING, str(path)], check=False, timeout=60)

    assert dead.returncode == -signal.SIGKILL
    assert len(list(tmp_path.glob(".states.json.*.tmp"))) == 1
    assert load(path) == states(1)
    save(path, 3)
    assert load(path) == states(3)

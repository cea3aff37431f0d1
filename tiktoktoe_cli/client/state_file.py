"""The file that keeps breakers between invocations: locked from its reading to its writing, replaced in one step.

Whoever holds the lock has the file for itself, so that invocations that share it take turns, each going on where the
one before it ended. The lock goes with the process: a killed one leaves the file as it found it, and locks nobody out.
"""

from __future__ import annotations

import fcntl
import os
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.client.breaker_states import StateError, read, written
from tiktoktoe_cli.errors import UnfinishedError, UsageError
from tiktoktoe_cli.words import reason_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tiktoktoe_cli.client.breaker_states import SavedStates

MAX_BYTES: Final = 64 * 1024 * 1024
_TOO_LARGE: Final = f"larger than {MAX_BYTES >> 20} MiB"
_POLL_S: Final = 0.05


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for another invocation, when to `say` so, and how time passes meanwhile; in seconds."""

    say: Callable[[str], None]
    should_stop: Callable[[], bool] = bool
    silent_s: float = 1.0
    limit_s: float = 30.0
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


class StoppedWaitingError(Exception):
    """The user did not want to wait for another invocation."""


class StateFile:
    """The states of a file that is locked; `open_states` makes it."""

    def __init__(self, path: Path, stream: FileIO) -> None:
        self._path = path
        self._stream = stream

    def load(self) -> SavedStates | None:
        """Read the states; None if there are none yet.

        Raises:
            UsageError: if the file holds something else.
        """
        with _told_to_the_user(self._path):
            data = self._stream.read(MAX_BYTES + 1) or b""
        try:
            if len(data) > MAX_BYTES:
                raise StateError(f"it is {_TOO_LARGE}")
            return read(data.decode()) if data else None
        except ValueError as error:
            reason = str(error) if isinstance(error, StateError) else "it is not text"
            message = f"`{self._path}` holds no states of breakers: {reason}"
            raise UsageError(message, hint="name another file, or delete this one to start afresh") from None

    def save(self, states: SavedStates) -> None:
        """Put the states into the place of what was there: all of them or, if that fails, none.

        Raises:
            UnfinishedError: if they cannot be written.
        """
        data, message = written(states).encode(), f"cannot save the states of breakers in `{self._path}`"
        if len(data) > MAX_BYTES:
            raise UnfinishedError(f"{message}: they are {_TOO_LARGE}", hint="name another file")
        try:
            _put(data, self._path)
        except OSError as error:
            hint = "free some space, or name a file elsewhere"
            raise UnfinishedError(f"{message}: {reason_of(error)}", hint=hint) from None


@contextmanager
def open_states(path: Path, patience: Patience) -> Iterator[StateFile]:
    """Lock a file of states, and make it if it is missing; wait for whoever has it.

    Raises:
        UsageError: if it cannot be opened, or is no regular file.
        UnfinishedError: if another invocation still has it when patience ends.
        StoppedWaitingError: if the user stops before that.
    """
    target = Path(os.path.realpath(path))
    stream = _locked(target, patience)
    try:
        yield StateFile(target, stream)
    finally:
        stream.close()


def _locked(path: Path, patience: Patience) -> FileIO:
    begun_s, told = patience.clock(), False
    while True:
        stream = _try_to_lock(path)
        if stream:
            return stream
        if patience.should_stop():
            raise StoppedWaitingError
        waited_s = patience.clock() - begun_s
        if waited_s >= patience.limit_s:
            hint = "wait until it has ended, or name another file"
            raise UnfinishedError(f"another invocation has `{path}` in use", hint=hint)
        if waited_s >= patience.silent_s and not told:
            patience.say(f"waiting for another invocation that has `{path}` in use")
            told = True
        patience.sleep(_POLL_S)


def _try_to_lock(path: Path) -> FileIO | None:
    """Open and lock a file; None if another invocation has it, or has put a new one in its place just now."""
    with _told_to_the_user(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and not path.is_file():
            raise UsageError(f"`{path}` is not a file", hint="name a file for the states of breakers")
        # not blocking: opening a pipe would wait for a reader
        stream = FileIO(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK, 0o666), "r+")
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            is_current = path.exists() and os.path.samestat(os.fstat(stream.fileno()), path.stat())
        except BlockingIOError:
            is_current = False
        if is_current:
            return stream
        stream.close()
        return None


def _put(data: bytes, path: Path) -> None:
    """Write a file beside another one, under a name that nobody can foresee, and let it take the other's place."""
    descriptor, name = tempfile.mkstemp(".tmp", f".{path.name}.", path.parent)
    try:
        with open(descriptor, "wb") as stream:  # noqa: PTH123  # it is open already
            stream.write(data)
            stream.flush()
            os.fchmod(descriptor, path.stat().st_mode & 0o777)
            os.fsync(descriptor)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    _secure_folder(path.parent)


def _secure_folder(folder: Path) -> None:
    """Make a new name in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _told_to_the_user(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        message = f"cannot use `{path}` for the states of breakers: {reason_of(error)}"
        raise UsageError(message, hint="name a file in a folder that you may write to") from None

"""A file of lines that is whole or not there: written beside its place, moved into it when the run succeeds.

A run writes to `NAME.partial`, and only at the end makes that durable and puts it in the place of NAME, in one step;
until then the NAME of an earlier run is untouched. If the run is stopped or fails, `NAME.partial` stays and ends with
a whole line. Only a machine or process that dies in the middle of a write can leave half a line in it.

A compressed file is written in members of the same number of bytes of events, whatever the checkpoints: what is not
yet a member is part of its position.

A lock on `NAME.partial` keeps other runs away; the system drops it with the process, so a crash leaves none behind.
"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import stat
import threading
from contextlib import contextmanager, suppress
from io import FileIO
from pathlib import Path
from typing import TYPE_CHECKING, Self

from tiktoktoe_cli.errors import UnfinishedError, UsageError
from tiktoktoe_cli.words import reason_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import TracebackType

    from tiktoktoe_cli.replay.delivering.packing import Pack

_BUFFER_BYTES = 1 << 18


def partial_of(path: Path) -> Path:
    """Name the file that is written until the run has succeeded."""
    return path.with_name(f"{path.name}.partial")


class LineFile:
    """A file that takes whole lines; a context manager that opens it anew, and closes it and keeps what was written.

    `lines` counts all that it took, `size_bytes` is how large it is on the disk. One that `is_adding` begins with what
    an earlier run has published.

    Raises:
        UsageError: there is something else than a file at the path.
        UnfinishedError: a folder or file cannot be made, written or moved: permissions, a full disk; another run is
            writing it.
    """

    def __init__(self, path: Path, pack: Pack | None = None, *, is_adding: bool = False) -> None:
        self.path = path
        self._is_adding = is_adding
        self.lines = 0
        self.size_bytes = 0
        self._pack = pack
        self._target = Path(os.path.realpath(path))
        self._partial = partial_of(self._target)
        self._pending: list[bytes] = []
        self._pending_bytes = 0
        self._closing = threading.Lock()

    def open(self, position: tuple[int, int, bytes] | None = None) -> None:
        """Begin, or go on after what an earlier run wrote up to a position; what follows is cut off."""
        self.size_bytes, self.lines, tail = position or (0, 0, b"")
        self._pending, self._pending_bytes = [tail] if tail else [], len(tail)
        with _told_to_the_user(self.path):
            if self._target.exists() and not stat.S_ISREG(self._target.stat().st_mode):
                hint = "name a file of its own for each output"
                raise UsageError(f"cannot write `{self.path}`: it is not a file", hint=hint)
            self._target.parent.mkdir(parents=True, exist_ok=True)
            self._take_back()
            self._stream = _locked(self._partial)
            if position is None and self._is_adding and self._target.exists():
                self._copy_published()
            self._go_to_start()

    def write(self, lines: Sequence[bytes]) -> None:
        """Add lines; each gets its newline."""
        data = b"\n".join(lines) + b"\n" if lines else b""
        self.lines += len(lines)
        self._pending.append(data)
        self._pending_bytes += len(data)
        if self._pending_bytes >= _BUFFER_BYTES:
            self.flush()

    def flush(self) -> None:
        """Hand everything to the operating system; if that fails, cut the file back to whole lines."""
        data = b"".join(self._pending)
        self._pending.clear()
        self._pending_bytes = 0
        if self._pack is not None and data:
            data = self._pack(data)
        self._append(data)

    def complete(self) -> None:
        """Hold nothing back: no line will follow."""
        self.flush()
        if self._pack is not None and not self.size_bytes:
            self._append(self._pack(b""))  # a file of no bytes is no compressed file

    def position(self) -> tuple[int, int, bytes]:
        """Tell how large it is, how many lines it has, and what of them is not in it yet."""
        if self._pack is None:
            self.flush()
        return self.size_bytes, self.lines, b"".join(self._pending)

    def secure(self) -> None:
        """Make what was handed to the operating system durable; may be called from another thread."""
        with self._closing, _told_to_the_user(self.path):
            if self.is_open:
                os.fsync(self._stream.fileno())
                return
            with self._partial.open("rb") as again:
                os.fsync(again.fileno())

    def finish(self) -> None:
        """Write all there is, and let go of the file; it can be secured, or opened at its position."""
        self.complete()
        self._let_go()

    def publish(self) -> None:
        """Put it in its place."""
        self.complete()
        self.secure()
        with _told_to_the_user(self.path):
            self._partial.replace(self._target)  # while it is locked: a run that waits would take it away
        self._let_go()

    def close(self) -> None:
        """Hand everything to the operating system, and let go of the file."""
        try:
            if self.is_open:
                self.flush()
        finally:
            self._let_go()

    @property
    def files(self) -> Sequence[Path]:
        """This one."""
        return (self.path,)

    @property
    def is_open(self) -> bool:
        """Whether lines can be added."""
        return hasattr(self, "_stream") and not self._stream.closed

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        try:
            self.close()
        except UnfinishedError:
            if kind is None:
                raise

    def _append(self, data: bytes) -> None:
        with _told_to_the_user(self.path), self._whole_or_nothing():
            rest = memoryview(data)
            while rest:
                rest = rest[self._stream.write(rest) :]
        self.size_bytes += len(data)

    def _let_go(self) -> None:
        with self._closing:
            if self.is_open:
                self._stream.close()

    def _take_back(self) -> None:
        """Undo a publication in the middle of which the earlier run ended: it had reached its last position."""
        is_published = self.size_bytes and not self._partial.exists() and self._target.exists()
        if is_published and self._target.stat().st_size == self.size_bytes:
            self._target.rename(self._partial)

    def _copy_published(self) -> None:
        """Begin with what an earlier run has published; its lines are not counted."""
        self._stream.truncate(0)
        with self._target.open("rb") as published:
            shutil.copyfileobj(published, self._stream)
        self.size_bytes = self._stream.tell()

    def _go_to_start(self) -> None:
        if os.fstat(self._stream.fileno()).st_size < self.size_bytes:
            self._stream.close()
            message = f"`{self._partial}` is shorter than it was at the last checkpoint"
            raise UnfinishedError(message, hint="begin anew with `--restart`")
        self._stream.truncate(self.size_bytes)
        self._stream.seek(self.size_bytes)

    @contextmanager
    def _whole_or_nothing(self) -> Iterator[None]:
        try:
            yield
        except OSError:
            with suppress(OSError):
                self._stream.truncate(self.size_bytes)
            raise


def _locked(path: Path) -> FileIO:
    """Open a file for this run alone, with what a run before it may have left there.

    Raises:
        OSError: it cannot be opened, is no regular file.
        BlockingIOError: another run has it open, or put it in its place just now.
    """
    # not blocking: opening a pipe would wait for a reader
    stream = FileIO(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK, 0o666), "r+")
    try:
        _lock(stream, path)
    except OSError:
        stream.close()
        raise
    return stream


def _lock(stream: FileIO, path: Path) -> None:
    found = os.fstat(stream.fileno())
    if not stat.S_ISREG(found.st_mode):
        raise OSError(errno.EINVAL, "its `.partial` is not a regular file")
    fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    # the other run may have put it in its place just before the lock was ours
    if not path.exists() or not os.path.samestat(found, path.stat()):
        raise BlockingIOError


@contextmanager
def _told_to_the_user(path: Path) -> Iterator[None]:
    try:
        yield
    except BlockingIOError as error:
        hint = "wait until it has ended, or name another file"
        raise UnfinishedError(f"another run is writing `{path}`", hint=hint) from error
    except OSError as error:
        hint = "free some space, or name a file in a folder you may write to"
        raise UnfinishedError(f"cannot write `{path}`: {reason_of(error)}", hint=hint) from error

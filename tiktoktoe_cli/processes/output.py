"""What a program writes: two pipes, read as fast as they fill; the last lines are kept, a log takes all."""

from __future__ import annotations

import asyncio
import errno
import os
import stat
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING, Self

from tiktoktoe_cli.errors import UnfinishedError
from tiktoktoe_cli.processes.refusals import advice_on
from tiktoktoe_cli.processes.tail import Tail
from tiktoktoe_cli.words import reason_of

if TYPE_CHECKING:
    from io import FileIO
    from pathlib import Path

    from tiktoktoe_cli.processes.lines import LineWatch

LOG_LIMIT_BYTES = 16 * 1024 * 1024
_CHUNK_BYTES = 64 * 1024
_CUT = b"\n[tiktoktoe: the log ends here, it reached its limit]\n"


class Log:
    """A file for both streams of a program, up to `LOG_LIMIT_BYTES`; a full disk ends it, not the program."""

    def __init__(self, path: Path) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = _open_regular(path)
        except OSError as error:
            raise UnfinishedError(
                f"cannot write the log `{path}`: {reason_of(error)}", hint=advice_on(error)
            ) from error
        self._room = LOG_LIMIT_BYTES

    def write(self, data: bytes) -> None:
        """Append bytes as they came."""
        if self._room <= 0:
            return
        kept = data[: self._room]
        self._room -= len(data)
        try:
            self._file.write(kept + _CUT if self._room <= 0 else kept)
        except OSError:
            self._room = 0

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def _open_regular(path: Path) -> FileIO:
    """Empty or make a file, but refuse what is none: a FIFO would make us wait for its reader."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NONBLOCK, 0o666)
    except OSError as error:
        if error.errno == errno.ENXIO:  # open(2): a FIFO that nobody reads, or a socket
            raise _not_regular() from error
        raise
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise _not_regular()
    return os.fdopen(descriptor, "wb", buffering=0)


def _not_regular() -> OSError:
    return OSError(errno.ENXIO, "it is not a regular file")


class Pipe:
    """One stream of a program: `sink` is the end that the program writes to."""

    def __init__(self, log: Log | None, watch: LineWatch | None) -> None:
        self.tail = Tail()
        self._log = log
        self._watch = watch.stream() if watch else None
        self._loop = asyncio.get_running_loop()
        self._ended: asyncio.Future[None] = self._loop.create_future()
        self._source, self.sink = os.pipe()
        os.set_blocking(self._source, False)
        self._loop.add_reader(self._source, self._read)

    def close_sink(self) -> None:
        """Close our copy of the program's end, so that the pipe ends with the program."""
        if self.sink >= 0:
            os.close(self.sink)
            self.sink = -1

    async def drain(self, patience_s: float) -> None:
        """Read what is left, for a bounded time: a daemon may hold the other end."""
        await asyncio.wait({self._ended}, timeout=patience_s)

    def close(self) -> None:
        """Read no more."""
        self.close_sink()
        if not self._ended.done():
            self._loop.remove_reader(self._source)
            os.close(self._source)
            self._ended.set_result(None)

    def _read(self) -> None:
        data = os.read(self._source, _CHUNK_BYTES)
        if not data:
            self.close()
            return
        self.tail.feed(data)
        if self._watch:
            self._watch(data)
        if self._log:
            self._log.write(data)


class Output:
    """Both streams of a program."""

    def __init__(self, stdout: Pipe, stderr: Pipe, log: Log | None) -> None:
        self.stdout = stdout
        self.stderr = stderr
        self._log = log

    @classmethod
    def open(cls, log_path: Path | None, watch: LineWatch | None = None) -> Self:
        """Make the pipes, and the log if a path is given; `watch` sees what both streams print.

        Raises:
            UnfinishedError: if the log cannot be written, or too many files are open.
        """
        with ExitStack() as undo:
            log = undo.enter_context(closing(Log(log_path))) if log_path else None
            try:
                stdout = undo.enter_context(closing(Pipe(log, watch)))
                stderr = undo.enter_context(closing(Pipe(log, watch)))
            except OSError as error:
                raise UnfinishedError(
                    f"cannot open a pipe: {reason_of(error)}", hint=advice_on(error)
                ) from error
            undo.pop_all()
            return cls(stdout, stderr, log)

    @property
    def last_lines(self) -> tuple[str, ...]:
        """The last lines of standard error, or of standard output if that is all there is."""
        return self.stderr.tail.lines or self.stdout.tail.lines

    def close_sinks(self) -> None:
        """Leave the writing ends to the program."""
        self.stdout.close_sink()
        self.stderr.close_sink()

    async def drain(self, patience_s: float) -> None:
        """Read what is left, for a bounded time."""
        await asyncio.gather(self.stdout.drain(patience_s), self.stderr.drain(patience_s))

    def close(self) -> None:
        """Close everything."""
        self.stdout.close()
        self.stderr.close()
        if self._log:
            self._log.close()

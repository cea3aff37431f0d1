"""What a program writes: two pipes, read as fast as they fill; the last lines are kept, a log takes all."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, Self, cast

from tiktoktoe_cli.errors import UnfinishedError
from tiktoktoe_cli.processes.tail import Tail

if TYPE_CHECKING:
    from pathlib import Path

LOG_LIMIT_BYTES = 16 * 1024 * 1024
_CUT = b"\n[tiktoktoe: the log ends here, it reached its limit]\n"


class Log:
    """A file for both streams of a program, up to `LOG_LIMIT_BYTES`; a full disk ends it, not the program."""

    def __init__(self, path: Path) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("wb", buffering=0)
        except OSError as error:
            raise UnfinishedError(f"cannot write the log `{path}`: {error.strerror}") from error
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


class Pipe(asyncio.Protocol):
    """One stream of a program: `sink` is the end that the program writes to."""

    def __init__(self, log: Log | None) -> None:
        self.tail = Tail()
        self.sink = -1
        self._log = log
        self._ended = asyncio.get_running_loop().create_future()
        self._transport: asyncio.ReadTransport | None = None

    @classmethod
    async def open(cls, log: Log | None) -> Self:
        """Make a pipe and begin to read it."""
        source, sink = os.pipe()
        pipe = cls(log)
        pipe.sink = sink
        await asyncio.get_running_loop().connect_read_pipe(lambda: pipe, os.fdopen(source, "rb", buffering=0))
        return pipe

    def close_sink(self) -> None:
        """Close our copy of the program's end, so that the pipe ends with the program."""
        if self.sink >= 0:
            os.close(self.sink)
            self.sink = -1

    async def close(self, patience_s: float) -> None:
        """Read what is left, for a bounded time (a daemon may hold the other end), and close."""
        self.close_sink()
        await asyncio.wait({self._ended}, timeout=patience_s)
        if self._transport:
            self._transport.close()
        await self._ended

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember the transport (called by asyncio)."""
        self._transport = cast("asyncio.ReadTransport", transport)

    def data_received(self, data: bytes) -> None:
        """Keep what came (called by asyncio)."""
        self.tail.feed(data)
        if self._log:
            self._log.write(data)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  # the name is asyncio's
        """Note the end (called by asyncio)."""
        self._ended.set_result(None)


class Output:
    """Both streams of a program."""

    def __init__(self, stdout: Pipe, stderr: Pipe, log: Log | None) -> None:
        self.stdout = stdout
        self.stderr = stderr
        self._log = log

    @classmethod
    async def open(cls, log_path: Path | None) -> Self:
        """Make the pipes, and the log if a path is given.

        Raises:
            UnfinishedError: if the log cannot be written.
        """
        log = Log(log_path) if log_path else None
        return cls(await Pipe.open(log), await Pipe.open(log), log)

    @property
    def last_lines(self) -> tuple[str, ...]:
        """The last lines of standard error, or of standard output if that is all there is."""
        return self.stderr.tail.lines or self.stdout.tail.lines

    def close_sinks(self) -> None:
        """Leave the writing ends to the program."""
        self.stdout.close_sink()
        self.stderr.close_sink()

    async def close(self, patience_s: float) -> None:
        """Read what is left and close everything."""
        await asyncio.gather(self.stdout.close(patience_s), self.stderr.close(patience_s))
        if self._log:
            self._log.close()

"""Files → bytes: what a file held when it was opened, and what is inside a compressed one."""

from __future__ import annotations

import errno
import os
import stat
from typing import TYPE_CHECKING, Protocol

from tiktoktoe_cli.replay.reading.inflating import MAGIC_BYTES, Inflate, compression_of

if TYPE_CHECKING:
    import io
    from collections.abc import Callable
    from pathlib import Path

READ_BYTES = 1 << 17


class Source(Protocol):
    """The bytes of a file, from its start to its end; `is_damaged` says at the end that there was more."""

    is_damaged: bool

    def read(self, limit: int) -> bytes:
        """Give some bytes, at most so many; none at the end.

        Raises:
            OSError: it cannot be read, or has become shorter.
        """

    def skip(self, size: int) -> None:
        """Pass over bytes.

        Raises:
            OSError: as `read`; or there are not so many.
        """

    def close(self) -> None:
        """Close the file."""


def check_regular(path: Path) -> None:
    """Make sure that reading a file comes to an end: a pipe or a device may have none.

    Raises:
        OSError: it is not there, or no regular file.
    """
    if not stat.S_ISREG(path.stat().st_mode):
        raise OSError(errno.EINVAL, "not a regular file", str(path))


def _tell_nobody(_size: int) -> None:
    """Take no notice."""


def open_source(path: Path, tell: Callable[[int], None] = _tell_nobody) -> Source:
    """Open a file, and look inside it if it is compressed: by its first bytes, whatever its name is.

    `tell` learns how many bytes of the file are read, compressed as they are.

    Raises:
        OSError: it cannot be opened, or is no regular file.
    """
    check_regular(path)
    file = path.open("rb", buffering=0)
    compression = compression_of(os.pread(file.fileno(), MAGIC_BYTES, 0))
    snapshot = Snapshot(file, tell)
    return Inflate(snapshot, compression) if compression else snapshot


class Snapshot:
    """The bytes that a file held when it was opened: what is appended while it is read belongs to the next run."""

    is_damaged = False

    def __init__(self, file: io.FileIO, tell: Callable[[int], None] = _tell_nobody) -> None:
        self._file = file
        self._tell = tell
        self._left = os.fstat(file.fileno()).st_size

    def read(self, limit: int) -> bytes:
        """Give some bytes, at most so many; none at the end."""
        wanted = min(limit, self._left)
        data = self._file.read(wanted)
        if wanted and not data:
            raise OSError(errno.EIO, "it became shorter while it was read")
        self._left -= len(data)
        self._tell(len(data))
        return data

    def skip(self, size: int) -> None:
        """Pass over bytes."""
        if size > self._left:
            raise OSError(errno.EIO, "it is shorter than it was")
        self._file.seek(size, os.SEEK_CUR)
        self._left -= size
        self._tell(size)

    def rewind(self, position: int) -> None:
        """Go back to a position where reading has been."""
        back = self._file.tell() - position
        self._left += back
        self._tell(-back)
        self._file.seek(position)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

"""Files → bytes: what a file held when it was opened, and what is inside a gzip file, up to its end or its damage."""

from __future__ import annotations

import errno
import io
import os
import stat
import zlib
from contextlib import suppress
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from pathlib import Path

    from _typeshed import WriteableBuffer

_GZIP_MAGIC = b"\x1f\x8b"
_GZIP_FORMAT = 16 + zlib.MAX_WBITS  # zlib then checks header, checksum and length too
_PACKED_BYTES = 1 << 16


def check_regular(path: Path) -> None:
    """Make sure that reading a file comes to an end: a pipe or a device may have none.

    Raises:
        OSError: it is not there, or no regular file.
    """
    if not stat.S_ISREG(path.stat().st_mode):
        raise OSError(errno.EINVAL, "not a regular file", str(path))


def open_source(path: Path) -> Source:
    """Open a file, and look inside it if it is compressed: by its first bytes, whatever its name is.

    Raises:
        OSError: it cannot be opened, or is no regular file.
    """
    check_regular(path)
    file = path.open("rb", buffering=0)
    is_gzip = os.pread(file.fileno(), len(_GZIP_MAGIC), 0) == _GZIP_MAGIC
    return Gunzip(Snapshot(file)) if is_gzip else Snapshot(file)


class Snapshot(io.RawIOBase):
    """The bytes that a file held when it was opened: what is appended while it is read belongs to the next run.

    Raises:
        OSError: while it is read: it cannot be read, or has become shorter.
    """

    is_damaged = False

    def __init__(self, file: io.FileIO) -> None:
        self._file = file
        self._left = os.fstat(file.fileno()).st_size

    def readable(self) -> bool:
        """Say yes."""
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Fill a buffer; 0 at the end."""
        wanted = memoryview(buffer)[: self._left]
        size = self._file.readinto(wanted) or 0
        if wanted and not size:
            raise OSError(errno.EIO, "it became shorter while it was read")
        self._left -= size
        return size

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        super().close()


class Gunzip(io.RawIOBase):
    """What is inside a gzip file (RFC 1952) of one or more members; zeros after a member are padding.

    If the file is cut, or damaged, `is_damaged` turns true at the end of what could be decompressed.
    """

    def __init__(self, source: io.RawIOBase) -> None:
        self.is_damaged = False
        self._source = source
        self._packed = b""
        self._member = zlib.decompressobj(_GZIP_FORMAT)

    def readable(self) -> bool:
        """Say yes."""
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Fill a buffer; 0 at the end."""
        view = memoryview(buffer)
        data = self._next(len(view))
        view[: len(data)] = data
        return len(data)

    def close(self) -> None:
        """Close the file."""
        self._source.close()
        super().close()

    def _next(self, limit: int) -> bytes:
        while not self.is_damaged:
            if self._member.eof and not self._begin_member():
                break
            packed = self._packed or self._source.read(_PACKED_BYTES) or b""
            data = self._decompressed(packed, limit)
            if data:
                return data
            self.is_damaged |= not packed and not self._member.eof
        return b""

    def _begin_member(self) -> bool:
        packed = self._member.unused_data.lstrip(b"\0")
        while not packed and (more := self._source.read(_PACKED_BYTES)):
            packed = more.lstrip(b"\0")
        self._packed = packed
        self._member = zlib.decompressobj(_GZIP_FORMAT)
        return bool(packed)

    def _decompressed(self, packed: bytes, limit: int) -> bytes:
        before = self._member.copy()
        try:
            data = self._member.decompress(packed, limit)
        except zlib.error:
            self.is_damaged = True
            return _decompressed_bytewise(before, packed)
        self._packed = self._member.unconsumed_tail
        return data


Source: TypeAlias = Snapshot | Gunzip


def _decompressed_bytewise(member: zlib._Decompress, packed: bytes) -> bytes:
    """Decompress what stands before the damage: a failing call gives nothing, so each byte gets a call of its own."""
    data = bytearray()
    with suppress(zlib.error):
        for byte in packed:
            data += member.decompress(bytes((byte,)))
    return bytes(data)

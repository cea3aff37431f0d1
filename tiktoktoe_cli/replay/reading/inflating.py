"""Compressed files → what is inside: gzip, zstd, bzip2 and xz, known by their first bytes.

A file has one or more members (in zstd frames, in bzip2 and xz streams); zeros after a member are padding, as tapes and
xz have it. If a file is cut or damaged, everything that stands before is given: the member is read once more, byte by
byte at the end, because a call that meets the damage gives nothing of what it had decompressed until then.
"""

from __future__ import annotations

import errno
import sys
import zlib
from bz2 import BZ2Decompressor
from dataclasses import dataclass, field
from lzma import FORMAT_XZ, LZMADecompressor, LZMAError
from typing import TYPE_CHECKING, Protocol

if sys.version_info >= (3, 14):
    from compression.zstd import ZstdDecompressor, ZstdError
else:
    from backports.zstd import ZstdDecompressor, ZstdError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

MAGIC_BYTES = 6
_PACKED_BYTES = 1 << 16
_PIECE_BYTES = 1 << 17
_MOST_MEMORY = 256 << 20  # what the header of an xz file may ask for; `xz -9` asks for 65 MiB
_GZIP_FORMAT = 16 + zlib.MAX_WBITS  # zlib then checks header, checksum and length too
_DAMAGE = (zlib.error, LZMAError, ZstdError, OSError, ValueError, EOFError)


class Decompressor(Protocol):
    """Decompresses one member, in the way of Python's `bz2`, `lzma` and `compression.zstd`."""

    @property
    def eof(self) -> bool:
        """Whether the member has ended."""

    @property
    def needs_input(self) -> bool:
        """Whether it can give nothing more of what it has."""

    @property
    def unused_data(self) -> bytes:
        """What stood after the member."""

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        """Give at most so many bytes; keep the input that is left."""


class _Gzip:
    """zlib's decompressor (RFC 1952) with the manners of the others."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(_GZIP_FORMAT)

    @property
    def eof(self) -> bool:
        return self._member.eof

    @property
    def needs_input(self) -> bool:
        return not self._member.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        return self._member.unused_data

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        tail = self._member.unconsumed_tail
        return self._member.decompress(tail + data if tail else data, max_length)


def _xz() -> Decompressor:
    return LZMADecompressor(FORMAT_XZ, memlimit=_MOST_MEMORY)


def compression_of(head: bytes) -> Callable[[], Decompressor] | None:
    """Tell by the first bytes of a file how it is compressed: give what makes a decompressor; None if it is not."""
    if head[1:4] == b"\x2a\x4d\x18" and head[0] & 0xF0 == 0x50:  # noqa: PLR2004  # RFC 8878, 3.1.2: a skippable frame
        return ZstdDecompressor
    return next((make for magic, make in _MAGIC.items() if head.startswith(magic)), None)


_MAGIC: dict[bytes, Callable[[], Decompressor]] = {
    b"\x1f\x8b": _Gzip,
    b"\x28\xb5\x2f\xfd": ZstdDecompressor,
    b"BZh": BZ2Decompressor,
    b"\xfd7zXZ\x00": _xz,
}


class Packed(Protocol):
    """The bytes of the compressed file."""

    def read(self, limit: int) -> bytes:
        """Give some bytes; none at the end."""

    def rewind(self, position: int) -> None:
        """Go back."""

    def close(self) -> None:
        """Close it."""


@dataclass(slots=True)
class Inflate:
    """What is inside a compressed file; `is_damaged` turns true at the end of what could be decompressed.

    `_begin` is where the member begins in the file, `_position` where the file is read; `_given` is what the member
    has given.
    """

    _packed: Packed
    _make: Callable[[], Decompressor]
    is_damaged: bool = False
    _begin: int = 0
    _position: int = 0
    _given: int = 0
    _member: Decompressor = field(init=False)
    _last: Iterator[bytes] | None = None  # what stands before the damage

    def __post_init__(self) -> None:
        self._member = self._make()

    def read(self, limit: int) -> bytes:
        """Give some bytes, at most so many; none at the end."""
        while self._last is None:
            if self._member.eof and not self._begin_member():
                return b""
            packed = self._read_packed() if self._member.needs_input else b""
            is_over = not packed and self._member.needs_input
            try:
                data = self._member.decompress(packed, limit)
            except _DAMAGE:
                self._last = self._before_damage(limit)
                break
            if data:
                self._given += len(data)
                return data
            if is_over and not self._member.eof:
                self._last = iter(())
        data = next(self._last, b"")
        self.is_damaged = not data
        return data

    def skip(self, size: int) -> None:
        """Pass over bytes: there is no other way than to decompress them."""
        while size:
            data = self.read(min(size, _PIECE_BYTES))
            if not data:
                raise OSError(errno.EIO, "it is shorter than it was")
            size -= len(data)

    def close(self) -> None:
        """Close the file."""
        self._packed.close()

    def _read_packed(self) -> bytes:
        data = self._packed.read(_PACKED_BYTES)
        self._position += len(data)
        return data

    def _begin_member(self) -> bool:
        packed = self._member.unused_data.lstrip(b"\0")
        while not packed and (more := self._read_packed()):
            packed = more.lstrip(b"\0")
        self._begin = self._position = self._position - len(packed)
        if packed:
            self._packed.rewind(self._position)
            self._member, self._given = self._make(), 0
        return bool(packed)

    def _before_damage(self, limit: int) -> Iterator[bytes]:
        """Decompress the member again, up to the damage, and give what it has not given yet.

        What was read last holds the damage: before it everything that was read had been used up.
        """
        end, given = self._position, self._given
        self._packed.rewind(self._begin)
        size = end - self._begin
        last = size % _PACKED_BYTES or min(size, _PACKED_BYTES)
        for data in _decompressed(self._make(), self._pieces(size - last, last), limit):
            if given >= len(data):
                given -= len(data)
            else:
                yield data[given:]
                given = 0

    def _pieces(self, size: int, last: int) -> Iterator[bytes]:
        while size and (data := self._packed.read(min(size, _PACKED_BYTES))):
            size -= len(data)
            yield data
        for byte in self._packed.read(last):
            yield bytes((byte,))


def _decompressed(member: Decompressor, pieces: Iterable[bytes], limit: int) -> Iterator[bytes]:
    """Decompress as far as it can be done."""
    for piece in pieces:
        data = piece
        while True:
            try:
                found = member.decompress(data, limit)
            except _DAMAGE:
                return
            if found:
                yield found
            if member.eof or member.needs_input:
                break
            data = b""

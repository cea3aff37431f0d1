"""The body of an answer: kept up to a limit, and unpacked once at most: a small one cannot become huge; pure."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_PACKED: Final = frozenset({"gzip", "x-gzip", "deflate"})
"""Nobody asks for them here, and some servers send them all the same (RFC 9110, 8.4.1)."""
_GZIP_OR_ZLIB: Final = 32 + zlib.MAX_WBITS  # zlib's word for: see from its beginning which of both it is


class PackingError(Exception):
    """A body that is not packed as its header says, or in a way that is not unpacked here."""


class Body:
    """Takes a body piece by piece; `encoding` is the value of `Content-Encoding`, and empty for one that stays packed.

    `is_cut` tells that there was more than the limit: nothing else need be read.
    """

    def __init__(self, encoding: str, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._kept = bytearray()
        encoding = encoding.strip().lower()
        self._is_known = encoding in _PACKED
        self._unpacker = None if encoding in {"", "identity"} else zlib.decompressobj(_GZIP_OR_ZLIB)
        self._is_empty = True

    @property
    def is_cut(self) -> bool:
        """Whether what is kept is only the beginning."""
        return len(self._kept) > self._limit_bytes

    def take(self, piece: bytes) -> None:
        """Keep a piece, as far as it is wanted; one byte beyond the limit tells that there is more.

        Raises:
            PackingError: if it cannot be unpacked.
        """
        if self._unpacker is not None and piece:
            piece = self._unpack(self._unpacker, piece)
        self._kept += piece[: self._limit_bytes + 1 - len(self._kept)]

    def finish(self) -> bytes:
        """Return what was kept.

        Raises:
            PackingError: if what was packed ends too early.
        """
        is_whole = (
            self._unpacker is None or self._unpacker.eof or self._is_empty
        )  # a HEAD has nothing to unpack
        if not (is_whole or self.is_cut):
            raise PackingError
        return bytes(self._kept[: self._limit_bytes])

    def _unpack(self, unpacker: zlib._Decompress, piece: bytes) -> bytes:
        """Unpack no more than is wanted; what follows the packed data is passed over, as by gzip."""
        self._is_empty = False
        if not self._is_known:
            raise PackingError
        try:
            return (
                b"" if unpacker.eof else unpacker.decompress(piece, self._limit_bytes + 1 - len(self._kept))
            )
        except zlib.error as error:
            raise PackingError from error


def encoding_of(headers: Iterable[tuple[str, str]]) -> str:
    """Return the value of `Content-Encoding` among headers whose names are in lower case; empty without one."""
    return ", ".join(value for name, value in headers if name == "content-encoding")

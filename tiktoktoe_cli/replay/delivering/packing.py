"""Compression of outputs: a piece of a file becomes a member (in zstd a frame, in bzip2 and xz a stream) of its own.

All decompressors read such a file as one. The bytes of a member depend on nothing but the piece, so that a run that
goes on after a member writes what one that was never cut short would have written.
"""

from __future__ import annotations

import bz2
import lzma
import sys
import zlib
from typing import TYPE_CHECKING

from tiktoktoe_cli.replay.choices import Compression

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TypeAlias

    Pack: TypeAlias = Callable[[bytes], bytes]

_GZIP_FORMAT = 16 + zlib.MAX_WBITS
_LEVEL = 6  # gzip's own default


def _gzip(data: bytes) -> bytes:
    """Compress as RFC 1952 has it; unlike Python's `gzip` without the time of day."""
    return zlib.compress(data, _LEVEL, _GZIP_FORMAT)


def _zstd(data: bytes) -> bytes:
    if sys.version_info >= (3, 14):
        from compression.zstd import compress
    else:
        from backports.zstd import compress
    return compress(data)


PACKS: Mapping[Compression, Pack | None] = {
    Compression.NONE: None,
    Compression.GZIP: _gzip,
    Compression.ZSTD: _zstd,
    Compression.BZIP2: bz2.compress,
    Compression.XZ: lzma.compress,
}

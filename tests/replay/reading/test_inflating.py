"""Compressed files are read by what they are, up to their end or their damage."""

from __future__ import annotations

import bz2
import gzip
import lzma
import random
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktoktoe_cli.replay.reading.inflating import MAGIC_BYTES, Inflate, compression_of

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

if TYPE_CHECKING:
    from collections.abc import Callable

TEXT = b"".join(b'{"n":%d,"x":"%x"}\n' % (at, random.Random(at).getrandbits(200)) for at in range(20_000))  # noqa: S311
PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "zstd": zstd.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
}
PACKED = {name: pack(TEXT) for name, pack in PACKERS.items()}
each = pytest.mark.parametrize("name", PACKERS)


class Held:
    """A compressed file in memory."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def read(self, limit: int) -> bytes:
        """Give some bytes."""
        data = self.data[self.at : self.at + limit]
        self.at += len(data)
        return data

    def rewind(self, position: int) -> None:
        """Go back."""
        self.at = position

    def close(self) -> None:
        """Do nothing."""


def inflate(packed: bytes, limit: int = 10_000) -> tuple[bytes, bool]:
    """Give what is inside, and whether there should be more."""
    make = compression_of(packed[:MAGIC_BYTES])
    assert make is not None
    source = Inflate(Held(packed), make)
    pieces = []
    while piece := source.read(limit):
        assert len(piece) <= limit
        pieces.append(piece)
    return b"".join(pieces), source.is_damaged


@each
def test_reads_what_is_inside(name: str) -> None:
    """All of it, and that is no damage."""
    assert inflate(PACKED[name]) == (TEXT, False)


@each
def test_reads_one_member_after_the_other(name: str) -> None:
    """Also with zeros between and after them, and empty ones."""
    members = PACKED[name] + bytes(8) + PACKERS[name](b"") + PACKED[name] + bytes(100_000)

    assert inflate(members) == (TEXT * 2, False)


@each
@given(share=st.floats(0, 1, exclude_max=True))
def test_a_file_that_is_cut_gives_what_stands_before(name: str, share: float) -> None:
    """Nothing is made up, and the end is told."""
    packed = PACKED[name]

    text, is_damaged = inflate(packed[: MAGIC_BYTES + int(share * (len(packed) - MAGIC_BYTES))])

    assert is_damaged
    assert TEXT.startswith(text)


@each
@given(share=st.floats(0.1, 0.9), wrong=st.binary(min_size=1, max_size=8))
def test_random_damage_costs_nothing_before_it(name: str, share: float, wrong: bytes) -> None:
    """What a cut there would give is given too, up to what was decompressed at once."""
    packed = PACKED[name]
    at = int(share * len(packed))
    before, _ = inflate(packed[:at])

    text, _ = inflate(packed[:at] + wrong + packed[at + len(wrong) :])

    assert text.startswith(before)


@each
def test_the_member_after_which_the_damage_stands_is_whole(name: str) -> None:
    """What follows that is no member is damage; what came before is all there."""
    assert inflate(PACKED[name] + b"garbage") == (TEXT, True)


@given(st.sampled_from([b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"BZh9", b"\xfd7zXZ\x00"]), st.binary(max_size=200))
def test_any_bytes_are_a_file_or_damage(magic: bytes, rest: bytes) -> None:
    """Bytes that only begin like a compressed file end as damage, never with an exception."""
    inflate(magic + rest)


def test_passes_over_a_skippable_frame() -> None:
    """Parallel and seekable zstd files begin or end with one."""
    frame = b"\x50\x2a\x4d\x18\x03\x00\x00\x00abc"

    assert inflate(frame + PACKED["zstd"] + frame) == (TEXT, False)


def test_many_small_members_are_read_once_each() -> None:
    """A log with a member for every line costs no more than its bytes."""
    held = Held(gzip.compress(b"{}\n") * 3_000)
    source = Inflate(held, compression_of(held.data[:MAGIC_BYTES]) or pytest.fail("gzip"))

    total = 0
    while data := source.read(1_000):
        total += len(data)

    assert total == 9_000

"""What is at a path, before anybody reads it."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest

from tiktoktoe_cli.config.reader import type_of

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("file", stat.S_IFREG),
        ("link", stat.S_IFREG),
        ("", stat.S_IFDIR),
        ("gone", None),
        ("file/below", None),
        ("n" * 300, stat.S_IFREG),
        ("loop", stat.S_IFREG),
        ("nul\0", stat.S_IFREG),
    ],
    ids=["file", "link", "folder", "gone", "below a file", "too long", "loop", "no path"],
)
def test_what_cannot_be_looked_at_counts_as_a_file(tmp_path: Path, name: str, found: int | None) -> None:
    """Its reader learns why it cannot be read; only what is not there is nothing."""
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to("file")
    (tmp_path / "loop").symlink_to("loop")

    assert type_of(tmp_path / name) == found

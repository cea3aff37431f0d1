"""Finds the input files, and reads them one after the other.

A run reads what a file held when it was opened. Of a gzip file that is cut or damaged, every whole line before the
damage is read as usual; the rest is one line that says so.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from glob import glob
from typing import TYPE_CHECKING

from tiktoktoe_cli.errors import UnfinishedError, UsageError
from tiktoktoe_cli.replay.reading.lines import cut_lines
from tiktoktoe_cli.replay.reading.sources import check_regular, open_source
from tiktoktoe_cli.words import reason_of

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator
    from pathlib import Path

    from tiktoktoe_cli.replay.events.record import Block
    from tiktoktoe_cli.replay.reading.sources import Source

_SKIPPED_BYTES = 1 << 18
_WILDCARDS = frozenset("*?[")


def find_files(paths: Iterable[Path]) -> tuple[Path, ...]:
    """List the files that paths and patterns name: each file once, those of a pattern in the order of their names.

    Raises:
        UsageError: a path names nothing, a folder, a pipe or a device; a pattern matches no file.
    """
    found: dict[str, Path] = {}
    for path in paths:
        with _readable(path):
            for file in _expanded(path):
                found.setdefault(os.path.realpath(file), file)
    return tuple(found.values())


def read_blocks(
    files: Iterable[Path], max_bytes: int, start: tuple[int, ...] | None = None
) -> Generator[Block, None, None]:
    """Read the files, one after the other; lines longer than `max_bytes` are cut.

    `start` is where to go on: the file, the offset in it, uncompressed, and the number of the line there.

    Raises:
        UsageError: a file cannot be opened.
        UnfinishedError: a file cannot be read to its end, or became shorter while it was read.
    """
    first, offset, number = start or (0, 0, 1)
    for index, path in enumerate(files):
        if index < first:
            continue
        with _opened(path) as source, _told_to_the_user(path):
            if index == first and offset:
                _skip(source, offset)
                yield from cut_lines(source, index, max_bytes, offset, number)
            else:
                yield from cut_lines(source, index, max_bytes)


def _skip(source: Source, size: int) -> None:
    """Pass over what a run before has read."""
    while size and (data := source.read(min(size, _SKIPPED_BYTES))):
        size -= len(data)


def _expanded(path: Path) -> list[Path]:
    """Expand a pattern; what exists is taken literally, so a folder named `[1]` is no trap."""
    if path.is_file():
        return [path]
    if path.exists():
        if path.is_dir():
            raise UsageError(f"`{path}` is a folder", hint=f"name its files: `{path}/*.ndjson`")
        check_regular(path)
        return [path]
    if not _WILDCARDS & set(str(path)):
        raise UsageError(f"there is no file `{path}`", hint="check the `paths` of the pipeline's `input`")
    root = next(folder for folder in path.parents if folder.exists())
    names = glob(str(path.relative_to(root)), root_dir=root, recursive=True)  # noqa: PTH207  # pathlib's would follow no root
    files = [root / name for name in sorted(names) if (root / name).is_file()]
    if not files:
        raise UsageError(f"`{path}` matches no file", hint="check the `paths` of the pipeline's `input`")
    return files


@contextmanager
def _opened(path: Path) -> Iterator[Source]:
    with _readable(path):
        source = open_source(path)
    with source:
        yield source


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UsageError(
            f"cannot read `{path}`: {reason_of(error)}", hint="check the path and its permissions"
        ) from error


@contextmanager
def _told_to_the_user(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UnfinishedError(f"cannot read `{path}` to its end: {reason_of(error)}") from error

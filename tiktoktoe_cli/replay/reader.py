"""Files → lines: finds the input files and reads them line by line in bounded memory, gzip too.

A run reads what a file held when it was opened. Of a gzip file that is cut or damaged, every whole line before the
damage is read as usual; the rest is one line that says so.
"""

from __future__ import annotations

import io
import os
from contextlib import contextmanager
from glob import glob
from typing import IO, TYPE_CHECKING

from tiktoktoe_cli.errors import UnfinishedError, UsageError
from tiktoktoe_cli.replay.event import Line, LineEnd
from tiktoktoe_cli.replay.sources import check_regular, open_source
from tiktoktoe_cli.words import reason_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from tiktoktoe_cli.replay.sources import Source

_BOM = b"\xef\xbb\xbf"
_WILDCARDS = frozenset("*?[")
_BUFFER_BYTES = 1 << 18
_KEPT_BYTES = 1_024  # of a line that is too long


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


def read_lines(files: Iterable[Path], max_bytes: int) -> Iterator[Line]:
    """Read every line of the files; a line longer than `max_bytes` is cut, and what follows of it is passed over.

    A byte order mark at a file's start is no part of its first line.

    Raises:
        UsageError: a file cannot be opened.
        UnfinishedError: a file cannot be read to its end, or became shorter while it was read.
    """
    for index, path in enumerate(files):
        with _opened(path) as source, _told_to_the_user(path):
            yield from _lines(source, index, max_bytes)


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


def _lines(source: Source, file: int, max_bytes: int) -> Iterator[Line]:
    stream = io.BufferedReader(source, _BUFFER_BYTES)
    number = offset = 0
    while chunk := stream.readline(max_bytes + 1):
        number += 1
        raw, start = chunk.rstrip(b"\r\n"), offset
        offset += len(chunk)
        if number == 1 and raw.startswith(_BOM):
            raw, start = raw[len(_BOM) :], len(_BOM)
        if chunk.endswith(b"\n"):
            yield Line(file, number, start, raw)
        elif len(chunk) <= max_bytes:
            yield Line(
                file, number, start, raw, LineEnd.DAMAGED if source.is_damaged else LineEnd.END_OF_FILE
            )
            return
        else:
            offset += _skip_line(stream)
            yield Line(file, number, start, raw[:_KEPT_BYTES], LineEnd.TOO_LONG)
    if source.is_damaged:
        yield Line(file, number + 1, offset, b"", LineEnd.DAMAGED)


def _skip_line(stream: IO[bytes]) -> int:
    """Pass over the rest of a line; return its length."""
    skipped = 0
    while chunk := stream.readline(_BUFFER_BYTES):
        skipped += len(chunk)
        if chunk.endswith(b"\n"):
            break
    return skipped


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

"""Finds the input files: those that are named, those that a pattern matches, those in a folder, standard input."""

from __future__ import annotations

import os
from contextlib import contextmanager
from glob import glob
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from tiktoktoe_cli.errors import UnfinishedError, UsageError
from tiktoktoe_cli.replay.reading.sources import check_regular
from tiktoktoe_cli.words import reason_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

STDIN = Path("-")
_WILDCARDS = frozenset("*?[")
_EVENTS = frozenset({".ndjson", ".jsonl", ".json", ".csv", ".parquet"})
_COMPRESSED = frozenset({".gz", ".zst", ".bz2", ".xz"})
_COPIED_BYTES = 1 << 20


def find_files(paths: Iterable[Path]) -> tuple[Path, ...]:
    """List the files that paths, patterns and folders name: each file once, those of one pattern or folder sorted.

    Of a folder, and those in it, what is named as files of events are: `.json`, `.ndjson`, `.jsonl`, `.csv` or
    `.parquet`, also with `.gz`, `.zst`, `.bz2` or `.xz` after it; names that begin with a dot are left out. Standard
    input is `-`.

    Raises:
        UsageError: a path names nothing, a pipe or a device; a pattern matches no file, a folder has none.
    """
    found: dict[object, Path] = {}
    for path in paths:
        if path == STDIN:
            found.setdefault(STDIN, STDIN)
            continue
        with readable(path):
            for file in _expanded(path):
                facts = file.stat()
                found.setdefault((facts.st_dev, facts.st_ino), file)
    return tuple(found.values())


def spool(files: Sequence[Path], stdin: BinaryIO, copy: Path) -> tuple[Path, ...]:
    """Put a copy in the place of standard input, if that is among the files: so it can be sorted, and read again.

    A copy that is there already is taken as it is: it is that of a run which goes on now.

    Raises:
        UnfinishedError: standard input cannot be read, or the copy not be written.
    """
    if STDIN in files and not copy.exists():
        partial = copy.with_name(f"{copy.name}.partial")
        try:
            copy.parent.mkdir(parents=True, exist_ok=True)
            with partial.open("wb") as target:
                while data := stdin.read(_COPIED_BYTES):
                    target.write(data)
            partial.replace(copy)
        except OSError as error:
            raise UnfinishedError(f"cannot keep standard input in `{copy}`: {reason_of(error)}") from error
    return tuple(copy if file == STDIN else file for file in files)


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Say that a path cannot be read, if something within cannot.

    Raises:
        UsageError: for an OSError.
    """
    try:
        yield
    except OSError as error:
        raise UsageError(
            f"cannot read `{path}`: {reason_of(error)}", hint="check the path and its permissions"
        ) from error


def _expanded(path: Path) -> list[Path]:
    """Expand a pattern; what exists is taken literally, so a folder named `[1]` is no trap."""
    if path.is_dir():
        files = sorted(_in_folder(path))
        if not files:
            raise UsageError(f"there is no file of events in `{path}`", hint=f"name its files: `{path}/*`")
        return files
    if path.exists():
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


def _in_folder(folder: Path) -> Iterator[Path]:
    for where, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            file = Path(where, name)
            suffixes = file.suffixes[-2:] if file.suffix.lower() in _COMPRESSED else [file.suffix]
            is_events = suffixes[0].lower() in _EVENTS if suffixes else False
            if is_events and not name.startswith(".") and file.is_file():
                yield file

"""Files → text: finds configuration files, reads them within limits, says what is wrong with the others."""

from __future__ import annotations

import errno
import os
import stat
import sys
from contextlib import suppress
from glob import glob
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from tiktoktoe_cli.config.nodes import Source
from tiktoktoe_cli.errors import Place, Problem
from tiktoktoe_cli.words import reason_of, shortened

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FILE_NAME = "tiktoktoe.yaml"
STDIN = "-"
FILE_VARIABLE = "TIKTOKTOE_CONFIG"
MAX_BYTES = 64 * 1024 * 1024
MAX_SECRET_BYTES = 64 * 1024
_WILDCARDS = frozenset("*?[")


def discover(explicit: Sequence[str], environ: Mapping[str, str], start: Path | None = None) -> list[str]:
    """Name the files to read: those asked for, else `TIKTOKTOE_CONFIG`, else `tiktoktoe.yaml` here or above.

    `start` is where to look, the working directory if it is not given; one that is gone or closed to us holds nothing.
    """
    if explicit:
        return list(explicit)
    if environ.get(FILE_VARIABLE):
        return environ[FILE_VARIABLE].split(os.pathsep)
    with suppress(OSError):
        start = start or Path.cwd()
        for folder in (start, *start.parents):
            if (folder / FILE_NAME).is_file():
                return [os.path.relpath(folder / FILE_NAME, start)]
    return []


def identify(name: str) -> Path:
    """Return the file behind a name, so that it is recognised when it is named otherwise; never raises."""
    try:
        return Path(name).resolve()
    except (OSError, RuntimeError, ValueError):  # a loop of links, a NUL character, no working directory
        return Path(name)


def type_of(path: str | Path) -> int | None:
    """Return the type of what is at a path, such as `stat.S_IFDIR`; None if nothing is there.

    Where nobody may look, or that can be no name, counts as a file: whoever reads or writes it learns why not.
    """
    try:
        return stat.S_IFMT(Path(path).stat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError):
        return stat.S_IFREG


def read_source(name: str, *, waits: bool = True) -> Source | Problem:
    """Read one file, or standard input for `-`; what cannot be read as text is a problem.

    A pipe is waited for, unless the caller never `waits`: then it is a problem, as all that is no regular file.
    """
    try:
        data = _read_bytes(name, waits=waits)
    except (OSError, ValueError) as error:
        return _unreadable(name, error)
    if len(data) > MAX_BYTES:
        return Problem(
            "file-too-large",
            f"`{name}` is larger than {MAX_BYTES >> 20} MiB",
            hint="split it with `include:`",
        )
    text = _decode(name, data)
    if isinstance(text, Problem):
        return text
    folder = Path() if name == STDIN else identify(name).parent
    return Source("<stdin>" if name == STDIN else name, folder, text)


def open_input(name: str) -> BinaryIO:
    """Open a file for reading, or standard input for `-`, which is over for this process once it is closed.

    Raises:
        OSError: if it cannot be opened, or standard input was closed by the caller, or by whoever read it before.
        ValueError: if the name can be no path.
    """
    if name != STDIN:
        return Path(name).open("rb")
    if sys.stdin is None:  # the caller closed it: `<&-`
        raise OSError(errno.EBADF, "standard input is closed")
    if sys.stdin.closed:
        raise OSError(errno.EBADF, "standard input can be read only once, and has been read already")
    return sys.stdin.buffer


def read_secret(folder: Path, path: str) -> str:
    """Read a secret's file, relative to the folder of the file that names it.

    Raises:
        OSError: if it cannot be read, is not text, or is larger than 64 KiB.
    """
    try:
        with (folder / path).open("rb") as file:
            data = file.read(MAX_SECRET_BYTES + 1)
    except ValueError:
        raise OSError("not a path") from None
    if len(data) > MAX_SECRET_BYTES:
        raise OSError(f"larger than {MAX_SECRET_BYTES >> 10} KiB")
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise OSError("not UTF-8 text") from None


def expand(pattern: str, folder: Path, shown: str) -> list[str] | Problem:
    """List the files an `include:` names, sorted, as paths to show; `shown` is how the user wrote the folder.

    It is a problem if a pattern names none, or none that we may see.
    """
    if not _WILDCARDS & set(pattern):
        return [os.path.join(shown, pattern)]  # noqa: PTH118  # keeps the user's own words: `./a` stays `./a`
    found = glob(pattern, root_dir=folder)  # noqa: PTH207  # pathlib's glob refuses absolute patterns
    if not found:
        return _nothing_at(pattern, folder)
    return [os.path.join(shown, name) for name in sorted(found)]  # noqa: PTH118  # as above


def _nothing_at(pattern: str, folder: Path) -> Problem:
    """Say why a pattern names no file; to `glob`, a folder that may not be entered is an empty one."""
    fixed = takewhile(_WILDCARDS.isdisjoint, Path(pattern).parts)
    try:
        with os.scandir(folder.joinpath(*fixed)):
            pass
    except PermissionError as error:
        return _unreadable(pattern, error)
    except (OSError, ValueError):
        pass  # there is no such folder, or cannot be
    return Problem("include-missing", f"`{pattern}` names no file", hint="check the pattern")


def _unreadable(name: str, error: OSError | ValueError) -> Problem:
    if not name:
        return Problem("file-unreadable", "the name of a file is empty", hint="name a file")
    reason = reason_of(error) if isinstance(error, OSError) else "not a path"
    hint = "name a file" if name == STDIN else "check the path and its permissions"
    return Problem("file-unreadable", f"cannot read `{shortened(name, 200)}`: {reason}", hint=hint)


def _read_bytes(name: str, *, waits: bool) -> bytes:
    if not waits and name != STDIN and not stat.S_ISREG(Path(name).stat().st_mode):
        raise OSError(errno.EINVAL, "not a regular file")
    with open_input(name) as file:
        return file.read(MAX_BYTES + 1)


def _decode(name: str, data: bytes) -> str | Problem:
    encoding = "utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8"
    if encoding == "utf-8" and b"\0" in data:
        return Problem(
            "file-not-text", f"`{name}` is not a text file", hint="a configuration is YAML in UTF-8"
        )
    try:
        return data.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        place = Place(name, before.count(b"\n") + 1, error.start - (before.rfind(b"\n") + 1) + 1)
        return Problem(
            "file-not-text", f"byte {error.start} is not {encoding.upper()}", place, "save it as UTF-8"
        )

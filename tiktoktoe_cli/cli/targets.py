"""The files that `--report` names: none is written twice, and none that is read is written over."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

from tiktoktoe_cli.errors import UsageError
from tiktoktoe_cli.report.files import STDOUT

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from tiktoktoe_cli.report import ReportKind


def refuse_shared(targets: Iterable[tuple[ReportKind, str]]) -> None:
    """Refuse two reports in one file: the second would replace the first.

    Raises:
        UsageError: with the path.
    """
    before: dict[Path, str] = {}
    for kind, path in targets:
        file = _replaced(path)
        if file in before:
            message = f"`--report {before[file]}` and `--report {kind}={path}` write the same file"
            raise UsageError(message, hint="give each report a file of its own")
        if file:
            before[file] = f"{kind}={path}"


def among(
    targets: Sequence[tuple[ReportKind, str]], read: Iterable[str]
) -> tuple[tuple[ReportKind, str], ...]:
    """List the reports whose file is one of those that are read."""
    if not targets:
        return ()
    files = set(map(_file, read))
    return tuple(target for target in targets if _replaced(target[1]) in files)


def _replaced(path: str) -> Path | None:
    """Return the file that a report replaces; None for standard output, devices and pipes, which take one by one."""
    from tiktoktoe_cli.config.reader import type_of  # as below

    file = _file(path)
    return None if path == STDOUT or type_of(file) not in {None, stat.S_IFREG} else file


def _file(name: str) -> Path:
    from tiktoktoe_cli.config.reader import identify  # with the reader comes YAML: few commands write reports

    return identify(name)

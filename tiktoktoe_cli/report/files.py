"""Writes report files: whole or not at all, and never over something that is not a file."""

from __future__ import annotations

import errno
import os
import stat
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from tiktoktoe_cli.errors import UnfinishedError, UsageError
from tiktoktoe_cli.report.catalog import ReportKind, render_report
from tiktoktoe_cli.report.repository import names_from_repository
from tiktoktoe_cli.report.view import View
from tiktoktoe_cli.words import reason_of, shortened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiktoktoe_cli.report.facts import Report
    from tiktoktoe_cli.report.terminal import Terminal

STDOUT = "-"
_ASKED_WRONGLY = {
    errno.EACCES,
    errno.EEXIST,
    errno.EISDIR,
    errno.ENAMETOOLONG,
    errno.ENOENT,
    errno.ENOTDIR,
    errno.EPERM,
}
_BESIDE_THE_CODE = {ReportKind.JUNIT, ReportKind.GITHUB, ReportKind.GITLAB, ReportKind.SARIF}


def write(report: Report, kind: ReportKind, path: str, terminal: Terminal) -> None:
    """Write one report file, with its folder if that is missing; `-` is standard output.

    The file is replaced in one step, so that a reader (Prometheus' textfile collector) never sees half of it.
    `github` also appends Markdown to the file that GITHUB_STEP_SUMMARY names. The tools that show problems beside the
    code look for files from the root of the repository: for them, places are named from there.

    Raises:
        UsageError: the path cannot be written: a folder, a missing permission.
        UnfinishedError: writing failed for another reason, such as a full disk.
    """
    if kind in _BESIDE_THE_CODE:
        report = report.renamed(names_from_repository())
    if path == STDOUT:
        terminal.answer(render_report(report, kind, terminal.answer_view))
    else:
        replace_text(path, render_report(report, kind, View(mask=terminal.mask)))
    if kind is ReportKind.GITHUB:
        _append_step_summary(report, terminal)


def replace_text(path: str, text: str) -> None:
    """Put a text into a file in one step; devices and pipes are written to as they are.

    Raises:
        UsageError: the path cannot be written.
        UnfinishedError: writing failed for another reason.
    """
    target = Path(path)
    with _told_to_the_user(path):
        if _is_special(target):
            target.write_text(text, encoding="utf-8")
        else:
            _replace(Path(os.path.realpath(target)), text)


def _append_step_summary(report: Report, terminal: Terminal) -> None:
    from tiktoktoe_cli.report import github

    path = terminal.environ.get(github.SUMMARY_VARIABLE)
    if not path:
        return
    target = Path(path)
    with _told_to_the_user(path):
        used = target.stat().st_size if target.exists() else 0
        text = github.step_summary(report, View(mask=terminal.mask), github.SUMMARY_BYTES - used)
        with target.open("a", encoding="utf-8", newline="\n") as summary:
            summary.write(text)


def _is_special(target: Path) -> bool:
    return target.exists() and not stat.S_ISREG(target.stat().st_mode)


def _replace(target: Path, text: str) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name[:50]}.{os.urandom(4).hex()}.tmp")
    try:
        # not tempfile: its files are readable by their owner alone, and collectors run as other users
        with temporary.open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
        temporary.replace(target)
    finally:
        with suppress(FileNotFoundError):
            temporary.unlink()


@contextmanager
def _told_to_the_user(path: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        message = f"cannot write `{shortened(path, 200)}`: {reason_of(error)}"
        if error.errno in _ASKED_WRONGLY:
            raise UsageError(message, hint="name a file in a folder you may write to") from error
        raise UnfinishedError(message) from error

from __future__ import annotations

import os
import stat
from io import StringIO
from pathlib import Path

import pytest

from tests.report.hostile import REPORT, SECRET, mask
from tiktoktoe_cli.errors import UnfinishedError, UsageError
from tiktoktoe_cli.report import ReportKind, Terminal, View, render_report, write
from tiktoktoe_cli.report.files import replace_text


def _terminal(environ: dict[str, str] | None = None) -> Terminal:
    return Terminal(StringIO(), StringIO(), StringIO(), environ or {}, mask=mask)


@pytest.mark.parametrize("kind", ReportKind)
def test_writes_what_the_format_draws(kind: ReportKind, tmp_path: Path) -> None:
    """A report file holds the drawn report as UTF-8, with its folder made and its secrets hidden."""
    path = tmp_path / "new" / "folder" / "report"

    write(REPORT, kind, str(path), _terminal())

    text = path.read_bytes().decode()
    assert text == render_report(REPORT, kind, View(mask=mask))
    assert SECRET not in text


def test_leaves_nothing_but_the_file(tmp_path: Path) -> None:
    """The temporary file is gone, and the old text with it."""
    (tmp_path / "a.txt").write_text("old, and longer than the new one")

    replace_text(str(tmp_path / "a.txt"), "new\n")

    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("a.txt", "new\n")]


def test_lets_other_users_read_as_the_umask_says(tmp_path: Path) -> None:
    """A collector that runs as another user can read the file; a private umask keeps it private."""
    previous = os.umask(0o027)
    try:
        replace_text(str(tmp_path / "a.txt"), "x")
    finally:
        os.umask(previous)

    assert stat.S_IMODE((tmp_path / "a.txt").stat().st_mode) == 0o640


def test_follows_a_link_instead_of_replacing_it(tmp_path: Path) -> None:
    """A link to the report's real place stays a link."""
    (tmp_path / "link").symlink_to(tmp_path / "real")

    replace_text(str(tmp_path / "link"), "x")

    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "x"


def test_writes_into_a_device(tmp_path: Path) -> None:
    """`junit=/dev/null` writes into the device, and the device stays one."""
    device = tmp_path / "null"
    device.symlink_to("/dev/null")

    replace_text(str(device), "x")

    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


@pytest.mark.parametrize("path", ["", "file/below/a-file", "n" * 256])
def test_says_which_path_cannot_be_written(path: str, tmp_path: Path) -> None:
    """A folder, a folder that is a file, or a name that is too long is the user's mistake and is named."""
    (tmp_path / "file").write_text("")

    with pytest.raises(UsageError, match=str(tmp_path / path)[:200]):
        replace_text(str(tmp_path / path), "x")


def test_a_name_may_be_as_long_as_the_system_allows(tmp_path: Path) -> None:
    """255 bytes, of which 85 characters of an East Asian script have three each."""
    replace_text(str(tmp_path / ("\N{CJK UNIFIED IDEOGRAPH-5831}" * 85)), "x")

    assert [path.read_text() for path in tmp_path.iterdir()] == ["x"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is always full")
def test_says_that_the_disk_is_full() -> None:
    """A full disk is nobody's usage error: the run could not finish."""
    with pytest.raises(UnfinishedError, match="cannot write `/dev/full`: no space left on device"):
        replace_text("/dev/full", "x")


def test_writes_a_dash_to_standard_output() -> None:
    """`-` means standard output, as everywhere."""
    streams = _terminal()

    write(REPORT, ReportKind.OPENMETRICS, "-", streams)

    assert isinstance(streams.stdout, StringIO)
    assert streams.stdout.getvalue().endswith("# EOF\n")


def test_appends_the_step_summary(tmp_path: Path) -> None:
    """`github` also adds to the step's summary what earlier commands of the step have begun."""
    summary = tmp_path / "summary.md"
    summary.write_text("before\n")

    write(REPORT, ReportKind.GITHUB, str(tmp_path / "log"), _terminal({"GITHUB_STEP_SUMMARY": str(summary)}))

    assert summary.read_text(encoding="utf-8") == "before\n" + render_report(
        REPORT, ReportKind.MARKDOWN, View(mask=mask)
    )


def test_stays_within_githubs_megabyte(tmp_path: Path) -> None:
    """A summary that is nearly full takes what fits: GitHub would drop all of it otherwise."""
    summary = tmp_path / "summary.md"
    summary.write_bytes(b"x" * (1024 * 1024 - 200))

    write(REPORT, ReportKind.GITHUB, str(tmp_path / "log"), _terminal({"GITHUB_STEP_SUMMARY": str(summary)}))

    assert 1024 * 1024 - 200 < summary.stat().st_size <= 1024 * 1024

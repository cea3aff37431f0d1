"""Outputs are whole or not there."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from tiktoktoe_cli.errors import UnfinishedError, UsageError
from tiktoktoe_cli.replay.delivering.line_file import LineFile, partial_of

if TYPE_CHECKING:
    from pathlib import Path


def test_replaces_the_old_file_only_when_published(tmp_path: Path) -> None:
    """Until the end readers see the file of the run before; then the new one, in one step."""
    path = tmp_path / "deep" / "a"
    path.parent.mkdir()
    path.write_bytes(b"old\n")

    with LineFile(path) as file:
        file.write([b"new"])
        file.flush()
        file.secure()
        before = path.read_bytes()
        file.publish()

    assert (before, path.read_bytes()) == (b"old\n", b"new\n")
    assert (file.lines, file.size_bytes) == (1, 4)
    assert list(path.parent.iterdir()) == [path]


def test_keeps_whole_lines_of_a_run_that_failed(tmp_path: Path) -> None:
    """What was written stays beside the untouched old file."""
    path = tmp_path / "a"
    path.write_bytes(b"old\n")

    with suppress(KeyboardInterrupt), LineFile(path) as file:
        file.write([b"new"])
        raise KeyboardInterrupt

    assert path.read_bytes() == b"old\n"
    assert partial_of(path).read_bytes() == b"new\n"


def test_follows_a_link_and_keeps_it(tmp_path: Path) -> None:
    """A link to a file stays a link; what it leads to is replaced."""
    target, link = tmp_path / "target", tmp_path / "link"
    link.symlink_to(target)

    with LineFile(link) as file:
        file.write([b"x"])
        file.flush()
        file.secure()
        file.publish()

    assert link.is_symlink()
    assert target.read_bytes() == b"x\n"


@pytest.mark.parametrize("name", [".", "fifo"])
def test_refuses_what_is_no_file(tmp_path: Path, name: str) -> None:
    """Folders and pipes cannot be replaced in one step."""
    os.mkfifo(tmp_path / "fifo")

    with pytest.raises(UsageError, match="it is not a file"), LineFile(tmp_path / name):
        pass


def test_names_the_path_that_cannot_be_written(tmp_path: Path) -> None:
    """A file in the place of a folder is told with the path."""
    (tmp_path / "a").write_bytes(b"")

    with pytest.raises(UnfinishedError, match=r"cannot write `.*/a/b`: "), LineFile(tmp_path / "a" / "b"):
        pass


_FILL = """
import signal, sys
from pathlib import Path
from tiktoktoe_cli.errors import UnfinishedError
from tiktoktoe_cli.replay.delivering.line_file import LineFile
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
try:
    with LineFile(Path(sys.argv[1])) as file:
        for _ in range(200_000):
            file.write([b"0123456\"])
        file.flush()
        file.secure()
        file.publish()
except UnfinishedError as error:
    sys.exit(error.message)
"""


def test_a_full_disk_leaves_whole_lines(tmp_path: Path) -> None:
    """When there is no more room, the run says so, and what is there ends with a whole line."""
    path = tmp_path / "a"
    limit = 600_001  # bytes; a limit on the size of files fails a write as a full disk does, in the middle

    done = subprocess.run(
        [sys.executable, "-c", _FILL, str(path)],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert f"cannot write `{path}`: file too large" in done.stderr
    assert not path.exists()
    written = partial_of(path).read_bytes()
    assert written
    assert set(written.split(b"\n")) == {b"0123456", b""}
    assert written.endswith(b"\n")


def test_refuses_a_file_that_another_run_is_writing(tmp_path: Path) -> None:
    """Two runs never write into one file: the second one is told, and the first one is not disturbed."""
    path = tmp_path / "a"

    with LineFile(path) as first:
        first.write([b"first"])
        first.flush()
        with pytest.raises(UnfinishedError, match=r"another run is writing `.*/a`"), LineFile(path):
            pass
        first.secure()
        first.publish()

    assert path.read_bytes() == b"first\n"


def test_writes_over_what_a_crashed_run_has_left(tmp_path: Path) -> None:
    """A `.partial` file that nobody writes to any more stops no run, and nothing of it is kept."""
    path = tmp_path / "a"
    partial_of(path).write_bytes(b"a long line of a crashed run\n")

    with LineFile(path) as file:
        file.write([b"new"])
        file.flush()
        file.secure()
        file.publish()

    assert path.read_bytes() == b"new\n"


def test_refuses_a_pipe_in_the_place_of_the_partial_file(tmp_path: Path) -> None:
    """Opening a pipe would wait for a reader for ever."""
    os.mkfifo(partial_of(tmp_path / "a"))

    with pytest.raises((UsageError, UnfinishedError)), LineFile(tmp_path / "a"):
        pass


def test_goes_on_after_what_a_checkpoint_knows(tmp_path: Path) -> None:
    """A run that goes on cuts off what was written after the last checkpoint, and writes there."""
    path = tmp_path / "a"
    partial_of(path).write_bytes(b"one\ntwo\nthr")

    file = LineFile(path)
    file.open((4, 1, b""))
    file.write([b"2", b"3"])
    file.publish()

    assert path.read_bytes() == b"one\n2\n3\n"
    assert (file.lines, file.size_bytes) == (3, 8)


def test_refuses_to_go_on_where_less_is_left_than_a_checkpoint_knows(tmp_path: Path) -> None:
    """What was delivered and is gone is not passed over in silence."""
    path = tmp_path / "a"
    partial_of(path).write_bytes(b"one\n")
    file = LineFile(path)

    with pytest.raises(UnfinishedError, match="is shorter than it was at the last checkpoint"):
        file.open((8, 2, b""))


def test_goes_on_with_what_was_published_in_the_middle_of_the_end(tmp_path: Path) -> None:
    """A run that died between two of its outputs had published the first one whole."""
    path = tmp_path / "a"
    path.write_bytes(b"one\ntwo\n")

    file = LineFile(path)
    file.open((8, 2, b""))
    file.publish()

    assert path.read_bytes() == b"one\ntwo\n"
    assert not partial_of(path).exists()

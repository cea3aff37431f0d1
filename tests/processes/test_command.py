"""Why a command cannot be started, told before it is tried."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tiktoktoe_cli.errors import UsageError
from tiktoktoe_cli.processes import Command, check_command

if TYPE_CHECKING:
    from pathlib import Path


def refusal(*run: str, cwd: Path, path: str = "/usr/bin:/bin") -> UsageError:
    """Check a command that must be refused."""
    with pytest.raises(UsageError) as refused:
        check_command(Command(run, cwd, {"PATH": path}))
    return refused.value


def test_accepts_a_program_on_the_path(tmp_path: Path) -> None:
    """A name without a slash is looked up on the PATH that the program will get."""
    check_command(Command(("sh", "-c", "true"), tmp_path, {"PATH": "/usr/bin:/bin"}))


def test_accepts_a_program_beside_the_configuration(tmp_path: Path) -> None:
    """A path is relative to the folder that the program starts in."""
    program = tmp_path / "serve"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)

    check_command(Command(("./serve",), tmp_path, {"PATH": ""}))


def test_names_a_program_that_is_missing(tmp_path: Path) -> None:
    """A wrong name is quoted as the user wrote it."""
    assert refusal("pyhton3", cwd=tmp_path).message == "there is no program `pyhton3` on the PATH"


def test_a_whole_command_line_in_one_item_gets_the_list_as_advice(tmp_path: Path) -> None:
    """Who writes a shell line as one item is shown the list that was meant."""
    error = refusal("python3 serve.py", "--fast", cwd=tmp_path)

    assert error.hint == "each word is one item of the list: `[python3, serve.py, --fast]`"


def test_names_a_file_that_is_missing(tmp_path: Path) -> None:
    """A path that leads nowhere is told with the folder it starts from."""
    assert refusal("./serve", cwd=tmp_path).message == f"there is no program `./serve` in `{tmp_path}`"


def test_names_a_file_that_is_not_executable(tmp_path: Path) -> None:
    """A script without the x bit is told, with both ways to start it."""
    (tmp_path / "serve.py").write_text("")

    error = refusal("./serve.py", cwd=tmp_path)

    assert error.message == "`./serve.py` is not executable"
    assert error.hint is not None
    assert "chmod +x" in error.hint
    assert "[python3, ./serve.py]" in error.hint


def test_names_a_folder_that_is_missing(tmp_path: Path) -> None:
    """A wrong `cwd` is not mistaken for a wrong program."""
    error = refusal("sh", cwd=tmp_path / "nowhere")

    assert error.message == f"the folder `{tmp_path / 'nowhere'}` does not exist"


def test_names_a_folder_that_is_a_file(tmp_path: Path) -> None:
    """Nothing can be started in a file."""
    (tmp_path / "file").write_text("")

    error = refusal("sh", cwd=tmp_path / "file")

    assert error.message == f"the folder `{tmp_path / 'file'}` does not exist"


def test_tells_why_a_folder_cannot_be_used(tmp_path: Path) -> None:
    """A name longer than any file system takes (255 bytes) is the user's to correct, and is shown shortened."""
    error = refusal("sh", cwd=tmp_path / ("x" * 300))

    assert error.message.startswith(f"cannot use the folder `{tmp_path}"[:60])
    assert error.message.endswith("…`: file name too long")


def test_tells_why_a_program_cannot_be_used(tmp_path: Path) -> None:
    """A path that the system cannot follow is told with the system's reason."""
    (tmp_path / "serve").symlink_to("serve")

    looped = refusal("./serve", cwd=tmp_path)
    long = refusal("./" + "x" * 300, cwd=tmp_path)

    assert looped.message == "cannot use the program `./serve`: too many levels of symbolic links"
    assert long.message == f"cannot use the program `./{'x' * 78}…`: file name too long"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may enter every folder")
def test_names_a_folder_that_may_not_be_entered(tmp_path: Path) -> None:
    """A folder without permission is told as such, whether it is where a program starts or where it lies."""
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o000)

    assert refusal("sh", cwd=locked).message.endswith("locked`: permission denied")
    assert refusal("./locked/serve", cwd=tmp_path).message == (
        "cannot use the program `./locked/serve`: permission denied"
    )

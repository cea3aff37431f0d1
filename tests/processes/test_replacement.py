"""A process becomes another program."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tiktoktoe_cli.errors import UnfinishedError
from tiktoktoe_cli.processes import Command
from tiktoktoe_cli.processes.replacement import become

PROGRAM = """
import os
from pathlib import Path
from tiktoktoe_cli.processes import Command
from tiktoktoe_cli.processes.replacement import become
print(os.getpid(), flush=True)
become(Command(("sh", "-c", {script!r}, "sh", "a b"), Path({folder!r}), {{"PATH": os.environ["PATH"], "X": "1"}}))
"""


def became(script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Let a fresh process say its id and become a shell."""
    program = PROGRAM.format(script=script, folder=str(folder))
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=False
    )


def test_the_program_takes_the_place_of_the_process(tmp_path: Path) -> None:
    """Its id stays; arguments, folder, environment and exit code are the program's."""
    done = became('echo $$ "$1" $X; pwd; exit 7', tmp_path)

    own, theirs, folder = done.stdout.splitlines()
    assert (theirs, folder) == (f"{own} a b 1", str(tmp_path.resolve()))
    assert done.returncode == 7


def test_a_closed_pipe_ends_the_program(tmp_path: Path) -> None:
    """What Python ignores is not handed on: `yes | head` ends."""
    done = became("( yes; echo $? >&2 ) | head -1; true", tmp_path)

    assert done.stdout.splitlines()[1] == "y"
    assert done.stderr.strip() == "141"


def test_what_cannot_be_started_leaves_the_process_as_it_was(tmp_path: Path) -> None:
    """It says why, and can go on."""
    script = tmp_path / "script"
    script.write_bytes(b"\x00\x01 no program")
    script.chmod(0o755)

    with pytest.raises(UnfinishedError, match="cannot start"):
        become(Command((str(script),), Path.cwd(), {}))

"""What to start: a program with its arguments, folder and environment, and why it cannot be started."""

from __future__ import annotations

import os
import shutil
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tiktoktoe_cli.errors import UsageError
from tiktoktoe_cli.words import quoted, reason_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Command:
    """A program and its arguments, as the system gets them: no shell reads them.

    `environ` is the whole environment of the program; its PATH finds the program.
    """

    run: tuple[str, ...]
    cwd: Path
    environ: Mapping[str, str]

    @property
    def program(self) -> str:
        """The name or path of what is started."""
        return self.run[0]


def check_command(command: Command) -> None:
    """Look whether a command could be started now.

    Raises:
        UsageError: if its folder or its program is missing or out of reach, or the program is not executable.
    """
    _check_folder(command.cwd)
    if os.sep in command.program:
        _check_path(command)
    elif shutil.which(command.program, path=command.environ.get("PATH", os.defpath)) is None:
        raise UsageError(f"there is no program `{command.program}` on the PATH", hint=_advice(command))


def _check_folder(folder: Path) -> None:
    mode = _mode(folder, f"cannot use the folder {quoted(str(folder))}")
    if mode is None or not stat.S_ISDIR(mode):
        raise UsageError(f"the folder `{folder}` does not exist", hint="create it, or change `cwd`")
    if not os.access(folder, os.X_OK):
        raise UsageError(f"cannot use the folder {quoted(str(folder))}: permission denied")


def _mode(path: Path, failure: str) -> int | None:
    """Look what a path leads to: None for nothing; a path that cannot be followed is the user's to correct."""
    try:
        return path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise UsageError(f"{failure}: {reason_of(error)}") from error


def _check_path(command: Command) -> None:
    path = command.cwd / command.program
    mode = _mode(path, f"cannot use the program {quoted(command.program)}")
    if mode is None or not stat.S_ISREG(mode):
        raise UsageError(f"there is no program `{command.program}` in `{command.cwd}`", hint=_advice(command))
    if not os.access(path, os.X_OK):
        hint = f"`chmod +x {path}`, or name its interpreter first, as in `[python3, {command.program}]`"
        raise UsageError(f"`{command.program}` is not executable", hint=hint)


def _advice(command: Command) -> str:
    words = command.program.split()
    if len(words) > 1:
        return f"each word is one item of the list: `[{', '.join((*words, *command.run[1:]))}]`"
    return (
        "install it or correct its name; no shell looks for it: what only a shell knows needs `sh -c '...'`"
    )

"""What to start: a program with its arguments, folder and environment, and why it cannot be started."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tiktoktoe_cli.errors import UsageError

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
        UsageError: if its folder or its program is missing, or the program is not executable.
    """
    if not command.cwd.is_dir():
        raise UsageError(f"the folder `{command.cwd}` does not exist", hint="create it, or change `cwd`")
    if os.sep in command.program:
        _check_path(command)
    elif shutil.which(command.program, path=command.environ.get("PATH", os.defpath)) is None:
        raise UsageError(f"there is no program `{command.program}` on the PATH", hint=_advice(command))


def _check_path(command: Command) -> None:
    path = command.cwd / command.program
    if not path.is_file():
        raise UsageError(f"there is no program `{command.program}` in `{command.cwd}`", hint=_advice(command))
    if not os.access(path, os.X_OK):
        hint = f"`chmod +x {path}`, or name its interpreter first, as in `[python3, {command.program}]`"
        raise UsageError(f"`{command.program}` is not executable", hint=hint)


def _advice(command: Command) -> str:
    words = command.program.split()
    if len(words) > 1:
        return f"each word is one item of the list: `[{', '.join((*words, *command.run[1:]))}]`"
    return (
        "install it or correct its name; no shell reads `run`: what only a shell knows needs `[sh, -c, ...]`"
    )

"""How tools that show problems beside the code name files: from the root of the repository, wherever a command runs."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_MARK = ".git"  # a folder; in a worktree or a submodule, a file


def names_from_repository() -> Callable[[str], str]:
    """Make the function that names a file from the root of the repository around the working directory.

    What is no file, or lies outside, keeps its name; without a repository, names begin at the working directory.
    """
    try:
        here = Path.cwd()
    except OSError:  # it is gone: nothing can be found from it
        return str
    above = (here, *here.parents)
    root = next((folder for folder in above if os.path.exists(folder / _MARK)), here)  # noqa: PTH110  # pathlib's raises

    @cache
    def named(name: str) -> str:
        if not os.path.isfile(name):  # noqa: PTH113  # pathlib's raises for what can be no name
            return name
        path = Path(os.path.abspath(name))  # noqa: PTH100  # without following links: they are files, too
        return path.relative_to(root).as_posix() if path.is_relative_to(root) else name

    return named

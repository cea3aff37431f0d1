"""This process becomes another program: its signals, its terminal and its exit code are that program's from then on."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING, NoReturn

from tiktoktoe_cli.errors import UnfinishedError
from tiktoktoe_cli.processes.refusals import advice_on
from tiktoktoe_cli.words import reason_of

if TYPE_CHECKING:
    from tiktoktoe_cli.processes.command import Command

_IGNORED_BY_PYTHON = ("SIGPIPE", "SIGXFZ", "SIGXFSZ")
"""What Python ignores when it starts; a program finds out about a closed pipe by the signal, unless it says no."""


def become(command: Command) -> NoReturn:
    """Run a program in the place of this one; what was opened here is closed, but for the standard streams.

    Raises:
        UnfinishedError: if the system refuses.
    """
    numbers = [getattr(signal, name) for name in _IGNORED_BY_PYTHON if hasattr(signal, name)]
    before = {number: signal.signal(number, signal.SIG_DFL) for number in numbers}
    try:
        os.chdir(command.cwd)
        os.execvpe(command.program, command.run, command.environ)  # noqa: S606  # no shell is wanted
    except OSError as error:
        for number, handler in before.items():
            signal.signal(number, handler)
        raise UnfinishedError(
            f"cannot start `{command.program}`: {reason_of(error)}", hint=advice_on(error)
        ) from error

"""The one door in and out: runs a command line, turns whatever happens into a message and an exit code."""

from __future__ import annotations

import errno
import os
import signal
import sys
from contextlib import contextmanager, redirect_stdout
from io import StringIO
from typing import TYPE_CHECKING, NoReturn

from tiktoktoe_cli import __version__
from tiktoktoe_cli.errors import ENDING_SIGNALS, ExitCode, OutputClosedError, TiktoktoeError, UnfinishedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from types import FrameType

    from tiktoktoe_cli.report import Terminal

PROGRAM = "tiktoktoe"


class TerminatedError(SystemExit):
    """SIGTERM or SIGHUP came; like KeyboardInterrupt it passes every handler that is not about it, and event loops."""


class _ClosedOutput(StringIO):
    """Stands in for a standard output that the caller closed, `>&-`: nobody may take silence for an answer."""

    def write(self, text: str, /) -> int:
        """Take nothing but nothing."""
        if text:
            raise UnfinishedError("cannot write the answer: standard output is closed")
        return 0


_QUIET_ENDS: Mapping[type[BaseException], ExitCode] = {
    TerminatedError: ExitCode.of_signal(signal.SIGTERM),
    OutputClosedError: ExitCode.YES,
}


def enter(arguments: Sequence[str]) -> int:
    """Run a command line and return its exit code; every message has been printed."""
    try:
        with _ended_by_signals(), redirect_stdout(sys.stdout or _ClosedOutput()):
            return _run(list(arguments))
    except KeyboardInterrupt:
        _terminal().say("interrupted")
        return ExitCode.INTERRUPTED
    except tuple(_QUIET_ENDS) as end:
        return _QUIET_ENDS[type(end)]
    except OSError as error:
        return _without_output(error, arguments)
    except TiktoktoeError as error:
        from tiktoktoe_cli.cli.desk import tell

        tell(error, _terminal())
        return error.exit_code
    except Exception as error:  # noqa: BLE001  # the one place: what nobody expected is a bug, and says so
        _tell_bug(error, arguments)
        return ExitCode.BUG


def _run(arguments: list[str]) -> int:
    if arguments == ["--version"]:  # answered before anything is imported
        return _print(f"{PROGRAM} {__version__}")
    import typer

    from tiktoktoe_cli.cli.app import app

    command = typer.main.get_command(app)
    try:
        result = command.main(arguments, prog_name=PROGRAM, standalone_mode=False)
    except typer.TyperException as error:
        return _usage(error)
    except typer.Abort:
        return ExitCode.INTERRUPTED
    except typer.Exit as error:
        return error.exit_code
    return result if isinstance(result, int) else ExitCode.YES


def _usage(error: Exception) -> int:
    """Print what typer found wrong with the command line; a bare group's "error" is its help."""
    message = error.format_message()  # type: ignore[attr-defined]  # every TyperException has it
    context = getattr(error, "ctx", None)
    if type(error).__name__ == "NoArgsIsHelpError":
        _print(message)
        return ExitCode.USAGE
    path = context.command_path if context else PROGRAM
    _terminal().fail(_lower(message), hint=f"see `{path} --help`")
    return ExitCode.USAGE


def _print(words: str) -> ExitCode:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()
    return ExitCode.YES


def _lower(message: str) -> str:
    return (message[:1].lower() + message[1:]).rstrip(".")


def _without_output(error: OSError, arguments: Sequence[str]) -> ExitCode:
    """End a command whose help could not be written; what any other failure of the system means, its caller knows."""
    if isinstance(error, BrokenPipeError):  # whoever read it has seen enough
        _close_stdout()
        return ExitCode.YES
    if error.errno not in {errno.ENOSPC, errno.EIO, errno.EDQUOT}:
        _tell_bug(error, arguments)
        return ExitCode.BUG
    _close_stdout()
    _terminal().fail("cannot write the answer: no space left on device")
    return ExitCode.UNFINISHED


def _tell_bug(error: Exception, arguments: Sequence[str]) -> None:
    if "--debug" in arguments:
        import traceback

        traceback.print_exception(error)
    words = f"{type(error).__name__}: {error}".splitlines()[0]
    hint = "this is a bug in tiktoktoe; run again with --debug and report what it prints"
    _terminal().fail(f"unexpected {words}", hint=hint)


def _terminal() -> Terminal:
    from tiktoktoe_cli.report import Terminal

    return Terminal.on((sys.stdin, sys.stdout, sys.stderr), os.environ)


def _close_stdout() -> None:
    """Point standard output at nothing, so that the interpreter's flush at exit does not fail again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Let SIGTERM and SIGHUP unwind the stack as Ctrl-C does, so that everything that was opened is closed.

    What `nohup` or a shell made this process ignore stays ignored, and so does what a command ignores at its end.
    """
    others = [number for number in ENDING_SIGNALS if number != signal.SIGINT]
    heard = [number for number in others if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, _raise_terminated) for number in heard}
    try:
        yield
    finally:
        for number, handler in before.items():
            if signal.getsignal(number) is _raise_terminated:
                signal.signal(number, handler)


def _raise_terminated(_number: int, _frame: FrameType | None) -> NoReturn:
    raise TerminatedError

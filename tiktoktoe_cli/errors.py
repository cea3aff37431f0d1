"""The one tree of errors, the problems of a configuration, and the exit codes they lead to.

TiktoktoeError                what a user can be told; carries an exit code and a hint
├── UsageError                2: asked wrongly: an option, a name, a file that is not there
│   └── ConfigError           2: a configuration with problems, all of them collected
├── UnfinishedError           3: could not find out or finish: a deadline, a dead destination, a taken port
└── InterruptedRunError       130 or 143: stopped by the user; what was done is kept
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class ExitCode(IntEnum):
    """What every command's exit status means; the README's table is drawn from this class."""

    YES = 0
    NO = 1
    USAGE = 2
    UNFINISHED = 3
    BUG = 4
    INTERRUPTED = 130
    TERMINATED = 143

    @property
    def meaning(self) -> str:
        """Say in one line when a command ends with this code."""
        return _MEANINGS[self]


_MEANINGS = {
    ExitCode.YES: "yes: healthy, valid, delivered, held",
    ExitCode.NO: "the answer is no: unhealthy, findings, an alert, a failed assertion",
    ExitCode.USAGE: "asked wrongly: usage or configuration",
    ExitCode.UNFINISHED: "could not find out or finish: a deadline, a dead service or destination",
    ExitCode.BUG: "a bug in tiktoktoe",
    ExitCode.INTERRUPTED: "interrupted (Ctrl-C)",
    ExitCode.TERMINATED: "terminated (SIGTERM)",
}


class Severity(StrEnum):
    """How much a problem matters; only errors stop a command."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Place:
    """A position in a text file: 1-based `line` and `column`, and where the marked words end on that line."""

    file: str
    line: int
    column: int
    end_column: int | None = None

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in what the user wrote.

    `code` is stable (`config explain CODE`); `message` is lower case and says what was found and what was
    expected; advice stays in `hint`; `related` names other places that matter, each with a few words.
    """

    code: str
    message: str
    place: Place | None = None
    hint: str | None = None
    severity: Severity = Severity.ERROR
    related: tuple[tuple[str, Place], ...] = ()


class TiktoktoeError(Exception):
    """An expected failure: its message is for the user, its `exit_code` for the caller."""

    exit_code: ClassVar[ExitCode] = ExitCode.UNFINISHED

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(TiktoktoeError):
    """The user asked for something that cannot be: an unknown name, an option, a missing file."""

    exit_code = ExitCode.USAGE


class ConfigError(UsageError):
    """A configuration with problems: all of them, in the order of the files.

    `sources` are the texts to draw code frames from, `mask` hides the secrets in them.
    """

    def __init__(
        self,
        problems: tuple[Problem, ...],
        *,
        sources: Mapping[str, str] | None = None,
        mask: Callable[[str], str] = str,
    ) -> None:
        super().__init__(f"{len(problems)} problem{'s' * (len(problems) != 1)} in the configuration")
        self.problems = problems
        self.sources = sources or {}
        self.mask = mask


class UnfinishedError(TiktoktoeError):
    """The question could not be answered, or the work not be finished."""

    exit_code = ExitCode.UNFINISHED


class InterruptedRunError(TiktoktoeError):
    """The user stopped the run; `exit_code` is that of the signal."""

    def __init__(
        self, message: str, *, exit_code: ExitCode = ExitCode.INTERRUPTED, hint: str | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.exit_code = exit_code  # type: ignore[misc]  # the one error whose code depends on the signal


class OutputClosedError(Exception):
    """Whoever read our answer has left (`| head`): no failure, the front desk ends with 0 and says nothing.

    Raised only for standard output, and only once the stream is safe to close: the interpreter's own flush at
    exit finds the null device there.
    """

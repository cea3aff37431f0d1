"""The one tree of errors, the problems of a configuration, and the exit codes they lead to.

TiktoktoeError                what a user can be told; carries an exit code and a hint
├── UsageError                2: asked wrongly: an option, a name, a file that is not there
│   └── ConfigError           2: a configuration with problems, all of them collected
└── UnfinishedError           3: could not find out or finish: a deadline, a dead destination, a taken port
"""

from __future__ import annotations

import signal
from dataclasses import dataclass, replace
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, ClassVar, TypeAlias

from tiktoktoe_cli.words import listed, plural, suggestion

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping


ENDING_SIGNALS = tuple(
    signal.Signals[name] for name in ("SIGINT", "SIGTERM", "SIGHUP") if name in signal.Signals.__members__
)
"""What a user, a shell or a system sends to end a command."""


class ExitCode(IntEnum):
    """What every command's exit status means; the README's table is drawn from this class."""

    YES = 0
    NO = 1
    USAGE = 2
    UNFINISHED = 3
    BUG = 4
    INTERRUPTED = 130
    TERMINATED = 143

    @classmethod
    def of_signal(cls, number: int) -> ExitCode:
        """Return how a command ends that one of the `ENDING_SIGNALS` ended."""
        return cls.INTERRUPTED if number == signal.SIGINT else cls.TERMINATED

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

    def reaches(self, level: Severity) -> bool:
        """Tell whether a problem is at least as grave as a level."""
        worst_first = list(Severity)
        return worst_first.index(self) <= worst_first.index(level)


@dataclass(frozen=True, slots=True)
class Place:
    """A position in a text file: 1-based `line` and `column`, and where the marked words end on that line."""

    file: str
    line: int
    column: int
    end_column: int | None = None

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"

    def renamed(self, named: Callable[[str], str]) -> Place:
        """Return the place in the file as it is named otherwise."""
        return replace(self, file=named(self.file))


KeyPath: TypeAlias = tuple[str | int, ...]
"""The keys that lead to a value of the configuration."""

Locate: TypeAlias = "Callable[..., Place | None]"
"""Tells where a path of keys (`"services", "payments", "version"`) stands in the user's files."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in what the user wrote.

    `code` is stable (`config explain CODE`); `message` is lower case and says what was found and what was
    expected; advice stays in `hint`; `related` names other places that matter, each with a few words. `about` names
    what it is about, whichever line it stands on.
    """

    code: str
    message: str
    place: Place | None = None
    hint: str | None = None
    severity: Severity = Severity.ERROR
    related: tuple[tuple[str, Place], ...] = ()
    about: tuple[str, ...] = ()

    @property
    def identity(self) -> tuple[str, ...]:
        """What makes it the same problem tomorrow: its code and what it is about, or else its words and its file."""
        if self.about:
            return self.code, *self.about
        return self.code, self.message, self.place.file if self.place else ""

    def renamed(self, named: Callable[[str], str]) -> Problem:
        """Return the problem with its files named otherwise."""
        place = self.place and self.place.renamed(named)
        return replace(
            self, place=place, related=tuple((words, at.renamed(named)) for words, at in self.related)
        )


def worst_first(problems: Iterable[Problem], sources: Iterable[str] = ()) -> list[Problem]:
    """Sort problems by severity, then by file (known ones first, then as they appear), line and column.

    Placeless ones are the last of their severity. Whatever shows problems shows them in this order.
    """
    problems = list(problems)
    appearance = dict.fromkeys([*sources, *(problem.place.file for problem in problems if problem.place)])
    rank = {file: position for position, file in enumerate(appearance)}
    severities = list(Severity)

    def key(problem: Problem) -> tuple[int, int, int, int]:
        severity, place = severities.index(problem.severity), problem.place
        return (
            (severity, rank[place.file], place.line, place.column) if place else (severity, len(rank), 0, 0)
        )

    return sorted(problems, key=key)


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
        super().__init__(f"{plural(len(problems), 'problem')} in the configuration")
        self.problems = problems
        self.sources = sources or {}
        self.mask = mask


class UnfinishedError(TiktoktoeError):
    """The question could not be answered, or the work not be finished."""

    exit_code = ExitCode.UNFINISHED


class OutputClosedError(Exception):
    """Whoever read our answer has left (`| head`): no failure, and nobody says a word.

    The exit code stays that of the answer; it is 0 if there is none yet: who leaves a stream has seen enough of it.
    Raised only for standard output, and only once the stream is safe to close: the interpreter's own flush at
    exit finds the null device there.
    """


def unknown(word: str, known: Collection[str], kind: str) -> UsageError:
    """Make the error for a word that is none of the known ones, with the nearest of them as the hint."""
    others = f"choose one of {listed(sorted(known), last='or')}" if known else "there is none"
    return UsageError(f"unknown {kind}: `{word}`", hint=suggestion(word, known) or others)

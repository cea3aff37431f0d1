"""What a command works with: its terminal, its configuration, and the way its answer leaves."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from tiktoktoe_cli.cli.door import TerminatedError
from tiktoktoe_cli.cli.targets import among, refuse_shared
from tiktoktoe_cli.errors import (
    ENDING_SIGNALS,
    ConfigError,
    ExitCode,
    OutputClosedError,
    Problem,
    Severity,
    UsageError,
    unknown,
)
from tiktoktoe_cli.report import (
    ColorChoice,
    OutputFormat,
    ProgressChoice,
    Report,
    ReportKind,
    Terminal,
    TerminalOptions,
    draw_closing,
    draw_problems,
    render,
    write,
)
from tiktoktoe_cli.report.files import STDOUT
from tiktoktoe_cli.report.text import escape_hidden
from tiktoktoe_cli.words import listed

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
    from enum import StrEnum
    from types import FrameType

    from tiktoktoe_cli.cli.options import Common
    from tiktoktoe_cli.errors import TiktoktoeError
    from tiktoktoe_cli.report import Progress
    from tiktoktoe_cli.report.catalog import Draw, Forms
    from tiktoktoe_cli.report.view import View
    from tiktoktoe_cli.system import System

    Choice = TypeVar("Choice", bound=StrEnum)
    T = TypeVar("T")

PROGRAM = "tiktoktoe"
STOPPING = "stopping ... (again to force)"
_CLEAR_LINE = "\r\x1b[2K"  # it may hold what the terminal shows for Ctrl-C
_PERSONS = {OutputFormat.TABLE, OutputFormat.WIDE}


@dataclass(slots=True)
class Desk:
    """One invocation: the terminal, the formats that were asked for, and the files of the configuration."""

    terminal: Terminal
    output: OutputFormat
    reports: tuple[tuple[ReportKind, str], ...]
    config: tuple[str, ...]
    environ: Mapping[str, str]
    sources: Mapping[str, str]
    has_begun: bool = False
    """Whether lines of the answer are out already."""

    @classmethod
    def open(cls, common: Common, forms: Forms) -> Desk:
        """Read the common options of a command that answers in these forms.

        Raises:
            UsageError: for a word that an option does not know.
        """
        environ = os.environ
        options = TerminalOptions(
            color=choose(ColorChoice, common.color or environ.get("TIKTOKTOE_COLOR") or "auto", "--color"),
            progress=choose(
                ProgressChoice, common.progress or environ.get("TIKTOKTOE_PROGRESS") or "auto", "--progress"
            ),
            quiet=bool(common.quiet),
            verbosity=common.verbose or 0,
        )
        output = _output(common.output, environ, forms.outputs)
        terminal = Terminal.on((sys.stdin, sys.stdout, sys.stderr), environ, options)
        reports = tuple(_report_target(text, forms.reports) for text in common.report or ())
        refuse_shared(reports)
        return cls(terminal, output, reports, tuple(common.config or ()), environ, {})

    @property
    def forms(self) -> tuple[str, ...]:
        """In which forms the answer leaves: that of `-o`, and those of the reports."""
        return (self.output, *(kind for kind, _ in self.reports))

    def config_files(self) -> list[str]:
        """Name the configuration files.

        Raises:
            UsageError: if none was named and none is found.
        """
        from tiktoktoe_cli.config import FILE_NAME, discover

        found = discover(self.config, self.environ)
        if not found:
            hint = f"name one with -c FILE, or write one with `tiktoktoe init`; `{FILE_NAME}` is found from below"
            raise UsageError(f"no configuration: there is no `{FILE_NAME}` here or above", hint=hint)
        self.keep(found)
        self.terminal.detail(f"reading {', '.join(found)}")
        return found

    def read(self) -> System:
        """Read the whole configuration as far as it can be read; its problems are the answer, not an error."""
        from tiktoktoe_cli.system import read_system

        return self._take(read_system(self.config_files(), self.environ))

    def load(
        self, *parts: str, request: str | None = None, outlines: Collection[str] = frozenset()
    ) -> System:
        """Read and check the parts of the configuration that a command needs; none named means all.

        `request` is the only one that is asked for, if so; variables of `outlines` need not be set.

        Raises:
            ConfigError: with every problem in them.
        """
        from tiktoktoe_cli.system import load_system

        return self._take(
            load_system(self.config_files(), self.environ, parts or None, request, outlines=outlines)
        )

    def keep(self, read: Iterable[str]) -> None:
        """Keep the files that are read from being written over by a report.

        Raises:
            UsageError: if one of them is the file of a report, which is then not written.
        """
        for kind, path in self._give_up(read):
            message = f"`--report {kind}={path}` would overwrite a file that is read"
            raise UsageError(message, hint="name another file")

    def _give_up(self, read: Iterable[str]) -> tuple[tuple[ReportKind, str], ...]:
        """Write no report over these files; return those that would have been."""
        over = among(self.reports, read)
        self.reports = tuple(target for target in self.reports if target not in over)
        return over

    def adopt(self, system: System) -> System:
        """Take in one more configuration: its files are kept, and its secrets are hidden beside those before."""
        self.keep(system.document.sources)
        hides, hidden_before = system.document.mask.line, self.terminal.mask
        self.terminal = self.terminal.masking(lambda text: hides(hidden_before(text)))
        return system

    def _take(self, system: System) -> System:
        self.keep(system.document.sources)
        self.sources = system.document.sources
        self.terminal = self.terminal.masking(system.document.mask.line)
        return system

    def refuse(self, problems: Iterable[Problem]) -> None:
        """Show warnings, and end the command if there is an error among the problems.

        Raises:
            ConfigError: with all of them.
        """
        found = tuple(dict.fromkeys(problems))
        if any(problem.severity is Severity.ERROR for problem in found):
            raise ConfigError(found, sources=self.sources, mask=self.terminal.mask)
        warnings = [problem for problem in found if problem.severity is Severity.WARNING]
        if warnings and not self.terminal.options.quiet:
            self.terminal.show(draw_problems(warnings, self.sources, self.terminal.message_view))

    def choose_one(self, section: Collection[str], name: str | None, kind: str) -> str:
        """Return the name that was asked for, or the only one there is.

        Raises:
            UsageError: if it is not there, or none was asked for and there are several.
        """
        if name is not None and name not in section:
            raise unknown(name, section, kind)
        if name is not None or len(section) == 1:
            return name or next(iter(section))
        if not section:
            raise UsageError(f"the configuration has no {kind}", hint=f"add one, or see `{PROGRAM} init`")
        raise UsageError(f"which {kind}?", hint=f"choose one of {listed(section, last='or')}")

    def progress(self) -> Progress:
        """Open the progress display that was asked for, to be used in a `with`."""
        from time import monotonic

        from tiktoktoe_cli.report import open_progress

        return open_progress(self.terminal, monotonic)

    @contextmanager
    def stop_flag(self, progress: Progress | None = None) -> Iterator[StopFlag]:
        """Let the first Ctrl-C, SIGTERM or SIGHUP ask for an end, and the second one end the command at once.

        The user is told above the `progress`, if there is one.
        """
        flag = StopFlag(progress.note if progress else self._say_below_echo)
        heard = [number for number in ENDING_SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]
        before = {number: signal.signal(number, flag.take) for number in heard}
        try:
            yield flag
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _say_below_echo(self, words: str) -> None:
        if self.terminal.is_animated and not self.terminal.options.quiet:
            self.terminal.show(_CLEAR_LINE)
        self.terminal.say(words)

    def leave_stdout(self) -> None:
        """Leave standard output to another program: the answer goes to standard error."""
        self.terminal = replace(self.terminal, stdout=self.terminal.stderr)

    def begin(self, command: str) -> None:
        """Write what stands above an answer that comes line by line."""
        if self.output is OutputFormat.NDJSON:
            from tiktoktoe_cli.report.documents import draw_header

            self.terminal.answer(draw_header(command, self.terminal.answer_view))
            self.has_begun = True

    def answer(
        self,
        report: Report,
        exit_code: ExitCode | None = None,
        *,
        picture: str | None = None,
        drawing: str | Callable[[View], str] | None = None,
        closing: bool = True,
    ) -> ExitCode:
        """Print the answer, write the reports, and return the exit code.

        A `picture` stands in for the table where a person reads, and so does a `drawing`, whose texts are harmless
        already: it keeps its colours and has the verdict below, if there is a `closing`; a function draws only if it is
        wanted. The code is 0 if `report.ok`, else 1, unless one is given; it is that of the answer, too, if whoever
        reads it leaves.
        """
        with suppress(OutputClosedError):
            self._write_reports(report)
            self._show(report, picture, drawing, closing=closing)
        if exit_code is not None:
            return exit_code
        return ExitCode.YES if report.ok else ExitCode.NO

    def _show(
        self,
        report: Report,
        picture: str | None,
        drawing: str | Callable[[View], str] | None,
        *,
        closing: bool,
    ) -> None:
        view = self.terminal.answer_view
        if self.output in _PERSONS:
            whole = self.terminal.options.verbosity > 0
            self.terminal.answer(draw_problems(report.problems, self.sources, view, whole=whole))
        if picture is not None and self.output is OutputFormat.TABLE:
            self.terminal.answer(escape_hidden(picture))
            return
        if drawing is None or self.output is not OutputFormat.TABLE:
            self.terminal.answer(self._drawn(report))
        else:
            self.terminal.answer(drawing if isinstance(drawing, str) else drawing(view))
        if closing and self.output in _PERSONS and not self.terminal.options.quiet:
            self.terminal.show(draw_closing(report, self.terminal.message_view))

    def fail(self, error: TiktoktoeError, command: str, *, draw: Draw | None = None) -> ExitCode:
        """Say why there is no answer: to persons on standard error, to machines in the form they asked for.

        `draw` is that form where it is not one of `--output`.
        The reports are written as well: an old one that says all is well must not stay behind.
        """
        problems: tuple[Problem, ...] = (Problem("failed", error.message, hint=error.hint),)
        if isinstance(error, ConfigError):
            problems, self.terminal = error.problems, self.terminal.masking(error.mask)
            self._give_up(error.sources)
        report = Report(
            command=command,
            ok=False,
            verdict=error.message,
            summary={"error": error.message, "hint": error.hint},
            items=[],
            columns=(),
            problems=problems,
            is_found_out=False,
        )
        with suppress(OutputClosedError):
            self._write_reports(report)
            if draw:
                self.terminal.answer(draw(report, self.terminal.answer_view))
            elif self.output not in _PERSONS:
                self.terminal.answer(self._drawn(report))
        tell(error, self.terminal)
        return error.exit_code

    def _write_reports(self, report: Report) -> None:
        """Write the files first: whoever reads standard output may leave."""
        for kind, path in sorted(self.reports, key=lambda target: target[1] == STDOUT):
            write(report, kind, path, self.terminal)

    def _drawn(self, report: Report) -> str:
        view = self.terminal.answer_view
        if not self.has_begun:
            return render(report, self.output, view)
        from tiktoktoe_cli.report.documents import draw_lines

        return draw_lines(report, view)


def tell(error: TiktoktoeError, terminal: Terminal) -> None:
    """Say on standard error why there is no answer; a wrong configuration with all its frames."""
    if isinstance(error, ConfigError):
        view = terminal.masking(error.mask).message_view
        whole = terminal.options.verbosity > 0
        terminal.show(draw_problems(error.problems, error.sources, view, whole=whole))
    else:
        terminal.fail(error.message, hint=error.hint)


class StopFlag:
    """Says whether the user asked for an end; `exit_code` is that of the signal."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._is_told = False
        self.exit_code: ExitCode | None = None

    def __call__(self) -> bool:
        """Tell whether to stop; the first yes is told to the user, too.

        Not when the signal comes: then anything may be half written, and a board is as high as it was drawn.
        """
        if self.exit_code is not None and not self._is_told:
            self._is_told = True
            self._tell(STOPPING)
        return self.exit_code is not None

    def take(self, number: int, _frame: FrameType | None) -> None:
        """Take a signal: the first is noted, the second one is not to be waited out."""
        if self.exit_code is not None:
            raise KeyboardInterrupt if number == signal.SIGINT else TerminatedError
        self.exit_code = ExitCode.of_signal(number)


def choose(choices: Iterable[Choice], word: str, option: str) -> Choice:
    """Read a word of a closed set.

    Raises:
        UsageError: with the nearest word, if it is none of them.
    """
    known = {choice.value: choice for choice in choices}
    if word not in known:
        raise unknown(word, known, f"value of `{option}`")
    return known[word]


def _output(word: str | None, environ: Mapping[str, str], formats: Collection[OutputFormat]) -> OutputFormat:
    """Choose the form of the answer; what the environment prefers is meant for the commands that have it."""
    if word:
        return _offered(choose(OutputFormat, word, "--output"), formats, "output")
    preferred = choose(
        OutputFormat, environ.get("TIKTOKTOE_OUTPUT") or OutputFormat.TABLE, "TIKTOKTOE_OUTPUT"
    )
    return preferred if preferred in formats else OutputFormat.TABLE


def _offered(choice: Choice, choices: Collection[Choice], what: str) -> Choice:
    if choice not in choices:
        raise UsageError(
            f"this command has no {what} of the kind `{choice}`",
            hint=f"choose one of {listed(choices, last='or')}",
        )
    return choice


def _report_target(text: str, kinds: Collection[ReportKind]) -> tuple[ReportKind, str]:
    word, separator, path = text.partition("=")
    if not separator or not path:
        raise UsageError(
            f"`--report {text}` names no file", hint=f"write it as `--report {word or 'junit'}=FILE`"
        )
    return _offered(choose(ReportKind, word, "--report"), kinds, "report"), path

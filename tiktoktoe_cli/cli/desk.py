"""What a command works with: its terminal, its configuration, and the way its answer leaves."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from tiktoktoe_cli.errors import ExitCode, UsageError
from tiktoktoe_cli.report import (
    ColorChoice,
    OutputFormat,
    ProgressChoice,
    ReportKind,
    Terminal,
    TerminalOptions,
    draw_closing,
    draw_problems,
    render,
    write,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from enum import StrEnum

    from tiktoktoe_cli.cli.options import Common
    from tiktoktoe_cli.errors import Severity
    from tiktoktoe_cli.report import Report
    from tiktoktoe_cli.system import System

    Choice = TypeVar("Choice", bound=StrEnum)

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

    @classmethod
    def open(cls, common: Common) -> Desk:
        """Read the common options.

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
        output = choose(OutputFormat, common.output or environ.get("TIKTOKTOE_OUTPUT") or "table", "--output")
        terminal = Terminal.on((sys.stdin, sys.stdout, sys.stderr), environ, options)
        reports = tuple(_report_target(text) for text in common.report or ())
        return cls(terminal, output, reports, tuple(common.config or ()), environ, {})

    def config_files(self) -> list[str]:
        """Name the configuration files.

        Raises:
            UsageError: if none was named and none is found.
        """
        from tiktoktoe_cli.config import FILE_NAME, discover

        found = discover(self.config, self.environ, Path.cwd())
        if not found:
            hint = f"name one with -c FILE, or write one with `tiktoktoe init`; `{FILE_NAME}` is found from below"
            raise UsageError(f"no configuration: there is no `{FILE_NAME}` here or above", hint=hint)
        return found

    def read(self) -> System:
        """Read the whole configuration as far as it can be read; its problems are the answer, not an error."""
        from tiktoktoe_cli.system import read_system

        return self._take(read_system(self.config_files(), self.environ))

    def load(self, *parts: str) -> System:
        """Read and check the parts of the configuration that a command needs; none named means all.

        Raises:
            ConfigError: with every problem in them.
        """
        from tiktoktoe_cli.system import load_system

        files = self.config_files()
        self.terminal.detail(f"reading {', '.join(files)}")
        return self._take(load_system(files, self.environ, parts or None))

    def _take(self, system: System) -> System:
        self.sources = system.document.sources
        self.terminal = self.terminal.masking(system.document.mask)
        return system

    def answer(
        self, report: Report, exit_code: ExitCode | None = None, *, fail_on: Severity | None = None
    ) -> ExitCode:
        """Print the answer, write the reports, and return the exit code.

        It is 0 if `report.ok`, else 1, unless one is given; a problem as grave as `fail_on` makes it 1, too.
        """
        for kind, path in self.reports:
            write(report, kind, path, self.terminal)
        view = self.terminal.answer_view
        if self.output in _PERSONS:
            self.terminal.answer(draw_problems(report.problems, self.sources, view))
        self.terminal.answer(render(report, self.output, view))
        if self.output in _PERSONS and not self.terminal.options.quiet:
            self.terminal.show(draw_closing(report, self.terminal.message_view))
        failed = fail_on is not None and any(
            _reaches(problem.severity, fail_on) for problem in report.problems
        )
        return (
            exit_code if exit_code is not None else ExitCode.NO if failed or not report.ok else ExitCode.YES
        )


def choose(choices: type[Choice], word: str, option: str) -> Choice:
    """Read a word of a closed set.

    Raises:
        UsageError: with the nearest word, if it is none of them.
    """
    try:
        return choices(word)
    except ValueError:
        raise unknown(word, [choice.value for choice in choices], f"value of `{option}`") from None


def unknown(word: str, known: Collection[str], kind: str) -> UsageError:
    """Make the error for a word that is none of the known ones, with the nearest of them as the hint."""
    from tiktoktoe_cli.config.spelling import suggestion

    some = ", ".join(f"`{name}`" for name in list(known)[:12])
    return UsageError(
        f"unknown {kind}: `{word}`", hint=suggestion(word, known) or f"choose one of {some or 'none'}"
    )


def _report_target(text: str) -> tuple[ReportKind, str]:
    kind, separator, path = text.partition("=")
    if not separator or not path:
        raise UsageError(
            f"`--report {text}` names no file", hint=f"write it as `--report {kind or 'junit'}=FILE`"
        )
    return choose(ReportKind, kind, "--report"), path


def _reaches(severity: Severity, level: Severity) -> bool:
    order = ["info", "warning", "error"]
    return order.index(severity) >= order.index(level)

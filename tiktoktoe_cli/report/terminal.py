"""The three streams of a run: the answer goes to standard output, everything else to standard error."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass, replace
from io import StringIO
from typing import TYPE_CHECKING, TextIO

from tiktoktoe_cli.errors import OutputClosedError, UnfinishedError
from tiktoktoe_cli.report.capabilities import (
    ColorChoice,
    ProgressChoice,
    carries_symbols,
    is_ci,
    is_dumb,
    wants_color,
    width_from,
)
from tiktoktoe_cli.report.palette import paint
from tiktoktoe_cli.report.text import many_lines
from tiktoktoe_cli.report.view import DEFAULT_WIDTH, Mask, View, show_everything
from tiktoktoe_cli.words import reason_of

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class TerminalOptions:
    """What the user asked for on the command line about output."""

    color: ColorChoice = ColorChoice.AUTO
    progress: ProgressChoice = ProgressChoice.AUTO
    quiet: bool = False
    verbosity: int = 0


@dataclass(frozen=True, slots=True)
class Terminal:
    """The streams, what they can show, and what the user wants to see.

    `answer` and `show` write texts that a format drew; `say`, `detail` and `fail` take words, hide
    the secrets that `mask` knows and make control characters harmless.
    """

    stdin: TextIO
    stdout: TextIO
    stderr: TextIO
    environ: Mapping[str, str]
    options: TerminalOptions = TerminalOptions()
    mask: Mask = show_everything

    @classmethod
    def on(
        cls,
        streams: tuple[TextIO | None, TextIO | None, TextIO | None],
        environ: Mapping[str, str],
        options: TerminalOptions = TerminalOptions(),  # frozen
    ) -> Terminal:
        """Take standard input, output and error as Python gives them: None where the caller closed one."""
        stdin, stdout, stderr = (stream or StringIO() for stream in streams)
        return cls(stdin, stdout, stderr, environ, options)

    def masking(self, mask: Mask) -> Terminal:
        """Return the same terminal with a mask, once the configuration has told the secrets."""
        return replace(self, mask=mask)

    @property
    def answer_view(self) -> View:
        """Say how the answer is to be drawn for standard output."""
        return self._view(self.stdout)

    @property
    def message_view(self) -> View:
        """Say how diagnostics are to be drawn for standard error."""
        return self._view(self.stderr)

    @property
    def is_ci(self) -> bool:
        """Tell whether a CI system runs us."""
        return is_ci(self.environ)

    @property
    def is_animated(self) -> bool:
        """Tell whether standard error may be redrawn in place."""
        return _is_terminal(self.stderr) and not is_dumb(self.environ) and not self.is_ci

    def answer(self, text: str) -> None:
        """Write a drawn text to standard output; raise OutputClosedError if its reader has left."""
        try:
            _write(self.stdout, text)
        except BrokenPipeError:
            _point_at_nothing(self.stdout)
            raise OutputClosedError from None
        except OSError as error:
            _point_at_nothing(self.stdout)
            raise UnfinishedError(f"cannot write the answer: {reason_of(error)}") from None

    def show(self, text: str) -> None:
        """Write a drawn text to standard error, whatever was asked: diagnostics are never quiet."""
        try:
            _write(self.stderr, text)
        except OSError:  # nobody reads messages any more, and there is nowhere left to say so
            _point_at_nothing(self.stderr)

    def say(self, words: str) -> None:
        """Tell a person something on standard error; hidden by `-q`."""
        if not self.options.quiet:
            self.show(self._harmless(words) + "\n")

    def detail(self, words: str, *, level: int = 1) -> None:
        """Tell more on standard error: level 1 with `-v`, level 2 with `-vv`."""
        if self.options.verbosity >= level and not self.options.quiet:
            self.show(self._harmless(words) + "\n")

    def fail(self, words: str, *, hint: str | None = None) -> None:
        """Say on standard error why there is no answer; never hidden."""
        self._labelled("error", "bold red", words)
        if hint:
            self._labelled("help", "cyan", hint)

    def _labelled(self, label: str, style: str, words: str) -> None:
        painted = paint(f"{label}:", style, color=self.message_view.color)
        self.show(f"{painted} {self._harmless(words)}\n")

    def _harmless(self, words: str) -> str:
        return many_lines(self.mask(words))

    def _view(self, stream: TextIO) -> View:
        is_terminal = _is_terminal(stream)
        return View(
            width=width_from(self.environ) or _measured_width(stream) or DEFAULT_WIDTH,
            terminal=is_terminal,
            color=wants_color(self.options.color, self.environ, is_terminal=is_terminal),
            unicode=carries_symbols(stream.encoding),
            mask=self.mask,
        )


def _is_terminal(stream: TextIO) -> bool:
    return not stream.closed and stream.isatty()


def _measured_width(stream: TextIO) -> int | None:
    if not _is_terminal(stream):
        return None
    with suppress(OSError, ValueError):
        return os.get_terminal_size(stream.fileno()).columns or None
    return None


def _write(stream: TextIO, text: str) -> None:
    try:
        stream.write(text)
    except UnicodeEncodeError:
        # nothing was written yet: a text stream encodes before it buffers
        encoding = stream.encoding
        stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
    stream.flush()


def _point_at_nothing(stream: TextIO) -> None:
    with suppress(OSError, ValueError), open(os.devnull, "w") as nothing:  # noqa: PTH123  # a device, not a path
        os.dup2(nothing.fileno(), stream.fileno())

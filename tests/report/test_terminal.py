from __future__ import annotations

import os
import subprocess
import sys
from io import BytesIO, StringIO, TextIOWrapper
from typing import TextIO

import pytest

from tiktoktoe_cli.errors import OutputClosedError
from tiktoktoe_cli.report import ColorChoice, Terminal, TerminalOptions


class Screen(StringIO):
    """A stream that calls itself a terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        """Say that somebody watches."""
        return True


def _terminal(
    options: TerminalOptions | None = None,
    environ: dict[str, str] | None = None,
    stream: type[StringIO] = StringIO,
) -> Terminal:
    return Terminal(stream(), stream(), stream(), environ or {}, options or TerminalOptions())


def _written(stream: TextIO) -> str:
    assert isinstance(stream, StringIO)
    return stream.getvalue()


def test_keeps_the_answer_apart_from_everything_else() -> None:
    """Only the answer goes to standard output."""
    streams = _terminal()

    streams.answer("answer\n")
    streams.say("words")
    streams.show("drawn\n")

    assert (_written(streams.stdout), _written(streams.stderr)) == ("answer\n", "words\ndrawn\n")


def test_quiet_hides_all_but_the_answer_and_failures() -> None:
    """`-q` leaves the answer, and why there is none."""
    streams = _terminal(TerminalOptions(quiet=True, verbosity=2))

    streams.say("words")
    streams.detail("more")
    streams.fail("no such file `x`", hint="name another")

    assert _written(streams.stderr) == "error: no such file `x`\nhelp: name another\n"


@pytest.mark.parametrize(("verbosity", "shown"), [(0, ""), (1, "one\n"), (2, "one\ntwo\n")])
def test_verbosity_shows_more(verbosity: int, shown: str) -> None:
    """`-v` shows details, `-vv` all of them."""
    streams = _terminal(TerminalOptions(verbosity=verbosity))

    streams.detail("one")
    streams.detail("two", level=2)

    assert _written(streams.stderr) == shown


def test_makes_words_harmless_and_hides_secrets() -> None:
    """A service's answer in a message cannot draw on the terminal, and a secret stays one."""
    streams = _terminal().masking(lambda text: text.replace("hunter2", "••••"))

    streams.say("got \x1b[2J hunter2")

    assert _written(streams.stderr) == "got \\x1b[2J ••••\n"


def test_paints_only_the_label() -> None:
    """Colour stands on the label, never on the words alone."""
    streams = _terminal(TerminalOptions(color=ColorChoice.ALWAYS))

    streams.fail("careful")

    assert _written(streams.stderr) == "\x1b[1;31merror:\x1b[0m careful\n"


def test_tells_each_stream_what_it_can_show() -> None:
    """The answer may be piped while messages go to a terminal."""
    streams = Terminal(Screen(), StringIO(), Screen(), {"COLUMNS": "66"})

    answer, message = streams.answer_view, streams.message_view

    assert (answer.terminal, answer.color, answer.width) == (False, False, 66)
    assert (message.terminal, message.color, message.unicode) == (True, True, True)


def test_is_eighty_columns_wide_where_nobody_knows() -> None:
    """A pipe has the width of a classic terminal."""
    assert _terminal().answer_view.width == 80


@pytest.mark.parametrize(
    ("environ", "expected"),
    [({}, True), ({"CI": "1"}, False), ({"TERM": "dumb"}, False), ({"FORCE_COLOR": "1", "CI": "1"}, False)],
)
def test_animates_only_for_a_person_at_a_terminal(environ: dict[str, str], *, expected: bool) -> None:
    """CI logs and dumb terminals get no animation, not even where colour is forced."""
    assert _terminal(environ=environ, stream=Screen).is_animated is expected


def test_works_without_streams() -> None:
    """A caller may have closed them all."""
    streams = Terminal.on((None, None, None), {})

    streams.answer("x")
    streams.say("y")

    assert not streams.is_animated


def test_escapes_what_the_encoding_lacks() -> None:
    """An ASCII stream gets escapes instead of a traceback."""
    raw = BytesIO()
    streams = Terminal(StringIO(), TextIOWrapper(raw, encoding="ascii"), StringIO(), {})

    streams.answer("naïve ✓\n")

    assert raw.getvalue() == b"na\\xefve \\u2713\n"


READER_LEAVES = """
import os, sys
from tiktoktoe_cli.errors import OutputClosedError
from tiktoktoe_cli.report import Terminal
terminal = Terminal.on((sys.stdin, sys.stdout, sys.stderr), {})
try:
    terminal.answer("x" * 1_000_000)
except OutputClosedError:
    sys.exit(7)
"""


def test_says_when_the_reader_has_left() -> None:
    """`| head` ends with one exception of ours and no word on standard error, not even at the exit."""
    read, write = os.pipe()
    os.close(read)

    with os.fdopen(write, "wb") as pipe:
        ended = subprocess.run(
            [sys.executable, "-c", READER_LEAVES],
            stdout=pipe,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=60,
        )

    assert (ended.returncode, ended.stderr) == (7, "")


class Broken(StringIO):
    """A stream whose reader has left."""

    def write(self, text: str) -> int:  # noqa: ARG002  # the signature is TextIO's
        """Fail as a pipe without a reader does."""
        raise BrokenPipeError


def test_stays_quiet_when_nobody_reads_the_messages() -> None:
    """A closed standard error does not disturb the answer."""
    streams = Terminal(StringIO(), StringIO(), Broken(), {})

    streams.say("words")
    streams.answer("answer")

    assert _written(streams.stdout) == "answer"


def test_a_left_reader_is_no_error_of_ours() -> None:
    """The front desk can tell a closed output from a broken connection of a feature."""
    streams = Terminal(StringIO(), Broken(), StringIO(), {})

    with pytest.raises(OutputClosedError) as caught:
        streams.answer("x")

    assert not isinstance(caught.value, OSError)

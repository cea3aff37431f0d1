"""A program as a source: it gets keys, one JSON text a line, and answers each with a line, in their order.

A JSON object is a row, `null` is none, all else is no answer. A program that ends, or is silent for too long, has no
answer for the keys that it was asked; for the next ones it is started anew.
"""

from __future__ import annotations

import os
import select
import subprocess
import time
from multiprocessing.util import Finalize
from typing import TYPE_CHECKING

import orjson

from tiktoktoe_cli.config.units import NS_PER_S
from tiktoktoe_cli.replay.enriching.source import Failed, Source, row_of
from tiktoktoe_cli.replay.stopping import StoppedError
from tiktoktoe_cli.words import reason_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tiktoktoe_cli.replay.enriching.source import Answer, Around
    from tiktoktoe_cli.replay.settings.enrichment import CommandLookupSettings, LookupSettings

_LOOK_MS = 100
_READ_BYTES = 1 << 16
_LONGEST_ANSWER = 16 << 20


class _SilentError(Exception):
    """The program gives no more answers, for this reason."""


class CommandSource(Source):
    """Asks a program. It is started at the first question: in the process that asks; its messages are ours."""

    def __init__(self, settings: CommandLookupSettings, around: Around) -> None:
        self._settings = settings
        self._should_stop = around.should_stop
        self._child: _Child | None = None

    def find(self, keys: Sequence[str]) -> list[Answer]:
        """Answer for each of some different keys.

        Raises:
            StoppedError: the user wants the run to end.
        """
        questions = [_question(key) for key in keys]
        lines = [question for question in questions if question is not None]
        answers, failed = self._ask(lines)
        read = iter([*map(_answer, answers), *[failed] * (len(lines) - len(answers))])
        return [
            Failed("the key is no text that can be sent") if it is None else next(read) for it in questions
        ]

    def _ask(self, lines: Sequence[bytes]) -> tuple[list[bytes], Failed]:
        """Ask all at once; give the answers that came, and why the others did not."""
        answers: list[bytes] = []
        if self._child is not None and self._child.has_spoken:
            self._child.end()
            self._child = None
        try:
            self._child = self._child or _Child(self._settings.run)
            self._child.talk(b"".join(lines), answers, len(lines), self._settings.timeout, self._should_stop)
        except OSError as error:
            return answers, Failed(f"the program cannot be started: {reason_of(error)}")
        except _SilentError as error:
            if self._child is not None:
                self._child.end()
                self._child = None
            return answers, Failed(f"the program {error}")
        return answers, Failed("")


class _Child:
    """The program, which runs; Ctrl-C of the terminal does not reach it, for a run that is stopped ends it itself."""

    def __init__(self, command: Sequence[str]) -> None:
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0, start_new_session=True
        )
        assert self._process.stdin, "it is a pipe"  # noqa: S101  # states an invariant
        assert self._process.stdout, "it is a pipe"  # noqa: S101  # as above
        self._stdin, self._stdout = self._process.stdin.fileno(), self._process.stdout.fileno()
        os.set_blocking(self._stdin, False)
        self._rest = b""
        # unlike weakref's, it is also called where a worker ends, and never by a process that was forked from this one
        self.end = Finalize(self, _end, (self._process,), exitpriority=1)

    @property
    def has_spoken(self) -> bool:
        """Whether it has ended, or said more than it was asked: the next answer would be taken for another key's."""
        heard = select.poll()
        heard.register(self._stdout, select.POLLIN)
        return bool(self._rest or heard.poll(0))

    def talk(
        self, data: bytes, answers: list[bytes], count: int, timeout_ns: int, should_stop: Callable[[], bool]
    ) -> None:
        """Write questions while it answers; both pipes may be full at times.

        Raises:
            _SilentError: it has ended, or said nothing for too long.
            StoppedError: the user wants the run to end.
        """
        rest, heard_s = memoryview(data), time.monotonic()
        ready = select.poll()
        ready.register(self._stdout, select.POLLIN)
        ready.register(self._stdin, select.POLLOUT)
        while len(answers) < count:
            for descriptor, _ in ready.poll(_LOOK_MS):
                if descriptor == self._stdout:
                    self._hear(answers)
                    heard_s = time.monotonic()
                else:
                    rest = self._say(rest)
                    if not rest:
                        ready.unregister(self._stdin)
            if should_stop():
                raise StoppedError
            if (time.monotonic() - heard_s) * NS_PER_S > timeout_ns:
                raise _SilentError(f"has not answered for {timeout_ns}")
        if len(answers) > count:
            del answers[count:]
            raise _SilentError("gives more answers than it was asked for")

    def _say(self, rest: memoryview) -> memoryview:
        try:
            return rest[os.write(self._stdin, rest) :]
        except BrokenPipeError:
            return rest[:0]  # how it has ended is seen at its output
        except BlockingIOError:
            return rest

    def _hear(self, answers: list[bytes]) -> None:
        data = os.read(self._stdout, _READ_BYTES)
        if not data:
            code = _end(self._process)
            raise _SilentError(f"has ended with {code}")
        *lines, self._rest = (self._rest + data).split(b"\n")
        answers += lines
        if len(self._rest) > _LONGEST_ANSWER:
            raise _SilentError("does not come to the end of its answer")


def _end(process: subprocess.Popen[bytes]) -> int:
    """End a program that asks for nothing better: its input is closed, and if it does not end then, it is killed."""
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            stream.close()
    try:
        return process.wait(_FAREWELL_S)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


_FAREWELL_S = 1.0


def _question(key: str) -> bytes | None:
    try:
        return orjson.dumps(key, option=orjson.OPT_APPEND_NEWLINE)
    except orjson.JSONEncodeError:
        return None


def _answer(line: bytes) -> Answer:
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        return Failed(f"the answer is no JSON: {error}")
    if value is None:
        return None
    return (
        row_of(value) if isinstance(value, dict) else Failed("the answer is neither a JSON object nor null")
    )


def build(lookup: LookupSettings, around: Around) -> CommandSource:
    """Make the source; nothing is started yet."""
    assert lookup.command is not None, "it is the kind of this source"  # noqa: S101  # states an invariant
    return CommandSource(lookup.command, around)

"""A program as a destination: it gets one event a line on its standard input.

How it says that it has them is for the YAML to say: by ending well when its input ends, which it then does at every
checkpoint, to be started anew; or by a line of its own for each event, `ok` or the reason why it refuses it.
"""

from __future__ import annotations

import os
import queue
import select
import subprocess
import threading
from collections import deque
from typing import IO, TYPE_CHECKING

from tiktoktoe_cli.config.units import NS_PER_S
from tiktoktoe_cli.errors import UnfinishedError, UsageError
from tiktoktoe_cli.replay.choices import Acknowledgement
from tiktoktoe_cli.replay.delivering.destination import Refusal
from tiktoktoe_cli.replay.events.letter import Attempt
from tiktoktoe_cli.words import quoted, reason_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tiktoktoe_cli.replay.delivering.destination import Destination, Position
    from tiktoktoe_cli.replay.delivering.surroundings import Surroundings
    from tiktoktoe_cli.replay.events.record import Origin
    from tiktoktoe_cli.replay.settings.destination import CommandSettings

_STDERR = 2
_UNDER_WAY = 256
_TAKEN = b"ok"
_LONGEST_REASON = 500
_FAREWELL_S = 1.0  # a program that it has started may hold its output open


class CommandDestination:
    """Starts the program with the first event. Its messages, and what it prints if nobody asked it to, are ours."""

    is_exact = False
    files: tuple[Path, ...] = ()

    def __init__(self, name: str, settings: CommandSettings) -> None:
        self._name = name
        self._settings = settings
        self.can_refuse = settings.acknowledge is Acknowledgement.LINES
        self._child: subprocess.Popen[bytes] | None = None
        self._listener: threading.Thread | None = None
        self._under_way: deque[Origin] = deque()
        self._refused: list[Refusal] = []
        self.events = self.size_bytes = 0

    @property
    def place(self) -> str:
        """The command."""
        return " ".join(self._settings.run)

    def open(self, position: Position | None) -> None:
        """Begin, or go on counting."""
        self.events, self.size_bytes = position or (0, 0)

    def write(self, events: Sequence[bytes], origins: Sequence[Origin]) -> None:
        """Hand over events, not more at a time than the program may be behind."""
        if not self.can_refuse:
            self._hand_over(b"".join([event + b"\n" for event in events]))
            self.events += len(events)
            return
        for start in range(0, len(events), _UNDER_WAY // 2):
            end = start + _UNDER_WAY // 2
            self._wait_for(_UNDER_WAY // 2)
            self._hand_over(b"".join([event + b"\n" for event in events[start:end]]))
            self._under_way += origins[start:end]

    def settle(self) -> Sequence[Refusal]:
        """Wait until the program has said that it has all events."""
        if self.can_refuse:
            self._wait_for(0)
        else:
            self._end()
        refused, self._refused = self._refused, []
        return refused

    def complete(self) -> None:
        """Let the program end."""
        self._end()

    def position(self) -> Position:
        """Tell how much was handed over."""
        return self.events, self.size_bytes

    def secure(self) -> None:
        """Do nothing: it is in other hands."""

    def publish(self) -> None:
        """Do nothing: it was delivered."""

    def close(self) -> None:
        """End the program if it still runs: what it has not acknowledged it will get again."""
        child, self._child = self._child, None
        if child is not None:
            child.kill()
            child.wait()
            if child.stdin is not None:
                _close(child.stdin)
            if self._listener is not None:
                self._listener.join(_FAREWELL_S)
                self._listener = None

    def _start(self) -> subprocess.Popen[bytes]:
        try:
            child = subprocess.Popen(
                self._settings.run,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE if self.can_refuse else _STDERR,
                bufsize=0,
            )
        except OSError as error:
            message = f"cannot start `{self._settings.run[0]}`: {reason_of(error)}"
            raise UsageError(message, hint=f"see `run` of the destination `{self._name}`") from error
        assert child.stdin is not None, "it is a pipe"  # noqa: S101  # states an invariant
        os.set_blocking(child.stdin.fileno(), False)
        if child.stdout is not None:
            self._answers: queue.SimpleQueue[bytes] = queue.SimpleQueue()
            self._listener = threading.Thread(target=_listen, args=(child.stdout, self._answers), daemon=True)
            self._listener.start()
        return child

    def _hand_over(self, data: bytes) -> None:
        if not data:
            return
        if self._child is None:
            self._child = self._start()
        assert self._child.stdin is not None, "it is a pipe"  # noqa: S101  # as above
        stdin, rest = self._child.stdin.fileno(), memoryview(data)
        writable = select.poll()
        writable.register(stdin, select.POLLOUT)
        while rest:
            if not writable.poll(self._timeout_s * 1_000):
                raise self._down(f"has read nothing for {self._settings.timeout}")
            try:
                rest = rest[os.write(stdin, rest) :]
            except BrokenPipeError:
                raise self._down("does not read its input any more") from None
        self.size_bytes += len(data)

    def _wait_for(self, under_way: int) -> None:
        """Wait until no more events than that are unacknowledged."""
        while len(self._under_way) > under_way:
            try:
                answer = self._answers.get(timeout=self._timeout_s)
            except queue.Empty:
                hint = "it has to write a line for each event, and to flush it"
                raise self._down(f"has acknowledged nothing for {self._settings.timeout}", hint) from None
            if not answer:
                raise self._down("has ended, and not acknowledged all events")
            self._answered(answer.strip(), self._under_way.popleft())

    def _answered(self, answer: bytes, origin: Origin) -> None:
        if answer == _TAKEN:
            self.events += 1
            return
        reason = answer[:_LONGEST_REASON].decode(errors="replace") or "it gave no reason"
        self._refused.append(Refusal(origin, reason, Attempt(self._name, 1, "refused")))

    def _end(self) -> None:
        """Let the program read to the end of its input, and see whether it ends well."""
        child = self._child
        if child is None:
            return
        assert child.stdin is not None, "it is a pipe"  # noqa: S101  # as above
        _close(child.stdin)
        try:
            code = child.wait(self._timeout_s)
        except subprocess.TimeoutExpired:
            message = f"has not ended for {self._settings.timeout} after the end of its input"
            raise self._down(message) from None
        if code:
            raise self._down(f"ended with {code}")
        self.close()

    def _down(self, what: str, hint: str = "see to it that it works") -> UnfinishedError:
        message = f"the destination `{self._name}` is down: {quoted(self._settings.run[0])} {what}"
        self.close()
        return UnfinishedError(message, hint=hint)

    @property
    def _timeout_s(self) -> float:
        return self._settings.timeout / NS_PER_S


def _listen(stream: IO[bytes], answers: queue.SimpleQueue[bytes]) -> None:
    """Pass on what a program prints, line by line, and no bytes at its end; nobody else closes the stream."""
    rest = b""
    with stream:
        while data := os.read(stream.fileno(), 1 << 16):
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                answers.put(line + b"\n")
    answers.put(b"")


def _close(stream: IO[bytes]) -> None:
    try:
        stream.close()
    except BrokenPipeError:
        return


def build(name: str, settings: CommandSettings, _around: Surroundings) -> Destination:
    """Make the destination."""
    return CommandDestination(name, settings)

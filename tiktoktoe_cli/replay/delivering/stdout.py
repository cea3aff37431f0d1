"""The standard output as a destination: one event a line, for another program to read."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tiktoktoe_cli.errors import OutputClosedError, UnfinishedError
from tiktoktoe_cli.words import reason_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from typing import BinaryIO

    from tiktoktoe_cli.replay.delivering.destination import Destination, Position, Refusal
    from tiktoktoe_cli.replay.delivering.surroundings import Surroundings
    from tiktoktoe_cli.replay.events.record import Origin
    from tiktoktoe_cli.replay.settings.destination import StdoutSettings


class StdoutDestination:
    """Writes events as they come; whoever has read them keeps them, so a run that goes on repeats some."""

    can_refuse = False
    is_exact = False
    files: tuple[Path, ...] = ()
    place = "standard output"

    def __init__(self, around: Surroundings) -> None:
        self._stdout = around.stdout
        self.events = self.size_bytes = 0

    def open(self, position: Position | None) -> None:
        """Begin, or go on counting."""
        self.events, self.size_bytes = position or (0, 0)
        self._stream = self._stdout()

    def write(self, events: Sequence[bytes], _origins: Sequence[Origin]) -> None:
        """Write events.

        Raises:
            OutputClosedError: whoever read them has left.
        """
        data = b"\n".join(events) + b"\n" if events else b""
        with _watched(self._stream):
            self._stream.write(data)
        self.events += len(events)
        self.size_bytes += len(data)

    def settle(self) -> Sequence[Refusal]:
        """Hand all events to whoever reads them."""
        with _watched(self._stream):
            self._stream.flush()
        return ()

    def complete(self) -> None:
        """Do nothing: it has settled."""

    def position(self) -> Position:
        """Tell how much was written."""
        return self.events, self.size_bytes

    def secure(self) -> None:
        """Do nothing: it is in other hands."""

    def publish(self) -> None:
        """Do nothing: it was seen."""

    def close(self) -> None:
        """Leave it open: it is not ours."""


@contextmanager
def _watched(stream: BinaryIO) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        nothing = os.open(os.devnull, os.O_WRONLY)  # what is left in the buffer has to go somewhere at exit
        os.dup2(nothing, stream.fileno())
        os.close(nothing)
        if isinstance(error, BrokenPipeError):
            raise OutputClosedError from None
        raise UnfinishedError(f"cannot write to standard output: {reason_of(error)}") from error


def build(_name: str, _settings: StdoutSettings, around: Surroundings) -> Destination:
    """Make the destination."""
    return StdoutDestination(around)

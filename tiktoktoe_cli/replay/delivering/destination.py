"""What a destination is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tiktoktoe_cli.replay.events.letter import Attempt
    from tiktoktoe_cli.replay.events.record import Origin

Position: TypeAlias = Any
"""Where a destination stands, in values that `marshal` can write; only the destination itself reads it."""


class Refusal(NamedTuple):
    """An event that a destination will never take: where it came from, why, and what was tried."""

    origin: Origin
    message: str
    attempt: Attempt


class Destination(Protocol):
    """Takes events as JSON without a newline, in batches.

    A run opens it, writes, and at every checkpoint first lets it `settle`, then asks for its `position`, and has that
    made durable by `secure` while it goes on. A run that succeeds publishes it. One that is cut short only closes it,
    and the next one opens it at the position of the last checkpoint.
    """

    @property
    def can_refuse(self) -> bool:
        """Whether it may refuse single events; it is then given their origins."""

    @property
    def is_exact(self) -> bool:
        """Whether what was written after its position is taken back when it is opened there."""

    @property
    def place(self) -> str:
        """Where the events go, for people."""

    @property
    def files(self) -> Sequence[Path]:
        """The files that hold just the events that it took, in the order of their names, once it is published."""

    @property
    def events(self) -> int:
        """How many events it has taken, those before its position included; none that it has refused."""

    @property
    def size_bytes(self) -> int:
        """How many bytes these are where they went."""

    def open(self, position: Position | None) -> None:
        """Begin, or go on at a position.

        Raises:
            UsageError: it cannot be used as it is set.
            UnfinishedError: it cannot be opened, or less is left than the position says.
        """

    def write(self, events: Sequence[bytes], origins: Sequence[Origin]) -> None:
        """Take events in their order; `origins` is empty for one that cannot refuse.

        Raises:
            UnfinishedError: it cannot be written, or is down long enough.
        """

    def settle(self) -> Sequence[Refusal]:
        """Wait until each event has arrived or is refused; tell the refused ones, each once.

        Raises:
            UnfinishedError: as `write`.
        """

    def complete(self) -> None:
        """Hold nothing back: no event will follow. It has settled, and is asked for its position once more.

        Raises:
            UnfinishedError: as `write`.
        """

    def position(self) -> Position:
        """Tell where it stands once it has settled.

        Raises:
            UnfinishedError: as `write`.
        """

    def secure(self) -> None:
        """Make the last position that was told durable; may be called from another thread.

        Raises:
            UnfinishedError: the disk does not take it.
        """

    def publish(self) -> None:
        """Let readers see what was secured: the run has succeeded.

        Raises:
            UnfinishedError: it cannot be put in its place.
        """

    def close(self) -> None:
        """Let go of everything; what was written and not published stays for the next run.

        Raises:
            UnfinishedError: what was still held back cannot be written.
        """

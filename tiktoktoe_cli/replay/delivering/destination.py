"""What a destination is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiktoktoe_cli.replay.events.record import Origin


class Taker(Protocol):
    """Takes events as JSON without a newline, in batches.

    `can_refuse` tells whether it may refuse single events; it is then given their origins.
    """

    @property
    def can_refuse(self) -> bool:
        """Whether it may refuse single events."""

    def write(self, events: Sequence[bytes], origins: Sequence[Origin]) -> None:
        """Take events in their order; `origins` is empty for one that cannot refuse.

        Raises:
            UnfinishedError: it cannot be written, or is down long enough.
        """

"""A checkpoint: all that a run must know to go on as if it had never stopped."""

from __future__ import annotations

import marshal
import sys
from collections import Counter
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from tiktoktoe_cli.replay.events.batch import Drop
from tiktoktoe_cli.replay.events.letter import Reason

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tiktoktoe_cli.monitoring import Alarms
    from tiktoktoe_cli.replay.delivering.delivery import Delivery
    from tiktoktoe_cli.replay.delivering.destination import Position
    from tiktoktoe_cli.replay.flow.passage import Account
    from tiktoktoe_cli.replay.letters import Letterbox


_FORMAT = (3, marshal.version, *sys.version_info[:2])
"""What is kept in a checkpoint, the memories of stages among it, is for this form only."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Where a run stood.

    `position` is where its input goes on: file, offset and number of the next record; in the order of time the number
    of blocks that were through. `lines` counts what was read, `outputs` says where each output stood.
    `repeated` counts the events that may have been delivered twice. When it `is_over`, all that is left to do is to
    publish. What the memories of stages hold is kept beside it.
    """

    position: tuple[int, ...]
    lines: int
    outputs: dict[str, Position]
    books: dict[str, Any]  # Any: what `marshal` can write
    number: int = 1
    repeated: int = 0
    is_over: bool = False

    def encode(self) -> bytes:
        """Write it down."""
        return marshal.dumps((_FORMAT, tuple(getattr(self, field.name) for field in fields(self))))

    @classmethod
    def decode(cls, data: bytes) -> Checkpoint:
        """Read what was written down.

        Raises:
            ValueError: another version of this program, or of Python, has written it.
        """
        form, values = marshal.loads(data)  # noqa: S302  # written by this program, guarded by the store's checksum
        if form != _FORMAT:
            raise ValueError("another version of the program or of Python has written it")
        return cls(*values)


@dataclass(frozen=True, slots=True)
class Books:
    """What a run has counted so far."""

    accounts: Mapping[str, Account]
    delivery: Delivery
    letters: Letterbox
    alarms: Alarms

    def told(self) -> dict[str, Any]:  # Any: as in a checkpoint
        """Write all counts down."""
        return {
            "accounts": {name: _told(account) for name, account in self.accounts.items()},
            "routes": dict(self.delivery.routes),
            "reasons": {reason.value: count for reason, count in self.letters.reasons.items()},
            "damaged": list(self.letters.damaged),
            "alarms": self.alarms.told(),
        }

    def take_up(self, told: Mapping[str, Any]) -> None:  # as above
        """Go on counting from what was written down."""
        for name, values in told["accounts"].items():
            _take_up(self.accounts[name], *values)
        self.delivery.routes.update(told["routes"])
        self.letters.reasons.update({Reason(word): count for word, count in told["reasons"].items()})
        self.letters.damaged.extend(told["damaged"])
        self.alarms.take_up(told["alarms"])


def _told(account: Account) -> tuple[Any, ...]:
    dropped = {drop.value: count for drop, count in account.dropped.items()}
    counts = (account.taken, account.passed, account.dead, account.made)
    return (counts, account.spent_ns, dropped, dict(account.measures), dict(account.remarks))


def _take_up(
    account: Account, counts: tuple[int, int, int, int], spent_ns: int, *rest: dict[str, Any]
) -> None:
    dropped, measures, remarks = rest
    account.taken, account.passed, account.dead, account.made = counts
    account.spent_ns = spent_ns
    account.dropped = Counter({Drop(word): count for word, count in dropped.items()})
    account.measures = Counter(measures)
    account.remarks = dict(remarks)

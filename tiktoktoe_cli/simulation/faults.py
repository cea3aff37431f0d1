"""Faults in virtual time: they begin, overlap and end."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from tiktoktoe_cli.simulation.servers import HEALTHY, Condition

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiktoktoe_cli.simulation.engine import Engine
    from tiktoktoe_cli.simulation.servers import Server
    from tiktoktoe_cli.simulation.settings import FaultSettings


class FaultSchedule:
    """The faults of one service."""

    def __init__(self, server: Server, faults: Sequence[FaultSettings]) -> None:
        self.server = server
        self.faults = faults

    def announce(self, engine: Engine) -> None:
        """Announce every beginning and end."""
        for at_ns in sorted({edge for fault in self.faults for edge in (fault.at, fault.ends_at_ns)}):
            engine.at(at_ns, self.change)

    def change(self, now_ns: int) -> None:
        """Apply what is active from now on: a fault lasts from its beginning up to, not including, its end."""
        active = [fault for fault in self.faults if fault.at <= now_ns < fault.ends_at_ns]
        self.server.suffer(combined(active), now_ns)


def combined(faults: Sequence[FaultSettings]) -> Condition:
    """Return what several faults do together: they err independently, and slow each other down further."""
    if not faults:
        return HEALTHY
    slowdowns = [fault.latency for fault in faults if fault.latency]
    return Condition(
        error_rate=1 - prod(1 - fault.error_rate for fault in faults if fault.error_rate is not None),
        factor=prod(slowdown.factor for slowdown in slowdowns),
        shift_ns=sum(slowdown.shift for slowdown in slowdowns),
        is_down=any(fault.kill for fault in faults),
    )

"""How a program ended, as a value with words."""

from __future__ import annotations

import signal
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Exit:
    """The end of a program: `status` is what it returned, or minus the signal that ended it."""

    status: int

    @property
    def is_success(self) -> bool:
        """Tell whether the program itself said that all went well."""
        return self.status == 0

    def __str__(self) -> str:
        if self.status >= 0:
            return f"exited with {self.status}"
        return f"was ended by {signal_name(-self.status)}"


def signal_name(number: int) -> str:
    """Name a signal as `kill -l` does, with its SIG; real-time signals go by their number."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"

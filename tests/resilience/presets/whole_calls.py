"""Scenarios whose steps are whole calls, as a library has them that runs the call itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.resilience.presets.answers import Run
from tiktoktoe_cli.resilience.machine import OPEN, STATES

if TYPE_CHECKING:
    from tests.resilience.presets.answers import Step

_SAID = {"success": "ok", "failure": "error", "ignore": "error"}


@dataclass
class CallingRun(Run):
    """A run that keeps what the caller of the latest call was told.

    `tells_of_opening`: whether the call whose failure opened the circuit raises the library's error, not its own.
    """

    tells_of_opening: bool = True
    note: str = ""

    def call(self, step: Step) -> bool | str:
        """Ask for a call, let it take its time, and end it; return whether it was permitted."""
        permitted = self.acquire(step)
        opened = False
        if permitted is True:
            self._finish({**step, "t": step["t"] + step["duration_ms"]})
            opened = self.phase == OPEN and self.tells_of_opening
        self.note = "CircuitBreakerError" if opened or not permitted else _SAID[step["arg"]]
        return permitted

    def _finish(self, step: Step) -> None:
        if step["arg"] == "ignore":
            self.ignore(step)
        else:
            self.end(step, failed=step["arg"] == "failure")


def state_of(run: Run, _step: Step) -> str:
    """Name the phase as the vectors do."""
    return str(STATES[run.phase]).replace("-", "_")

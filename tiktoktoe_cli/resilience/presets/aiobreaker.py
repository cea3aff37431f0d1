"""aiobreaker 1.2.0: so many failures in a row open, one probe's success closes, any number of calls at once.

It is a fork of pybreaker, and so are its steps and its table (`presets.pybreaker`, where the rules for late results
are told). What differs:

- There is no lock. When the reset time has come, every call is let through until the first one ends, so that late
  results are common here: a probe that fails after another one has closed the circuit opens it again, and one that
  succeeds after another one has failed closes it at once.
- A cancelled call counts as nothing.
- The first successful probe closes: there is no `success_threshold`.
- A `timeout_duration` of zero is the default there, and refused here.

Source: `aiobreaker/circuitbreaker.py`, `aiobreaker/state.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from pydantic import Field

from tiktoktoe_cli.config.units import Duration
from tiktoktoe_cli.resilience.machine import Machine
from tiktoktoe_cli.resilience.presets import pybreaker
from tiktoktoe_cli.resilience.presets.settings import FAILURES, BreakerSettings, Native

MACHINE = replace(pybreaker.MACHINE, name="aiobreaker", cancel=None, closed_permits=True)


class AiobreakerSettings(BreakerSettings):
    """Stop calling after failures in a row."""

    machine: ClassVar[Machine] = MACHINE
    native: ClassVar[Mapping[str, Native]] = {
        "fail_max": Native("consecutive_failures"),
        "timeout_duration": Native("reset_timeout", "s"),
    }
    elsewhere: ClassVar[Mapping[str, str]] = {
        "exclude": FAILURES,
        "state_storage": "leave it out: `request send --state FILE` keeps a circuit",
    }
    idle: ClassVar[tuple[str, ...]] = ("name", "listeners")

    consecutive_failures: int = Field(5, ge=1)
    """How many failures in a row open the circuit."""
    reset_timeout: Duration = Field(Duration.of(60), gt=0)
    """How long the circuit stays open before calls probe it."""

    @property
    def rules(self) -> pybreaker.Rules:
        """The settings as the steps take them."""
        return pybreaker.Rules(
            consecutive_failures=self.consecutive_failures,
            success_threshold=1,
            reset_timeout_ns=self.reset_timeout,
            one_at_a_time=0,
        )

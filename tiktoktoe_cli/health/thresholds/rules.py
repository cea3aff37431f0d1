"""What the rules of hysteresis can say: one row of numbers, the same for every system that is followed."""

from __future__ import annotations

from dataclasses import dataclass

from tiktoktoe_cli.health.state import HealthState


@dataclass(frozen=True, slots=True)
class Rules:
    """When a state changes.

    - `fail` failures among the last `of` results make it failing; where both are equal, that is as many in a row.
    - `pass_` passes in a row make it passing, as soon as too few failures are left among the last `of`.
    - `warn` failures in a row, if so many are fewer than `fail`, make it degraded.
    - `initial` is the state before the first result; with `first_decides`, that one counts as often as is needed.
    - `retriable`: an answer that is not what was expected counts as no answer does; if not, one is enough to fail.
    - `counts_errors`: a check that could not be carried out is a failure; if not, it never happened.
    - `follows_latest`: while it passes, a pass is shown as it is, healthy or degraded, and so are failures while it
      fails; if not, each has to be enough on its own.
    """

    fail: int
    pass_: int
    of: int | None = None
    warn: int | None = None
    initial: HealthState = HealthState.UNHEALTHY
    first_decides: bool = False
    retriable: bool = True
    counts_errors: bool = True
    follows_latest: bool = True

    @property
    def window(self) -> int:
        """How many of the latest results the failures are counted in."""
        return self.of or self.fail

    def counts(self, result: HealthState) -> bool:
        """Ask whether a result says anything: skipped and maintenance never do."""
        if result is HealthState.ERROR:
            return self.counts_errors
        return result.is_passing or result.is_failing

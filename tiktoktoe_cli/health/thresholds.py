"""Hysteresis: a state that changes only after enough equal results in a row. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Streak:
    """The state, and how many results in a row were equal.

    Follows the kubelet (`pkg/kubelet/prober/worker.go`): a run of `fail_after` failures makes the state failing, a
    run of `pass_after` passes makes it passing, anything shorter leaves it as it is.
    """

    pass_after: int
    fail_after: int
    is_passing: bool = False
    run: int = 0
    last: bool | None = None

    def after(self, *, passed: bool) -> Streak:
        """Return the streak with one more result."""
        run = self.run + 1 if passed is self.last else 1
        enough = self.pass_after if passed else self.fail_after
        is_passing = passed if run >= enough else self.is_passing
        return replace(self, is_passing=is_passing, run=run, last=passed)

"""Where a check stands after all its results so far: each step takes one more.

A degraded result is a pass. While the check passes, it stands as its latest pass, so that it is degraded as soon as,
and as long as, its passes are; Envoy does so (`DEGRADED_ACTIVE_HC`), and the others know no such state. Only with
Consul's rules, where failures too make a check degraded, has a pass to be enough to change anything.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from tiktoktoe_cli.health.state import HealthState
from tiktoktoe_cli.health.thresholds.rules import Rules


@dataclass(frozen=True, slots=True)
class Standing:
    """The state that holds, and what it takes to change it.

    `passes` is how many results in a row were passes, `failures` how many were failures; one of them is 0, and both
    before the first. The lowest bit of `failed` is set if the latest result was a failure, the next one for the one
    before. `has_changed` says that the last step brought another state.
    """

    rules: Rules
    state: HealthState
    passes: int = 0
    failures: int = 0
    failed: int = 0
    has_changed: bool = False

    @classmethod
    def start(cls, rules: Rules) -> Standing:
        """Make the standing before the first result."""
        return cls(rules, rules.initial)

    def after(self, result: HealthState, *, answered: bool = False) -> Standing:
        """Return the standing with one more result; `answered` says that there was a complete answer.

        What says nothing (skipped, maintenance, and by some rules error) leaves everything as it is.
        """
        if not self.rules.counts(result):
            return replace(self, has_changed=False)
        counted = _counted(self, passed=result.is_passing)
        state = _decided(counted, result, answered=answered)
        return replace(counted, state=state, has_changed=state is not self.state)


def _counted(standing: Standing, *, passed: bool) -> Standing:
    rules = standing.rules
    enough = rules.pass_ if passed else rules.fail
    is_first = not (standing.passes or standing.failures)
    times = enough if rules.first_decides and is_first else 1
    failed = standing.failed << times | (0 if passed else (1 << times) - 1)
    return replace(
        standing,
        passes=standing.passes + times if passed else 0,
        failures=0 if passed else standing.failures + times,
        failed=failed & (1 << rules.window) - 1,
    )


def _decided(standing: Standing, result: HealthState, *, answered: bool) -> HealthState:
    rules = standing.rules
    if rules.follows_latest and result.is_passing is standing.state.is_passing:
        return result
    failures = standing.failed.bit_count()
    if result.is_passing:
        is_enough = standing.passes >= rules.pass_ and failures < rules.fail
        return result if is_enough else standing.state
    if failures >= rules.fail or (answered and not rules.retriable):
        return result
    is_warned = rules.warn is not None and standing.failures >= rules.warn
    return HealthState.DEGRADED if is_warned else standing.state


def stable(passes: int) -> Standing:
    """Start a wait for so many passes in a row: whatever else comes, but what says nothing, begins it anew."""
    return Standing.start(Rules(fail=1, pass_=passes))

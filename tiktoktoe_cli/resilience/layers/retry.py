"""`retry`: makes a call again after a wait, as long as its outcome is worth it and the budget allows it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from tiktoktoe_cli.resilience.budgets.kind import ADMITTED, NOTHING, REFUSED, Ask, End, result_of
from tiktoktoe_cli.resilience.budgets.live import Budget
from tiktoktoe_cli.resilience.events import Rejected, WaitReason, WaitStarted
from tiktoktoe_cli.resilience.layers.layer import Tally
from tiktoktoe_cli.resilience.outcome import RejectedBy
from tiktoktoe_cli.resilience.retry import Tries, retry_delay

if TYPE_CHECKING:
    from tiktoktoe_cli.resilience.layers.layer import Function, Surroundings, Value
    from tiktoktoe_cli.resilience.outcome import Outcome
    from tiktoktoe_cli.resilience.retry import RetryRules
    from tiktoktoe_cli.resilience.settings import RetrySettings


@dataclass(frozen=True, slots=True)
class RetryMetrics:
    """How many retries were made, how many attempts the budget rejected, and what is left of it (None without one)."""

    retries: int
    rejected: int
    budget_level: int | None


class _Attempt(NamedTuple):
    """An attempt that may be made: its number, the wait before it and why, and what it owes the budget."""

    number: int
    wait_ns: int
    reason: WaitReason
    debt: int


class RetryLayer:
    """Makes a call again."""

    needs_concurrency: ClassVar[bool] = False

    def __init__(self, rules: RetryRules, budget: Budget | None, around: Surroundings) -> None:
        self._rules = rules
        self._budget = budget
        self._around = around
        self._counts = Tally()

    async def call(self, function: Function[Value]) -> Outcome[Value]:
        """Make the call up to `max_attempts` times; the last outcome says how many there were."""
        started_ns = self._around.clock.now()
        attempt = self._admit(1, NOTHING, WaitReason.BUDGET, 0)
        if attempt is None:
            return self._around.reject(RejectedBy.BUDGET, "the retry budget holds the call back")
        while True:
            outcome = await self._make(attempt, function)
            following = self._next(attempt, outcome, started_ns)
            if following is None:
                return outcome if attempt.number == 1 else replace(outcome, attempts=attempt.number)
            self._counts.add("retries")
            attempt = following

    def metrics(self, _now_ns: int) -> RetryMetrics:
        """Read what was done."""
        level = self._budget.level if self._budget else None
        return RetryMetrics(self._counts["retries"], self._counts["rejected"], level)

    def _next(self, attempt: _Attempt, outcome: Outcome[Any], started_ns: int) -> _Attempt | None:
        tries = Tries(attempt.number, attempt.wait_ns, self._around.clock.now() - started_ns)
        delay_ns = retry_delay(self._rules, outcome, tries, self._around.random.random)
        if delay_ns is None:
            return None
        asked = delay_ns == outcome.retry_after_ns
        reason = WaitReason.RETRY_AFTER if asked else WaitReason.BACKOFF
        following = self._admit(attempt.number + 1, result_of(outcome), reason, delay_ns)
        if following is None:
            self._around.tell(Rejected(self._around.clock.now(), RejectedBy.BUDGET, None))
        elif tries.elapsed_ns + following.wait_ns > self._rules.deadline_ns:
            self._settle(following, NOTHING)
            return None
        return following

    def _admit(self, number: int, before: int, reason: WaitReason, delay_ns: int) -> _Attempt | None:
        """Ask the budget for an attempt; its own wait runs at the same time as the backoff."""
        if self._budget is None:
            return _Attempt(number, delay_ns, reason, ADMITTED.debt)
        ask = Ask(number, before, self._around.random.random())
        wait_ns, debt = self._budget.admit(self._around.clock.now(), ask)
        if wait_ns == REFUSED:
            self._counts.add("rejected")
            return None
        if wait_ns > delay_ns:
            delay_ns, reason = wait_ns, WaitReason.BUDGET
        return _Attempt(number, delay_ns, reason, debt)

    async def _make(self, attempt: _Attempt, function: Function[Value]) -> Outcome[Value]:
        result = NOTHING
        try:
            if attempt.wait_ns:
                clock = self._around.clock
                self._around.tell(WaitStarted(clock.now(), attempt.wait_ns, attempt.reason))
                await clock.sleep(attempt.wait_ns)
            outcome = await function()
            result = result_of(outcome)
            return outcome
        finally:
            # Also reached when the call is cancelled: what it owes must not stay owed.
            self._settle(attempt, result)

    def _settle(self, attempt: _Attempt, result: int) -> None:
        if self._budget:
            self._budget.settle(self._around.clock.now(), End(result, attempt.debt))


def build(settings: RetrySettings, around: Surroundings) -> RetryLayer:
    """Make the layer with a budget of its own, if it is to have one."""
    chosen = settings.budget
    budget = Budget(chosen.semantics, chosen.rules, around.clock.now()) if chosen else None
    return RetryLayer(settings.rules, budget, around)

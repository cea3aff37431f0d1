"""`retry`: makes a call again after a wait, as long as its outcome is worth it and the budget allows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tiktoktoe_cli.resilience.budgets.kind import NOTHING, REFUSED, Ask, End, result_of
from tiktoktoe_cli.resilience.budgets.live import Budget
from tiktoktoe_cli.resilience.outcome import RejectedBy
from tiktoktoe_cli.resilience.retry import Tries, retry_delay

if TYPE_CHECKING:
    from tiktoktoe_cli.resilience.outcome import Outcome
    from tiktoktoe_cli.resilience.settings import RetrySettings
    from tiktoktoe_cli.simulation.engine import Waiting
    from tiktoktoe_cli.simulation.steps.step import Call, Step, Surroundings


class RetryStep:
    """Makes calls again. The waits and the budget draw from a stream of chance each."""

    def __init__(self, around: Surroundings, inner: Step, settings: RetrySettings) -> None:
        chosen = settings.budget
        self.rules = settings.rules
        self.budget = Budget(chosen.semantics, chosen.rules, 0) if chosen else None
        self.engine = around.engine
        self.inner = inner
        self.jitter = around.chance("jitter").random
        self.draw = around.chance("budget").random
        self._around = around

    def start(self, waiting: Waiting, now_ns: int) -> Call:
        """Begin the first attempt, as soon as the budget lets it."""
        retried = _Retried(self, waiting, now_ns)
        if not retried.admit(now_ns, NOTHING, 0):
            return self._around.refuse(waiting, RejectedBy.BUDGET)
        if retried.wait_ns:
            self.engine.at(now_ns + retried.wait_ns, retried.attempt)
        else:
            retried.attempt(now_ns)
        return retried


class _Retried:
    """A call that may take several attempts: the latest is under way, or without `_inner` waits to be made."""

    __slots__ = ("_debt", "_inner", "_number", "_started_ns", "_step", "_waiting", "wait_ns")

    def __init__(self, step: RetryStep, waiting: Waiting, now_ns: int) -> None:
        self._step = step
        self._waiting: Waiting | None = waiting
        self._started_ns = now_ns
        self._number = self._debt = self.wait_ns = 0
        self._inner: Call | None = None

    def admit(self, now_ns: int, before: int, delay_ns: int) -> bool:
        """Ask the budget for the next attempt, and take it on; the budget's own wait runs beside the backoff."""
        step = self._step
        if step.budget:
            ask = Ask(self._number + 1, before, step.draw())
            wait_ns, self._debt = step.budget.admit(now_ns, ask)
            if wait_ns == REFUSED:
                return False
            delay_ns = max(delay_ns, wait_ns)
        self._number += 1
        self.wait_ns = delay_ns
        return True

    def attempt(self, now_ns: int) -> None:
        """Make the attempt, unless the call was given up meanwhile."""
        if self._waiting is not None:
            self._inner = self._step.inner.start(self, now_ns)

    def done(self, now_ns: int, outcome: Outcome[Any]) -> None:
        waiting, step = self._waiting, self._step
        if waiting is None:
            return
        if step.budget:
            self._settle(now_ns, result_of(outcome))
        tries = Tries(self._number, self.wait_ns, now_ns - self._started_ns)
        delay_ns = retry_delay(step.rules, outcome, tries, step.jitter)
        if delay_ns is not None and self._goes_on(now_ns, outcome, delay_ns):
            self._inner = None
            step.engine.at(now_ns + self.wait_ns, self.attempt)
        else:
            self._waiting = None
            waiting.done(now_ns, outcome)

    def cancel(self, now_ns: int) -> None:
        self._waiting = None
        if self._inner is not None:
            self._inner.cancel(now_ns)
        self._settle(now_ns, NOTHING)

    def _goes_on(self, now_ns: int, outcome: Outcome[Any], delay_ns: int) -> bool:
        """Take on the next attempt if the budget has one, and not so late that it is of no use."""
        if not self.admit(now_ns, result_of(outcome), delay_ns):
            return False
        if now_ns + self.wait_ns <= self._started_ns + self._step.rules.deadline_ns:
            return True
        self._settle(now_ns, NOTHING)
        return False

    def _settle(self, now_ns: int, result: int) -> None:
        if self._step.budget:
            self._step.budget.settle(now_ns, End(result, self._debt))

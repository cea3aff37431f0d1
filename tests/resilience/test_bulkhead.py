"""A bulkhead lets in as many as it may, queues as many as it may, and loses no place."""

from collections import deque

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tiktoktoe_cli.resilience.bulkhead import BulkheadRules, enter, give_up, leave
from tiktoktoe_cli.resilience.machine import PERMIT, QUEUE, REFUSE


@pytest.mark.parametrize(
    ("running", "queued", "answer"),
    [
        (0, 0, (PERMIT, 1, 0)),
        (1, 0, (PERMIT, 2, 0)),
        (2, 0, (QUEUE, 2, 1)),
        (2, 2, (QUEUE, 2, 3)),
        (2, 3, (REFUSE, 2, 3)),
    ],
)
def test_places_first_then_the_queue_then_nothing(
    running: int, queued: int, answer: tuple[int, int, int]
) -> None:
    """Two may run and three may wait; a sixth is refused."""
    assert enter(BulkheadRules(max_concurrent=2, max_queue=3), running, queued) == answer


def test_a_place_is_handed_over_to_the_queue() -> None:
    """Who leaves is replaced by who waits, so that a newcomer cannot come in between; without a queue it is free."""
    assert leave(2, 3) == (1, 2, 2)
    assert leave(2, 0) == (0, 1, 0)


class BulkheadMachine(RuleBasedStateMachine):
    """Comes, leaves and gives up in any order, beside a plain list of who runs and a queue of who waits."""

    def __init__(self) -> None:
        super().__init__()
        self.limits = BulkheadRules(max_concurrent=3, max_queue=4)
        self.state = (0, 0)
        self.running = 0
        self.queue: deque[int] = deque()
        self.names = 0

    @rule()
    def come(self) -> None:
        """Ask for a place."""
        answer, *state = enter(self.limits, *self.state)
        self.state = (state[0], state[1])
        self.names += 1
        self.running += answer == PERMIT
        if answer == QUEUE:
            self.queue.append(self.names)
        if answer == REFUSE:
            assert (self.running, len(self.queue)) == (3, 4)

    @precondition(lambda self: self.running)
    @rule()
    def go(self) -> None:
        """End a call that runs."""
        handed, *state = leave(*self.state)
        self.state = (state[0], state[1])
        assert bool(handed) == bool(self.queue)
        if handed:
            self.queue.popleft()
        else:
            self.running -= 1

    @precondition(lambda self: self.queue)
    @rule(data=st.data())
    def lose_patience(self, data: st.DataObject) -> None:
        """Let anybody in the queue give up."""
        self.queue.remove(data.draw(st.sampled_from(list(self.queue))))
        self.state = give_up(*self.state)

    @invariant()
    def counts_are_right_and_within_the_limits(self) -> None:
        """The two numbers are those of the list and the queue, and never beyond what is allowed."""
        assert self.state == (self.running, len(self.queue))
        assert 0 <= self.state[0] <= 3
        assert 0 <= self.state[1] <= 4

    @invariant()
    def nobody_waits_beside_a_free_place(self) -> None:
        """There is a queue only while every place is taken."""
        assert not self.queue or self.running == 3


TestBulkheadMachine = BulkheadMachine.TestCase
TestBulkheadMachine.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)

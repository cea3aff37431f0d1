"""Batches are events in columns, and every event that leaves them is accounted for."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from tests.replay.making import batch_of
from tiktoktoe_cli.replay.events.batch import Batch, Drop
from tiktoktoe_cli.replay.events.fault import Fault
from tiktoktoe_cli.replay.events.letter import Reason

FAULT = Fault("/a", "rule", "word", "wrong")


def numbered(count: int) -> Batch:
    """Make a batch whose columns all hold the events' own numbers."""
    batch = batch_of(*({"n": number} for number in range(count)), times=range(count))
    batch.watermarks, batch.routes = list(range(count)), list(range(count))
    batch.encoded = [b"%d" % number for number in range(count)]
    batch.keys = {"dedupe": list(map(str, range(count)))}
    return batch


def columns(batch: Batch) -> list[list[int]]:
    """List the numbers that stand in each column."""
    numbers = [batch.origin(index).number - 1 for index in range(len(batch))]
    bodies, keys = [body["n"] for body in batch.bodies], [int(key or -1) for key in batch.keys["dedupe"]]
    return [numbers, bodies, batch.times, batch.watermarks, batch.routes, list(map(int, batch.encoded)), keys]


@given(outcomes=st.lists(st.sampled_from(["stay", "reject", "drop"]), max_size=20))
def test_events_leave_every_column_at_once(outcomes: list[str]) -> None:
    """Whatever is rejected or dropped, the others stay beside each other in all columns, in their order."""
    batch = numbered(len(outcomes))

    for index, outcome in enumerate(outcomes):
        if outcome == "reject":
            batch.reject(index, Reason.INVALID, (FAULT,))
        elif outcome == "drop":
            batch.drop(index, Drop.SKIPPED)
    batch.settle()

    stays = [index for index, outcome in enumerate(outcomes) if outcome == "stay"]
    assert columns(batch) == [stays] * 7
    assert [letter.origin.number - 1 for letter in batch.letters] == [
        index for index, outcome in enumerate(outcomes) if outcome == "reject"
    ]
    assert batch.dropped[Drop.SKIPPED] == outcomes.count("drop")


def test_indexes_hold_until_the_stage_is_done() -> None:
    """A stage may reject by index as it goes: nothing moves before it settles, and then it moves once."""
    batch = numbered(3)

    batch.drop(0, Drop.DUPLICATE)
    batch.reject(1, Reason.LATE, (FAULT,))
    before = len(batch)
    batch.settle()
    batch.settle()

    assert (before, columns(batch)[0]) == (3, [2])


def test_a_dead_letter_knows_the_stage_the_place_and_the_time() -> None:
    """What a rejected event becomes says all that the batch knows of it."""
    batch = numbered(2)
    batch.stage = "validation"

    batch.reject(1, Reason.INVALID, (FAULT,))

    [letter] = batch.letters
    assert (letter.stage, letter.reason, letter.faults) == ("validation", Reason.INVALID, (FAULT,))
    assert (letter.origin.number, letter.origin.offset, letter.time_us) == (2, 100, 1)


def test_a_refused_event_ends_the_batch() -> None:
    """Those before it go on, it becomes a dead letter, and those after it are neither here nor put away."""
    batch = numbered(5)

    for index in (2, 3):
        batch.refuse(index, Reason.INVALID, (FAULT,))
    batch.settle()

    assert columns(batch)[0] == [0, 1]
    assert [letter.origin.number for letter in batch.letters] == [3]
    assert (batch.refused, batch.dropped) == (batch.letters[0], Counter())


def test_some_can_be_picked() -> None:
    """A batch of some of the events has them in all its columns, and the first batch is as it was."""
    batch = numbered(4)

    picked = batch.picked([3, 1])

    assert columns(picked) == [[3, 1]] * 7
    assert columns(batch) == [[0, 1, 2, 3]] * 7


def test_columns_that_nothing_has_filled_stay_empty() -> None:
    """A batch has only the columns that its stages need."""
    batch = batch_of({}, {})

    batch.drop(0, Drop.EMPTY)
    batch.settle()

    assert (batch.watermarks, batch.routes, batch.encoded, batch.picked([0]).routes) == ([], [], [], [])


def test_events_that_were_held_bring_their_origins() -> None:
    """A stage that holds events makes a new batch of those it lets go, from any batches."""
    held = numbered(3)
    batch = Batch([])

    for index in (2, 0):
        batch.append(held.times[index], held.bodies[index], held.origin(index))

    assert [(batch.origin(index).number, batch.times[index]) for index in range(2)] == [(3, 2), (1, 0)]

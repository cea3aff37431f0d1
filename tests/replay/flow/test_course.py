"""The books of a run add up at every moment."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.replay.making import batch_of
from tiktoktoe_cli.replay.events.batch import Batch, Drop
from tiktoktoe_cli.replay.events.fault import Fault
from tiktoktoe_cli.replay.events.letter import DeadLetter, Reason
from tiktoktoe_cli.replay.flow.course import Course
from tiktoktoe_cli.replay.flow.head import Parcel
from tiktoktoe_cli.replay.flow.passage import Account
from tiktoktoe_cli.replay.flow.step import Step

FAULT = Fault("", "rule", "word", "wrong")


def sift(batch: Batch) -> None:
    """Do to each event what it says."""
    for index, body in enumerate(batch.bodies):
        match body["is"]:
            case "bad":
                batch.reject(index, Reason.INVALID, (FAULT,))
            case "double":
                batch.drop(index, Drop.DUPLICATE)
            case "end":
                batch.refuse(index, Reason.INVALID, (FAULT,))


class Shelter:
    """A memory that drops what is forgotten, and holds all others to the end."""

    def __init__(self) -> None:
        self.held = Batch([])

    def take(self, batch: Batch) -> Batch:
        """Hold events."""
        for index, body in enumerate(batch.bodies):
            if body["is"] == "forgotten":
                batch.drop(index, Drop.FILTERED)
            else:
                self.held.append(batch.times[index], body, batch.origin(index))
        return Batch([])

    def finish(self) -> Batch:
        """Let them go."""
        return self.held

    def changes(self) -> Any:  # as in `Memory`
        """Tell nothing: no checkpoint is made here."""

    def restore(self, changes: Any) -> None:  # as above
        """Take nothing up."""


def course_of(letters: list[DeadLetter]) -> Course:
    """Make a course: a stage with a look and a memory, then one with a look."""
    steps = [
        Step("shelter", lambda _: None, lambda: 0, is_partial=True),
        Step("shelter", Shelter(), lambda: 0),
        Step("last", sift, lambda: 0),
    ]
    return Course(steps, {name: Account(name) for name in ("shelter", "last")}, letters.extend)


def counts(account: Account) -> tuple[int, int, int, int, int]:
    """List what an account says."""
    return account.taken, account.passed, account.dead, account.dropped.total(), account.held


WORDS = st.sampled_from(["good", "bad", "double", "forgotten"])


@given(batches=st.lists(st.lists(WORDS, max_size=5), max_size=5))
def test_every_event_is_passed_dead_dropped_or_held(batches: list[list[str]]) -> None:
    """While a stage holds events its account says how many; in the end there are none."""
    letters: list[DeadLetter] = []
    course = course_of(letters)
    words = [word for batch in batches for word in batch]
    forgotten = words.count("forgotten")

    for some in batches:
        course.take(Parcel(batch_of(*({"is": word} for word in some)), []))
    before = counts(course.accounts["shelter"])
    course.finish()

    kept = len(words) - forgotten
    assert before == (len(words), 0, 0, forgotten, kept)
    assert counts(course.accounts["shelter"]) == (len(words), kept, 0, forgotten, 0)
    bad, double = words.count("bad"), words.count("double")
    assert counts(course.accounts["last"]) == (kept, kept - bad - double, bad, double, 0)
    assert len(letters) == bad


def test_the_books_know_what_an_end_has_left_over() -> None:
    """The event that ends a run is a dead letter; those after it are neither passed on nor put away."""
    letters: list[DeadLetter] = []
    course = course_of(letters)

    course.take(Parcel(batch_of(*({"is": word} for word in ("good", "end", "good", "good"))), []))
    course.finish()

    assert counts(course.accounts["last"]) == (4, 1, 1, 0, 2)
    assert course.refused is letters[0]
    assert len(letters) == 1

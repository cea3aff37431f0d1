"""Passages: what happened to one batch at one stage, and the accounts that add them up."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tiktoktoe_cli.replay.events.batch import Drop
    from tiktoktoe_cli.replay.events.letter import DeadLetter


class Passage(NamedTuple):
    """One batch at one stage: how many events came, how many went on, and what became of the others.

    A stage that holds events passes on others than it took, and `made` counts those that it made itself. `measures`
    are the stage's own numbers, `remarks` its own words, `spent_ns` is time.
    """

    stage: str
    taken: int
    passed: int
    letters: Sequence[DeadLetter]
    dropped: Counter[Drop]
    measures: Counter[str]
    remarks: Mapping[str, str]
    spent_ns: int
    made: int = 0


@dataclass(slots=True)
class Account:
    """All passages of a stage: `taken` + `made` = `passed` + `dead` + the dropped + what it still holds.

    A stage that makes events of others (`made`) drops those as joined.

    The look and the memory of a stage share its account: what the look lets pass is not yet through.
    """

    name: str
    taken: int = 0
    passed: int = 0
    dead: int = 0
    made: int = 0
    spent_ns: int = 0
    dropped: Counter[Drop] = field(default_factory=Counter)
    measures: Counter[str] = field(default_factory=Counter)
    remarks: dict[str, str] = field(default_factory=dict)

    @property
    def held(self) -> int:
        """How many events the stage has neither passed on nor put away."""
        return self.taken + self.made - self.passed - self.dead - self.dropped.total()

    def add(self, passage: Passage) -> None:
        """Add a passage."""
        self.taken += passage.taken
        self.passed += passage.passed
        self.dead += len(passage.letters)
        self.made += passage.made
        self.spent_ns += passage.spent_ns
        self.dropped += passage.dropped
        self.measures.update(passage.measures)  # not `+=`, which forgets those that are 0
        for name, remark in passage.remarks.items():
            self.remarks.setdefault(name, remark)

"""Writes dead letters down, and counts them by their reasons."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tiktoktoe_cli.replay.events.letter import Reason, encode, path_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tiktoktoe_cli.replay.events.letter import DeadLetter


def _as_it_is(letter: DeadLetter) -> DeadLetter:
    return letter


@dataclass(slots=True)
class Letterbox:
    """Keeps the dead letters of a run; `files` names the inputs, `run` the run.

    `redact` hides what nobody shall read.
    """

    files: Sequence[str]
    run: str
    write: Callable[[Sequence[bytes]], None]
    reasons: Counter[Reason] = field(default_factory=Counter)
    redact: Callable[[DeadLetter], DeadLetter] = _as_it_is
    damaged: list[str] = field(default_factory=list)  # where files are: `FILE:LINE`

    def post(self, letters: Sequence[DeadLetter]) -> None:
        """Keep dead letters."""
        self.reasons.update(letter.reason for letter in letters)
        for letter in letters:
            if letter.reason is Reason.DAMAGED:
                self.damaged.append(f"{path_text(self.files[letter.origin.file])}:{letter.origin.number}")
        self.write(
            [encode(self.redact(letter), self.files[letter.origin.file], self.run) for letter in letters]
        )

"""The version that was chosen for each service, beside the deployed one, and who asked for it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tiktoktoe_cli.graph.resolution.question import Need, Option, Question


class Move(StrEnum):
    """What is to be done with a service."""

    KEEP = "keep"
    UPGRADE = "upgrade"
    DOWNGRADE = "downgrade"
    ADD = "add"  # it is not deployed yet
    NONE = "none"  # it is not deployed, and nothing needs it


@dataclass(frozen=True, slots=True)
class Choice:
    """The version of one service: the one that is deployed, and the chosen one; None is none, or unknown.

    `asked_by` are the dependents that say which versions will do, and their ranges; `reasons` say why it changes.
    """

    service: str
    deployed: str | None
    chosen: str | None
    move: Move
    asked_by: tuple[tuple[str, str], ...]
    reasons: tuple[str, ...] = ()

    @property
    def changes(self) -> bool:
        """Whether something is to be done."""
        return self.move not in {Move.KEEP, Move.NONE}


def choices_of(question: Question, chosen: Mapping[str, int]) -> Iterator[Choice]:
    """Tell for every service what was chosen; `chosen` has the places of the versions among the options."""
    outcome = _Outcome(question, chosen)
    for name, options in question.options.items():
        deployed = next((option for option in options if option.is_deployed), None)
        now = options[chosen[name]] if name in chosen else None
        move = _move(deployed, now)
        yield Choice(
            name,
            deployed.text if deployed else None,
            now.text if now else None,
            move,
            tuple([(need.source, need.range) for need in outcome.asking(name) if need.range]),
            () if move in {Move.KEEP, Move.NONE} else tuple(outcome.reasons(name)),
        )


def _move(deployed: Option | None, now: Option | None) -> Move:
    if now is None:
        return Move.NONE
    if now.is_deployed:
        return Move.KEEP
    if deployed is None or deployed.version is None or now.version is None:
        return Move.ADD
    return Move.UPGRADE if now.version > deployed.version else Move.DOWNGRADE


class _Outcome:
    """The needs that count once the choice is made."""

    def __init__(self, question: Question, chosen: Mapping[str, int]) -> None:
        self._question, self._chosen = question, chosen
        self._by_source: dict[str, list[Need]] = {}
        self._asking: dict[str, list[Need]] = {}
        for need in question.needs:
            self._by_source.setdefault(need.source, []).append(need)
            if need.source in chosen and need.carriers >> chosen[need.source] & 1:
                self._asking.setdefault(need.target, []).append(need)

    def asking(self, name: str) -> Sequence[Need]:
        """Return what the chosen versions of others need of a service."""
        return self._asking.get(name, ())

    def reasons(self, name: str) -> Iterator[str]:
        """Say what would be unmet if a service alone went back to what is deployed."""
        options = self._question.options[name]
        back = next((at for at, option in enumerate(options) if option.is_deployed), None)
        if back is None:
            sources = dict.fromkeys(need.source for need in self.asking(name))
            yield from [f"{source} needs it" for source in sources] or ["nothing needs it, but it is to run"]
            return
        unmet = [*self._unmet_by(name, back), *self._unmet_of(name, back)]
        yield from unmet or ["newer, and in all ranges"]

    def _unmet_by(self, name: str, back: int) -> Iterator[str]:
        for need in self.asking(name):
            if not need.accepted >> back & 1:
                yield f"{need.source} needs {need.range}"

    def _unmet_of(self, name: str, back: int) -> Iterator[str]:
        for need in self._by_source.get(name, ()):
            target = self._chosen.get(need.target)
            if need.carriers >> back & 1 and (target is None or not need.accepted >> target & 1):
                old = self._question.options[name][back].text
                yield f"{name} {old} needs {need.target} {need.range or ''}".rstrip()

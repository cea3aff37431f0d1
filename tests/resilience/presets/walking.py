"""Random walks through a machine: settings of any preset, and calls that start, end in any order, late, or never."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any, get_args, get_origin

from pydantic import ValidationError

from tiktoktoe_cli.config.fields import OneOf
from tiktoktoe_cli.config.units import NS_PER_S, Duration, Rate, Ratio
from tiktoktoe_cli.resilience.machine import CLOSED, HALF_OPEN, METRICS_ONLY, OPEN, PERMIT, State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from random import Random

    from tiktoktoe_cli.resilience.machine import Machine
    from tiktoktoe_cli.resilience.presets.settings import BreakerSettings

MOST_SETTLED = 10_000
"""More transitions than any walk's time can bring about at once."""


def settings_drawn(preset: type[BreakerSettings], random: Random, **fixed: object) -> BreakerSettings:
    """Draw settings that few calls can get around in; the preset's own, if what was drawn does not fit together."""
    for _ in range(20):
        names = [name for name in preset.model_fields if random.random() < 0.6]
        drawn = {name: _value(preset.model_fields[name], random) for name in names}
        try:
            return preset.model_validate(drawn | fixed)
        except ValidationError:
            continue
    return preset.model_validate(fixed)


def _value(described: Any, random: Random) -> Any:  # a field's description, or a type; what fits it
    """Draw something small for a field."""
    bounds = {name: value for rule in getattr(described, "metadata", ()) for name, value in _bounds(rule)}
    type_ = getattr(described, "annotation", described)
    if get_origin(type_) is Annotated:
        return _value(get_args(type_)[0], random)
    choices = [part for part in get_args(type_) if part is not type(None)]
    if choices:
        return _value(random.choice(choices), random)
    if type_ is bool:
        return random.random() < 0.5
    if issubclass(type_, Enum):
        return random.choice(list(type_))
    if issubclass(type_, OneOf):
        name = random.choice(list(type_.model_fields))
        return {name: _value(type_.model_fields[name], random)}
    least = bounds.get("ge", 0)
    draw: dict[type, Callable[[], Any]] = {
        Duration: lambda: Duration(max(least, random.choice((10, 2_000_000, 10_000_000, NS_PER_S)))),
        Ratio: lambda: Ratio(random.choice((0, 0.1, 0.5, 1))),
        Rate: lambda: Rate(random.choice((1, 100))),
        int: lambda: least + random.randrange(5),
        float: lambda: max(1, least) + random.choice((0, 0.5, 1)),
    }
    return draw[type_]()


def _bounds(rule: Any) -> Iterator[tuple[str, Any]]:  # a pydantic constraint
    if hasattr(rule, "ge"):
        yield "ge", rule.ge


@dataclass(frozen=True, slots=True)
class Made:
    """One step that was made: which, with what after the state, what it was made of, and what it returned."""

    step: str
    arguments: tuple[int, ...]
    before: State
    ring: tuple[int, ...]
    returned: Any  # a state, or what `acquire` returns

    @property
    def after(self) -> State:
        """The state after it."""
        state: State = self.returned[1] if self.step == "acquire" else self.returned
        return state

    @property
    def permitted(self) -> bool:
        """Whether it let a call through."""
        return self.step == "acquire" and self.returned[0] == PERMIT


@dataclass
class Walk:
    """A machine on its way; `seen` is told of each step."""

    machine: Machine
    rules: Any  # the machine's own
    random: Random
    seen: Callable[[Made], None]
    now_ns: int = 0
    state: State = ()
    ring: list[int] = field(default_factory=list)
    tickets: list[int] = field(default_factory=list)
    failing: float = 0.5

    def __post_init__(self) -> None:
        self.state = self.machine.initial(self.rules)
        self.ring = self.machine.ring(self.rules)
        self.durations = [0, 1, *_times(self.rules)]
        self.losing = self.random.choice((0, 2))  # a call that never returns may stop everything for ever

    def go(self, steps: int) -> None:
        """Take so many turns: mostly calls that start and end, at times something else."""
        turns = (self._start, self._end, self._cancel, self._lose, self._wait, self._force, self._change)
        for turn in self.random.choices(turns, (40, 40, 3, self.losing, 15, 2, 3), k=steps):
            turn()

    def make(self, step: str, *arguments: int) -> Made:
        """Make a step, after what time alone brought about."""
        for _ in range(MOST_SETTLED):
            if self.machine.settle is None or self._made("settle", (self.now_ns,)).after is self._before:
                return self._made(step, arguments)
        raise AssertionError("time alone never stops to change the state")

    def _made(self, step: str, arguments: tuple[int, ...]) -> Made:
        self._before, ring = self.state, tuple(self.ring)
        returned = getattr(self.machine, step)(self.rules, self.ring, self.state, *arguments)
        made = Made(step, arguments, self._before, ring, returned)
        self.state = made.after
        self.seen(made)
        return made

    def _start(self) -> None:
        if self.make("acquire", self.now_ns).permitted:
            self.tickets.append(self.state[1])

    def _end(self) -> None:
        if self.tickets:
            failed = int(self.random.random() < self.failing)
            slow = int(self.random.random() < self.failing / 2)
            self.make("result", self.now_ns, self._ticket(), failed, slow)

    def _cancel(self) -> None:
        if self.tickets:
            steps = ("release", "cancel") if self.machine.cancel else ("release",)
            self.make(self.random.choice(steps), self.now_ns, self._ticket())

    def _lose(self) -> None:
        if self.tickets:
            self._ticket()

    def _wait(self) -> None:
        self.now_ns += max(self.random.choice(self.durations) + self.random.randint(-1, 1), 0)

    def _force(self) -> None:
        phases = sorted(self.machine.forced & {CLOSED, OPEN, HALF_OPEN, METRICS_ONLY})
        if phases:
            self.make("force", self.now_ns, self.random.choice(phases))

    def _change(self) -> None:
        self.failing = self.random.choice((0, 0.2, 0.5, 1))

    def _ticket(self) -> int:
        """Take any of the calls under way; mostly the latest."""
        latest = self.random.random() < 0.6
        return self.tickets.pop(-1 if latest else self.random.randrange(len(self.tickets)))


def _times(rules: Any) -> Iterator[int]:  # numbers, and tuples of such
    """Collect what may be a duration among the rules, and its tenths."""
    if isinstance(rules, tuple):
        for rule in rules:
            yield from _times(rule)
    elif isinstance(rules, int) and 0 < rules <= 10_000 * NS_PER_S:
        yield from (rules, rules // 10)

"""What real circuit breakers answered, step by step, and a run of ours over the same steps.

The cases are in `resilience/` of the shared vectors: `*_unit.json` from the libraries' own tests, and
`*_traces.json.gz`, random calls through the real libraries under a fake clock. A step's `after` holds what the
library showed after it; a preset's test says how each of those columns is read from our breaker.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tiktoktoe_cli.resilience.breaker import QUEUED, REFUSED, CircuitBreaker
from tiktoktoe_cli.resilience.machine import STATES

if TYPE_CHECKING:
    from tiktoktoe_cli.resilience.machine import Transition
    from tiktoktoe_cli.resilience.presets.settings import BreakerSettings

NS_PER_MS = 1_000_000
FOLDER = Path(__file__).parents[4] / "shared" / "vectors" / "resilience"

EXCLUDED_SUCCEED = {"aiobreaker", "circuitbreaker", "purgatory", "pybreaker"}
"""To these libraries an excluded exception is a success."""

Step = Mapping[str, Any]  # JSON


@dataclass(frozen=True)
class Scenario:
    """One case: its name, the library's configuration, the steps, and which version of the library it is of."""

    name: str
    config: Mapping[str, Any]
    steps: tuple[Step, ...]
    version: str = ""

    def showing(self, *, without: Collection[str] = (), events: bool = False) -> Scenario:
        """Leave columns out; with `events`, a step that shows none has none."""
        none: dict[str, Any] = {"events": []} if events else {}
        steps = (
            {
                **step,
                "after": none | {name: value for name, value in step["after"].items() if name not in without},
            }
            for step in self.steps
        )
        return replace(self, steps=tuple(steps))


def unit_cases(library: str) -> list[Scenario]:
    """Read the cases that come from a library's own tests; none where the vectors are not there."""
    return [_scenario(case) for case in _read(f"{library}_unit.json", [])]


def traces(library: str) -> list[Scenario]:
    """Read the random traces through a library; none where the vectors are not there."""
    held = _read(f"{library}_traces.json.gz", {"columns": [], "scenarios": []})
    columns = held["columns"]
    return [
        _scenario({**case, "steps": [_as_step(columns, row) for row in case["steps"]]})
        for case in held["scenarios"]
    ]


def parameters(scenarios: list[Scenario]) -> Any:  # pytest's own type
    """Give each scenario to a test of its own; without any, the test is skipped and says why."""
    if not scenarios:
        absent = pytest.mark.skip(reason=f"no vectors at {FOLDER}")
        return [pytest.param(Scenario("none", {}, ()), marks=absent)]
    return [pytest.param(scenario, id=scenario.name) for scenario in scenarios]


@dataclass
class Run:
    """One breaker of ours on its way through a scenario; `epoch_ns` is the clock's time at the scenario's zero."""

    settings: BreakerSettings
    epoch_ns: int = 0
    tickets: dict[str | None, int] = field(default_factory=dict)
    started_ns: dict[str | None, int] = field(default_factory=dict)
    transitions: list[Transition] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.breaker = CircuitBreaker(self.settings, self.transitions.append)

    @property
    def phase(self) -> int:
        """The number of the phase that the breaker is in."""
        return self.state[0]

    @property
    def state(self) -> Any:  # a machine's own tuple
        """The machine's state."""
        return self.breaker.saved()[0]

    @property
    def ring(self) -> list[int]:
        """The machine's memory."""
        return self.breaker.saved()[1]

    def now_ns(self, step: Step) -> int:
        """Return when a step happens on the breaker's clock."""
        return self.epoch_ns + round(step["t"] * NS_PER_MS)

    def acquire(self, step: Step) -> bool | str:
        """Ask for a call, and say it as the vectors do: True, False, or `queued`."""
        key, now_ns = step.get("id"), self.now_ns(step)
        ticket = self.breaker.enqueue(now_ns, lambda ticket: self._admitted(key, now_ns, ticket))
        if ticket == QUEUED:
            return "queued"
        self._admitted(key, now_ns, ticket)
        return ticket != REFUSED

    def end(self, step: Step, *, failed: bool) -> None:
        """End a call with a result; one that was never asked for ends as a call of the present state."""
        now_ns = self.now_ns(step)
        ticket = self.tickets.pop(step.get("id"), self.state[1])
        duration_ns = round((step.get("duration_ms") or 0) * NS_PER_MS)
        self.breaker.record(ticket, now_ns, duration_ns, int(failed))

    def ignore(self, step: Step) -> None:
        """End a call with an outcome that the library was told not to count."""
        self.exclude(self.tickets.pop(step.get("id"), self.state[1]), self.now_ns(step))

    def exclude(self, ticket: int, now_ns: int) -> None:
        """End such a call: where the library takes it for a success, it is one, as what a policy excuses is."""
        if self.breaker.machine.name in EXCLUDED_SUCCEED:
            self.breaker.record(ticket, now_ns, 0, 0)
        else:
            self.breaker.release(ticket, now_ns)

    def force(self, step: Step) -> None:
        """Enter the state that the step names."""
        wanted = str(step["arg"]).replace("_", "-").lower()
        self.breaker.force(STATES[[str(state) for state in STATES].index(wanted)], self.now_ns(step))

    def look(self, step: Step) -> None:
        """Let time do what it does, and read."""
        self.breaker.metrics(self.now_ns(step))

    def _admitted(self, key: str | None, now_ns: int, ticket: int) -> None:
        if ticket != REFUSED:
            self.tickets[key] = ticket
            self.started_ns[key] = now_ns


Reader = Callable[[Run, Step], object]


def disagreements(
    run: Run,
    scenario: Scenario,
    readers: Mapping[str, Reader],
    operations: Mapping[str, Reader] | None = None,
) -> Iterator[str]:
    """Go through a scenario, and yield what our breaker shows otherwise than the library did.

    `readers` says how each column is read; a column without a reader is a disagreement, so that none is forgotten.
    `operations` adds to, or takes the place of, what a step's `op` does; it returns whether a call was permitted.
    """
    known: dict[str, Reader] = {
        "acquire": Run.acquire,
        "success": lambda run, step: run.end(step, failed=False),
        "failure": lambda run, step: run.end(step, failed=True),
        "ignore": Run.ignore,
        "state": Run.look,
        "force": Run.force,
        **(operations or {}),
    }
    for number, step in enumerate(scenario.steps):
        permitted = known[step["op"]](run, step)
        for column, expected in step["after"].items():
            found = (
                permitted
                if column == "permitted"
                else readers[column](run, step)
                if column in readers
                else "(nothing)"
            )
            if found != expected:
                yield f"step {number} {step['op']} at {step['t']}: {column} is {found}, not {expected}"


def _read(name: str, otherwise: Any) -> Any:  # JSON
    path = FOLDER / name
    if not path.exists():
        return otherwise
    text = gzip.decompress(path.read_bytes()) if name.endswith(".gz") else path.read_bytes()
    return json.loads(text)


def _scenario(case: Mapping[str, Any]) -> Scenario:
    return Scenario(case["test"], case["config"], tuple(case["steps"]), case.get("library_version", ""))


def _as_step(columns: list[str], row: list[Any]) -> Step:
    """Turn a row of a trace into a step as the unit cases have it; what is null there was not shown."""
    cells = dict(zip(columns, row, strict=False))
    after = {
        name.removeprefix("after."): value
        for name, value in cells.items()
        if name.startswith("after.") and value is not None
    }
    return {**{name: value for name, value in cells.items() if not name.startswith("after.")}, "after": after}

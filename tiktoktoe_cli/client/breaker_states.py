"""States of breakers as JSON, between two invocations. Pure.

    {"format": "tiktoktoe breakers", "version": 1, "check": DIGEST, "saved_ns": 1790000000000000000, "breakers": [
        {"policy": "default", "destination": "127.0.0.1:8080", "request": "", "semantics": "tiktoktoe",
         "settings": DIGEST, "state": [...], "ring": [...]}]}

Times are nanoseconds of a clock that goes on between invocations. What the text says was written by `written`, or its
digest is wrong: nothing else is checked.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from tiktoktoe_cli.client.request import PolicyKey
from tiktoktoe_cli.errors import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tiktoktoe_cli.resilience import Clock
    from tiktoktoe_cli.resilience.breaker import CircuitBreaker

FORMAT: Final = "tiktoktoe breakers"
VERSION: Final = 1


class StateError(ValueError):
    """The text holds no states of breakers; the message says why, in a few words."""


@dataclass(frozen=True, slots=True)
class SavedBreaker:
    """One breaker: whose rules it followed, what its settings were, and its state."""

    semantics: str
    settings: str
    state: tuple[Any, ...]  # integers, and tuples of them
    ring: tuple[int, ...]

    @classmethod
    def of(cls, breaker: CircuitBreaker) -> SavedBreaker:
        """Take a breaker's state."""
        state, ring = breaker.saved()
        return cls(breaker.machine.name, fingerprint(breaker), state, tuple(ring))

    def fits(self, breaker: CircuitBreaker) -> bool:
        """Tell whether the state was that of a breaker with the same settings."""
        return (self.semantics, self.settings) == (breaker.machine.name, fingerprint(breaker))


@dataclass(frozen=True, slots=True)
class SavedStates:
    """All breakers of a file, and when it was written."""

    saved_ns: int
    breakers: Mapping[PolicyKey, SavedBreaker]


def fingerprint(breaker: CircuitBreaker) -> str:
    """Make a short word of the rules that a state belongs to, and of the shape that it has."""
    state, ring = breaker.machine.initial(breaker.rules), breaker.machine.ring(breaker.rules)
    return _digest([breaker.rules, _shape(state), len(ring)])


def written(states: SavedStates) -> str:
    """Write states as text."""
    breakers = [
        {**key._asdict(), **asdict(saved)}
        for key, saved in sorted(states.breakers.items(), key=itemgetter(0))
    ]
    content = {"saved_ns": states.saved_ns, "breakers": breakers}
    return json.dumps({"format": FORMAT, "version": VERSION, "check": _digest(content), **content}) + "\n"


def read(text: str) -> SavedStates:
    """Read states.

    Raises:
        StateError: if the text is something else, or was damaged or edited.
    """
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        raise StateError("it is not JSON") from None
    if not isinstance(content, dict) or content.pop("format", None) != FORMAT:
        raise StateError("it holds something else")
    version = content.pop("version", None)
    if version != VERSION:
        raise StateError(f"it has the version {version}, and this program reads {VERSION}")
    if content.pop("check", None) != _digest(content):
        raise StateError("it is damaged")
    return SavedStates(content["saved_ns"], dict(map(_breaker, content["breakers"])))


def _breaker(entry: dict[str, Any]) -> tuple[PolicyKey, SavedBreaker]:  # JSON
    key = PolicyKey(*(entry[name] for name in PolicyKey._fields))
    state, ring = _as_tuples(entry["state"]), _as_tuples(entry["ring"])
    return key, SavedBreaker(entry["semantics"], entry["settings"], state, ring)


def _as_tuples(value: Any) -> Any:  # integers, and lists of them
    return tuple(map(_as_tuples, value)) if isinstance(value, list) else value


def _digest(content: object) -> str:
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:16]


def _shape(state: object) -> object:
    return [_shape(part) for part in state] if isinstance(state, tuple) else 0


class BreakerBook:
    """The breakers of one invocation: each goes on where it was saved, and all are saved at the end.

    Breakers that were saved and are not met this time are kept as they were. `problems` has a warning for each that
    could not go on.
    """

    def __init__(self, saved: SavedStates | None = None) -> None:
        self._saved = dict(saved.breakers) if saved else {}
        self._met: dict[PolicyKey, CircuitBreaker] = {}
        self.problems: list[Problem] = []

    def meet(self, key: PolicyKey, breaker: CircuitBreaker) -> None:
        """Let a new breaker go on where the one before it was saved."""
        self._met[key] = breaker
        saved = self._saved.get(key)
        if saved is None:
            return
        if saved.fits(breaker):
            breaker.restore(saved.state, list(saved.ring))
        else:
            message = f"the breaker of `{key.policy}` for `{key.destination}` was saved with other settings"
            hint = "it starts afresh, closed"
            self.problems.append(Problem("breaker-restarted", message, hint=hint, severity=Severity.WARNING))

    def states(self, now_ns: int) -> SavedStates:
        """Take the states of all breakers."""
        met = {key: SavedBreaker.of(breaker) for key, breaker in self._met.items()}
        return SavedStates(now_ns, self._saved | met)


class ContinuedClock:
    """A clock that goes on from the moment of a file, where the machine's was set back since then.

    States hold times; read with a clock that is behind them, an open breaker would stay open for as long as the
    clock was set back. `behind_ns` is by how much, 0 on a good day.
    """

    def __init__(self, clock: Clock, saved_ns: int) -> None:
        self._clock = clock
        self.behind_ns = max(saved_ns - clock.now(), 0)

    def now(self) -> int:
        """Return the time that is never before the file's."""
        return self._clock.now() + self.behind_ns

    async def sleep(self, duration_ns: int) -> None:
        """Sleep as the clock below does."""
        await self._clock.sleep(duration_ns)

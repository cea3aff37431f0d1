"""States of breakers as JSON, between two invocations. Pure.

    {"format": "tiktoktoe breakers", "version": 1, "check": DIGEST, "saved_ns": 1790000000000000000, "ahead_ns": 0,
     "breakers": [
        {"policy": "default", "destination": "127.0.0.1:8080", "request": "", "semantics": "tiktoktoe",
         "settings": DIGEST, "state": [...], "ring": [...]}]}

Times are nanoseconds of a clock that goes on between invocations. The digest tells of damage, not of malice: types and
ranges are checked as well.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from tiktoktoe_cli.client.request import PolicyKey
from tiktoktoe_cli.errors import Problem, Severity
from tiktoktoe_cli.resilience.machine import FORCED, STATES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tiktoktoe_cli.resilience import Clock
    from tiktoktoe_cli.resilience.breaker import CircuitBreaker

FORMAT: Final = "tiktoktoe breakers"
VERSION: Final = 1
_MOST: Final = 2**63 - 1  # nanoseconds until the year 2262
_LEVELS: Final = 8  # no machine's state is as deep


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
        """Tell whether the state was that of a breaker with the same settings, and can be one."""
        if (self.semantics, self.settings) != (breaker.machine.name, fingerprint(breaker)):
            return False
        state, ring = breaker.saved()
        is_alike = _shape(self.state) == _shape(state) and len(self.ring) == len(ring)
        return is_alike and self._is_known_to(breaker)

    def _is_known_to(self, breaker: CircuitBreaker) -> bool:
        phase, row = self.state[0], self.state[2][1]
        return phase in range(len(STATES)) and row in range(FORCED, len(breaker.machine.table))


@dataclass(frozen=True, slots=True)
class SavedStates:
    """All breakers of a file, when it was written, and how far its times are ahead of the machine's clock."""

    saved_ns: int
    breakers: Mapping[PolicyKey, SavedBreaker]
    ahead_ns: int = 0


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
    content = {"saved_ns": states.saved_ns, "ahead_ns": states.ahead_ns, "breakers": breakers}
    return json.dumps({"format": FORMAT, "version": VERSION, "check": _digest(content), **content}) + "\n"


def read(text: str) -> SavedStates:
    """Read states.

    Raises:
        StateError: if the text is something else, was damaged or edited, or holds what no breaker can have.
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
    try:
        times = _time(content["saved_ns"]), _time(content.get("ahead_ns", 0))
        return SavedStates(times[0], dict(map(_breaker, content["breakers"])), times[1])
    except (KeyError, TypeError, ValueError, RecursionError):
        raise StateError("it holds what no breaker can have") from None


def _breaker(entry: dict[str, Any]) -> tuple[PolicyKey, SavedBreaker]:  # JSON
    key = PolicyKey(*(_word(entry[name]) for name in PolicyKey._fields))
    state, ring = _numbers(entry["state"]), tuple(map(_number, entry["ring"]))
    return key, SavedBreaker(_word(entry["semantics"]), _word(entry["settings"]), state, ring)


def _word(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError
    if abs(value) > _MOST:
        raise ValueError
    return value


def _time(value: object) -> int:
    time_ns = _number(value)
    if time_ns < 0:
        raise ValueError
    return time_ns


def _numbers(values: object, levels: int = _LEVELS) -> tuple[Any, ...]:  # integers, and tuples of them
    if not isinstance(values, list) or not levels:
        raise TypeError
    return tuple(
        _numbers(value, levels - 1) if isinstance(value, list) else _number(value) for value in values
    )


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

    def states(self, now_ns: int, ahead_ns: int = 0) -> SavedStates:
        """Take the states of all breakers; `ahead_ns` is how far the time is ahead of the machine's clock."""
        met = {key: SavedBreaker.of(breaker) for key, breaker in self._met.items()}
        return SavedStates(now_ns, self._saved | met, ahead_ns)


class ContinuedClock:
    """A clock that goes on from the moment of a file, where the machine's was set back since then.

    States hold times; read with a clock that is behind them, an open breaker would stay open for as long as the
    clock was set back. `behind_ns` is by how much, 0 on a good day. `ahead_ns` is how far its times are ahead of the
    machine's: it is kept with the states, so that time passes between invocations as well.
    """

    def __init__(self, clock: Clock, saved: SavedStates | None) -> None:
        self._clock = clock
        before_ns, saved_ns = (saved.ahead_ns, saved.saved_ns) if saved else (0, 0)
        self.behind_ns = max(saved_ns - before_ns - clock.now(), 0)
        self.ahead_ns = before_ns + self.behind_ns

    def now(self) -> int:
        """Return the time that is never before the file's."""
        return self._clock.now() + self.ahead_ns

    async def sleep(self, duration_ns: int) -> None:
        """Sleep as the clock below does."""
        await self._clock.sleep(duration_ns)

"""What a policy that is right in itself will hardly be meant to do, with the arithmetic that shows it; pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from tiktoktoe_cli.config.units import Duration
from tiktoktoe_cli.errors import Problem, Severity
from tiktoktoe_cli.resilience.backoff import exponential_backoff
from tiktoktoe_cli.resilience.outcome import Cause
from tiktoktoe_cli.resilience.trials import counts_cancelled_calls, failures_to_open, is_wedged_by_hung_probes
from tiktoktoe_cli.words import plural

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tiktoktoe_cli.errors import Locate
    from tiktoktoe_cli.resilience.retry import RetryRules
    from tiktoktoe_cli.resilience.settings import LayerSettings, PolicySettings

_LEAST_CALLS: Final = 2
"""A circuit that opens after fewer failed calls than this is opened by a single one."""


class Doubt(NamedTuple):
    """A finding about one layer: its code, the layer's position and the option meant, and the words."""

    code: str
    at: tuple[str | int, ...]
    message: str
    hint: str
    severity: Severity = Severity.WARNING


@dataclass(frozen=True, slots=True)
class Layers:
    """A policy with its layers by kind; positions count from the outermost."""

    settings: PolicySettings

    def positions(self, kind: str) -> list[int]:
        """Return where the layers of a kind are."""
        return [position for position, layer in enumerate(self.settings) if layer.kind == kind]

    def first(self, kind: str) -> tuple[int, Any] | None:  # whatever settings the kind has
        """Return the outermost layer of a kind, with its position."""
        return next(((position, self.settings[position].chosen) for position in self.positions(kind)), None)

    @property
    def attempts(self) -> int:
        """How many attempts one call may become: tries, each with its hedges."""
        return self.attempts_at(len(self.settings))

    def attempts_at(self, position: int) -> int:
        """How many attempts of one call may come to the layer at a position: what stands around it multiplies."""
        retry, hedging = self.first("retry"), self.first("hedging")
        tries = retry[1].max_attempts if retry and retry[0] < position else 1
        return int(tries * (1 + hedging[1].max_hedges if hedging and hedging[0] < position else 1))

    @property
    def limit_ns(self) -> int | None:
        """How long a caller waits for an answer: the outermost timeout."""
        timeout = self.first("timeout")
        return timeout[1] if timeout else None

    @property
    def longest_ns(self) -> int | None:
        """How long a call may take at most, waits included; None without a limit."""
        retry = self.first("retry")
        if retry is None:
            return self.limit_ns
        position, settings = retry
        outer = [self.settings[at].chosen for at in self.positions("timeout") if at < position]
        attempt_ns = self.attempt_ns(position)
        tried_ns = None if attempt_ns is None else longest_tries_ns(settings.rules, attempt_ns)
        return min((limit for limit in (*outer, tried_ns) if limit is not None), default=None)

    def attempt_ns(self, position: int) -> int | None:
        """How long one try of the retry at a position may take; None without a limit."""
        inner = [self.settings[at].chosen for at in self.positions("timeout") if at > position]
        return min(inner, default=None)


def lint_policy(name: str, settings: PolicySettings, place: Locate) -> Iterator[Problem]:
    """Yield what is doubtful about one policy; `place` locates a path of keys in the user's files."""
    layers = Layers(settings)
    for rule in _RULES:
        for doubt in rule(layers):
            path = ("resilience", name, *doubt.at)
            written = (place(*path[:length]) for length in range(len(path), 0, -1))
            where = next((found for found in written if found), None)
            yield Problem(doubt.code, doubt.message, where, doubt.hint, doubt.severity)


def longest_tries_ns(rules: RetryRules, attempt_ns: int) -> int:
    """Add up the longest attempts and the longest waits between them."""
    total_ns, wait_ns = attempt_ns, 0
    for retry in range(1, rules.max_attempts):
        wait_ns = exponential_backoff(rules.backoff, retry, wait_ns, 1)
        total_ns += wait_ns + attempt_ns
    return min(total_ns, rules.deadline_ns + attempt_ns)


def _breaker_inside_retry(layers: Layers) -> Iterator[Doubt]:
    """external_service#93: calls before the circuit opens = floor((tolerated + 1) / attempts)."""
    retry, breaker = layers.first("retry"), layers.first("circuit_breaker")
    if retry is None or breaker is None or breaker[0] < retry[0]:
        return
    failures, attempts = failures_to_open(breaker[1]), layers.attempts_at(breaker[0])
    if failures is None or attempts == 1:
        return
    calls = failures // attempts
    message = (
        f"inside a retry, the circuit opens during failing call {-(-failures // attempts)} "
        f"({plural(failures, 'failure')} / {attempts} attempts = {plural(calls, 'call')} let through whole)"
    )
    hint = "raise `minimum_calls`, lower `max_attempts`, or put the breaker around the retry"
    severity = Severity.WARNING if calls < _LEAST_CALLS else Severity.INFO
    yield Doubt("breaker-inside-retry", (breaker[0], "circuit_breaker"), message, hint, severity)


def _retries_cut_short(layers: Layers) -> Iterator[Doubt]:
    retry, limit_ns = layers.first("retry"), layers.limit_ns
    if retry is None or limit_ns is None or layers.positions("timeout")[0] > retry[0]:
        return
    position, settings = retry
    attempt_ns = layers.attempt_ns(position)
    total_ns = longest_tries_ns(settings.rules, attempt_ns or 0)
    if total_ns <= limit_ns:
        return
    waits = Duration(longest_tries_ns(settings.rules, 0))
    tries = f"{settings.max_attempts} x {Duration(attempt_ns)} + " if attempt_ns else ""
    message = (
        f"{plural(settings.max_attempts, 'attempt')} may take {tries}{waits} of waits, "
        f"{Duration(total_ns)} in all, but the timeout around them is {Duration(limit_ns)}"
    )
    hint = "lengthen the outer `timeout`, or make fewer or shorter attempts"
    yield Doubt("retries-cut-short", (position, "retry"), message, hint)


def _hung_probes(layers: Layers) -> Iterator[Doubt]:
    breaker = layers.first("circuit_breaker")
    if breaker is None or layers.positions("timeout"):
        return
    position, settings = breaker
    if is_wedged_by_hung_probes(settings):
        message = (
            f"a probe that never returns leaves a breaker of `{settings.machine.name}` half-open for good"
        )
        hint = "put a `timeout` inside of it, or use a breaker with a permit timeout"
        yield Doubt("half-open-wedges", (position, "circuit_breaker"), message, hint)


def _hidden_hangs(layers: Layers) -> Iterator[Doubt]:
    """A timeout cancels what stands inside of it, and most breakers take a cancelled call for none."""
    breaker, timeouts = layers.first("circuit_breaker"), layers.positions("timeout")
    if breaker is None or not timeouts or timeouts[-1] > breaker[0] or counts_cancelled_calls(breaker[1]):
        return
    message = "a call that hangs is cancelled by the timeout around the breaker, which never hears of it"
    hint = "put a shorter `timeout` inside of the breaker"
    yield Doubt("timeout-hides-hangs", (breaker[0], "circuit_breaker"), message, hint)


def _hidden_failures(layers: Layers) -> Iterator[Doubt]:
    fallback = layers.first("fallback")
    hidden = [
        kind
        for kind in ("retry", "circuit_breaker")
        for at in layers.positions(kind)
        if fallback and at < fallback[0] and _acts_on(layers.settings[at]) <= set(fallback[1].on)
    ]
    if fallback and hidden:
        message = (
            f"a fallback answers before `{hidden[0]}` sees a failure, so that `{hidden[0]}` does nothing"
        )
        yield Doubt("fallback-inside", (fallback[0], "fallback"), message, "put the fallback first")


def _acts_on(layer: LayerSettings) -> set[Cause]:
    """Return the failures that a retry or a breaker does something about."""
    return set(layer.chosen.retry_on) if layer.kind == "retry" else {Cause.ERROR, Cause.TIMEOUT}


def _ignored_options(layers: Layers) -> Iterator[Doubt]:
    """What was pasted and has no meaning for the rules."""
    breaker = layers.first("circuit_breaker")
    for option in breaker[1].ignored if breaker else ():
        assert breaker is not None, "nothing is ignored without a breaker"  # noqa: S101  # states an invariant
        at = (breaker[0], "circuit_breaker", option)
        message = f"`{option}` changes nothing here: it is not about when the circuit turns"
        yield Doubt("option-ignored", at, message, "it may stay, or be left out", Severity.INFO)


def _own_doubts(layers: Layers) -> Iterator[Doubt]:
    """What a preset knows about its own options."""
    breaker = layers.first("circuit_breaker")
    for option, code, message, hint in breaker[1].doubts() if breaker else ():
        assert breaker is not None, "there are no doubts without a breaker"  # noqa: S101  # states an invariant
        yield Doubt(code, (breaker[0], "circuit_breaker", option), message, hint)


_RULES: Final[tuple[Callable[[Layers], Iterator[Doubt]], ...]] = (
    _breaker_inside_retry,
    _retries_cut_short,
    _hung_probes,
    _hidden_hangs,
    _hidden_failures,
    _own_doubts,
    _ignored_options,
)

"""What the YAML says about policies (`resilience.NAME`): the defaults and ranges of every layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, TypeAlias

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from tiktoktoe_cli.config.fields import OneOf, Settings, Text
from tiktoktoe_cli.config.units import NS_PER_S, Duration, Rate
from tiktoktoe_cli.resilience.backoff import Backoff, Jitter
from tiktoktoe_cli.resilience.budgets.settings import BudgetSettings
from tiktoktoe_cli.resilience.bulkhead import BulkheadRules
from tiktoktoe_cli.resilience.hedging import HedgingRules
from tiktoktoe_cli.resilience.outcome import Cause
from tiktoktoe_cli.resilience.presets.catalog import DEFAULT, settings_of
from tiktoktoe_cli.resilience.presets.settings import BreakerChoice
from tiktoktoe_cli.resilience.rate_limit import RateRules
from tiktoktoe_cli.resilience.retry import RetryRules

if TYPE_CHECKING:
    from collections.abc import Mapping

_FOREVER_NS = 2**62
_MOST_LAYERS = {"timeout": 2}
"""One timeout around all attempts and one around each; every other kind makes sense once."""


class RetrySettings(Settings):
    """Try again when a call failed or timed out."""

    strategy: Literal["exponential_backoff"] = "exponential_backoff"
    """How the waits grow: each bound is twice the one before."""
    max_attempts: int = Field(3, ge=1, le=100)
    """Tries altogether: 3 are one call and two retries."""
    base: Duration = Duration.of(0.2)
    """The bound of the first wait."""
    cap: Duration = Field(Duration.of(5), le=Duration.parse("1d"))
    """The highest bound."""
    jitter: Jitter = Jitter.FULL
    """How chance spreads the waits below their bound."""
    retry_on: tuple[Cause, ...] = (Cause.ERROR, Cause.TIMEOUT)
    """After which failures to try again. A rejection is mostly in force for longer than any wait, so it is not among
    them unless it is listed; an error that is the caller's own (a 404) never is."""
    max_retry_after: Duration = Duration.of(60)
    """The longest `Retry-After` that is waited for; if the other side asks for more, there are no more tries."""
    deadline: Duration | None = None
    """No try starts later than this after the first one; a wait that would end later is cut. By default tries are
    bounded by their number alone."""
    budget: BudgetSettings | None = None
    """Which retries of all calls may be made, so that they do not multiply the load on what already fails."""

    @model_validator(mode="after")
    def _base_within_cap(self) -> RetrySettings:
        if self.base > self.cap:
            context = {"base": str(self.base), "cap": str(self.cap), "hint": "raise `cap`", "at": [("cap",)]}
            raise PydanticCustomError("cap-below-base", "`cap` {cap} is shorter than `base` {base}", context)
        return self

    @property
    def rules(self) -> RetryRules:
        """The settings as the retry decision takes them."""
        return RetryRules(
            max_attempts=self.max_attempts,
            backoff=Backoff(self.base, self.cap, self.jitter.number),
            retried=sum(cause.bit for cause in set(self.retry_on)),
            max_retry_after_ns=self.max_retry_after,
            deadline_ns=_FOREVER_NS if self.deadline is None else self.deadline,
        )


class BulkheadSettings(Settings):
    """Let only so many calls be under way at once; others wait for a place, the oldest first, or are rejected."""

    max_concurrent: int = Field(32, ge=1, le=1_000_000)
    """How many calls may be under way."""
    max_queue: int = Field(0, ge=0, le=1_000_000)
    """How many may wait; by default none."""
    max_wait: Duration | None = None
    """How long each may wait; by default as long as its caller does."""

    @property
    def rules(self) -> BulkheadRules:
        """The settings as the decision takes them."""
        return BulkheadRules(self.max_concurrent, self.max_queue)


class RateLimitSettings(Settings):
    """Let calls start only so often; others wait for their turn, or are rejected and told when to come back."""

    rate: Annotated[Rate, Field(ge=Rate.parse("1/d"))]
    """How often calls may start in the long run, such as `200/s`."""
    burst: int = Field(1, ge=1, le=100_000)
    """How many may start at once after a quiet time."""
    max_wait: Duration = Duration(0)
    """How long a call may wait for its turn; by default not at all."""

    @property
    def rules(self) -> RateRules:
        """The settings as the decision takes them; the time between two calls is rounded up."""
        return RateRules(-int(-NS_PER_S // self.rate), self.burst, self.max_wait)


class HedgingSettings(Settings):
    """When a call takes long, try it a second time beside the first, and take whichever answers first."""

    delay: Duration
    """How long to wait for an answer before another try, say the time that 95 of 100 calls take at most. A try that
    fails brings the next one at once."""
    max_hedges: int = Field(1, ge=1, le=10)
    """How many tries there may be beside the first."""

    @property
    def rules(self) -> HedgingRules:
        """The settings as the decision takes them."""
        return HedgingRules(self.delay, self.max_hedges)


class CachedSettings(Settings):
    """The last good answer, kept for bad times in the memory of the process, and gone with it."""

    max_age: Duration
    """How old it may be."""


class FallbackSettings(Settings):
    """What to answer when a call fails; the outcome says that it is a fallback, and what it covers."""

    value: Any = None  # whatever the YAML holds
    """A fixed answer."""
    request: Text | None = None
    """Another request to make instead, by name."""
    cached: CachedSettings | None = None
    """The last good answer, unless it is too old."""
    on: tuple[Cause, ...] = tuple(cause for cause in Cause if cause is not Cause.CANCELLED)
    """Which failures it covers; by default all, but not a call that was cancelled."""

    @model_validator(mode="after")
    def _one_answer(self) -> FallbackSettings:
        given = [name for name in ("value", "request", "cached") if name in self.model_fields_set]
        if len(given) != 1:
            context = {
                "given": " and ".join(f"`{name}`" for name in given) or "none",
                "hint": "choose one of `value`, `request` or `cached`",
            }
            raise PydanticCustomError("one-of", "expected exactly one answer, found {given}", context)
        return self


class LayerSettings(OneOf):
    """One layer of a policy."""

    choice_of: ClassVar[str] = "layer"

    retry: RetrySettings | None = None
    """Try again when a call failed or timed out."""
    circuit_breaker: BreakerChoice = Field(default_factory=settings_of(DEFAULT))
    """Stop calling a destination that mostly fails."""
    timeout: Annotated[Duration, Field(gt=0)] | None = None
    """Give a call up after this long: around a retry, all its attempts together; inside of it, each."""
    bulkhead: BulkheadSettings | None = None
    """Let only so many calls be under way at once."""
    rate_limit: RateLimitSettings | None = None
    """Let calls start only so often."""
    hedging: HedgingSettings | None = None
    """When a call takes long, try it a second time beside the first."""
    fallback: FallbackSettings | None = None
    """Answer something else when a call fails."""


def _not_too_often(layers: tuple[LayerSettings, ...]) -> tuple[LayerSettings, ...]:
    kinds = [layer.kind for layer in layers]
    for position, kind in enumerate(kinds):
        most = _MOST_LAYERS.get(kind, 1)
        if kinds[:position].count(kind) == most:
            context = {"kind": kind, "most": most, "hint": "remove this one", "at": [(position,)]}
            raise PydanticCustomError("duplicate-layer", "a policy has at most {most} `{kind}`", context)
    return layers


PolicySettings: TypeAlias = Annotated[tuple[LayerSettings, ...], AfterValidator(_not_too_often)]
"""The layers of a policy, the outermost first; without any, every call passes as it is."""

_DEFAULT_POLICY = "default"
_OWN_POLICY = "the policy of its own"


def policy_of(named: str | None, policies: Mapping[str, PolicySettings]) -> str | None:
    """Return the name of the policy that a call goes through: the named one, else `default` where there is one.

    None if the call goes as it is; so it does with a policy that has no layers. That a named one exists is not
    looked at here.
    """
    name = named or (_DEFAULT_POLICY if _DEFAULT_POLICY in policies else None)
    return name if name and policies.get(name) != () else None


def policy_or(
    own: PolicySettings, named: str | None, policies: Mapping[str, PolicySettings]
) -> tuple[str, Mapping[str, PolicySettings]]:
    """Return the name of the policy that a call asks for, and the policies to find it in.

    That is the named one, else `default` where there is one, else a feature's own.
    """
    if named is None and _DEFAULT_POLICY not in policies:
        return _OWN_POLICY, {_OWN_POLICY: own}
    return named or _DEFAULT_POLICY, policies

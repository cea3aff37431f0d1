"""What the YAML says about policies (`resilience.NAME`): the defaults and ranges of every layer."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, TypeAlias

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from tiktoktoe_cli.config.fields import OneOf, Settings
from tiktoktoe_cli.config.units import Duration, Ratio
from tiktoktoe_cli.resilience.backoff import Backoff, Jitter
from tiktoktoe_cli.resilience.breaker import BreakerRules
from tiktoktoe_cli.resilience.retry import RetryRules


class RetrySettings(Settings):
    """Try again when a call failed or timed out."""

    strategy: Literal["exponential_backoff"] = "exponential_backoff"
    """How the waits grow: each bound is twice the one before."""
    max_attempts: int = Field(3, ge=1, le=100)
    """Tries altogether: 3 are one call and two retries."""
    base: Duration = Duration.of(0.2)
    """The bound of the first wait."""
    cap: Duration = Duration.of(5)
    """The highest bound."""
    jitter: Jitter = Jitter.FULL
    """How chance spreads the waits below their bound."""

    @model_validator(mode="after")
    def _base_within_cap(self) -> RetrySettings:
        if self.base > self.cap:
            context = {"base": str(self.base), "cap": str(self.cap), "hint": "raise `cap`", "at": [("cap",)]}
            raise PydanticCustomError("cap-below-base", "`cap` {cap} is shorter than `base` {base}", context)
        return self

    @property
    def rules(self) -> RetryRules:
        """The settings as the retry decision takes them."""
        return RetryRules(self.max_attempts, Backoff(self.base, self.cap, self.jitter))


class WindowSettings(Settings):
    """Which results a breaker looks at."""

    calls: int = Field(100, ge=1, le=100_000)
    """How many of the latest calls count."""


class CircuitBreakerSettings(Settings):
    """Stop calling a destination that mostly fails, and probe it after a while."""

    failure_threshold: Ratio = Field(Ratio(0.5), gt=0)
    """The share of failures that opens the circuit."""
    reset_timeout: Duration = Duration.of(30)
    """How long the circuit stays open before calls probe it."""
    window: WindowSettings = Field(default_factory=WindowSettings)
    """The results that the share is taken of."""
    minimum_calls: int = Field(10, ge=1)
    """How many results there must be before the share means anything."""
    half_open_calls: int = Field(5, ge=1, le=100_000)
    """How many calls may probe the destination."""
    permit_timeout: Duration = Duration.of(30)
    """When all probes are under way and none came back for this long, others may start."""

    @model_validator(mode="after")
    def _minimum_within_window(self) -> CircuitBreakerSettings:
        if self.minimum_calls > self.window.calls:
            words = "`minimum_calls` {minimum} is more than the window's {calls} calls: it would never open"
            hint = "raise `window.calls` or lower `minimum_calls`"
            counts = {"minimum": self.minimum_calls, "calls": self.window.calls}
            raise PydanticCustomError(
                "minimum-beyond-window", words, {**counts, "hint": hint, "at": [("minimum_calls",)]}
            )
        return self

    @property
    def rules(self) -> BreakerRules:
        """The settings as the breaker's steps take them."""
        return BreakerRules(
            threshold_ppm=self.failure_threshold.ppm,
            window_calls=self.window.calls,
            minimum_calls=self.minimum_calls,
            reset_timeout_ns=self.reset_timeout,
            half_open_calls=self.half_open_calls,
            permit_timeout_ns=self.permit_timeout,
        )


class LayerSettings(OneOf):
    """One layer of a policy."""

    choice_of: ClassVar[str] = "layer"

    retry: RetrySettings = Field(default_factory=RetrySettings)
    """Try again when a call failed or timed out."""
    circuit_breaker: CircuitBreakerSettings = Field(default_factory=CircuitBreakerSettings)
    """Stop calling a destination that mostly fails."""
    timeout: Duration = Duration.of(5)
    """Give a call up after this long."""


def _each_kind_once(layers: tuple[LayerSettings, ...]) -> tuple[LayerSettings, ...]:
    kinds = [layer.kind for layer in layers]
    for position, kind in enumerate(kinds):
        if kind in kinds[:position]:
            context = {"kind": kind, "hint": "keep one of them", "at": [(position,)]}
            raise PydanticCustomError("duplicate-layer", "a policy has at most one `{kind}`", context)
    return layers


PolicySettings: TypeAlias = Annotated[tuple[LayerSettings, ...], AfterValidator(_each_kind_once)]
"""The layers of a policy, the outermost first; without any, every call passes as it is."""

"""What the YAML says about retry budgets: `budget: {grpc: {...}}`, with the defaults of those who invented them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field

from tiktoktoe_cli.config.fields import OneOf, Settings
from tiktoktoe_cli.config.units import NS_PER_S, Duration, Ratio
from tiktoktoe_cli.resilience.budgets.aws_standard import QuotaRules
from tiktoktoe_cli.resilience.budgets.catalog import BUDGETS
from tiktoktoe_cli.resilience.budgets.envoy import EnvoyRules
from tiktoktoe_cli.resilience.budgets.finagle import DEPOSIT, FinagleRules
from tiktoktoe_cli.resilience.budgets.grpc import THOUSANDTHS, GrpcRules
from tiktoktoe_cli.resilience.budgets.sre import SreRules
from tiktoktoe_cli.resilience.machine import MILLION

if TYPE_CHECKING:
    from tiktoktoe_cli.resilience.budgets.kind import BudgetKind


class GrpcSettings(Settings):
    """A failure takes one token, a success brings some back; retries are made while more than half are there."""

    max_tokens: int = Field(10, ge=1, le=1000)
    """How many tokens there are at most, and at first."""
    ratio: float = Field(0.1, ge=0.001, le=1000)
    """How many a success brings; digits after the third do not count."""

    @property
    def rules(self) -> GrpcRules:
        """The settings as the steps take them."""
        return GrpcRules(self.max_tokens * THOUSANDTHS, round(self.ratio * MILLION) // THOUSANDTHS)


class QuotaSettings(Settings):
    """A retry has a price; a call that succeeds gives the price of its last retry back, or 1 if it needed none."""

    capacity: int = Field(500, ge=1, le=1_000_000)
    """What there is at most, and at first."""
    retry_cost: int = Field(14, ge=1)
    """The price of a retry."""
    throttling_cost: int = Field(5, ge=1)
    """The price of a retry after the other side said that it has too much to do."""

    @property
    def rules(self) -> QuotaRules:
        """The settings as the steps take them."""
        return QuotaRules(self.capacity, self.retry_cost, self.throttling_cost)


class FinagleSettings(Settings):
    """A share of the latest calls may be retried, and a few each second in any case."""

    ttl: Duration = Field(Duration.of(10), ge=Duration.of(1), le=Duration.of(60))
    """How long a call counts."""
    min_retries_per_s: int = Field(10, ge=0, le=1_000_000)
    """How many retries a second are allowed in any case, taken over `ttl`."""
    percent: Ratio = Ratio(0.2)
    """The share of calls that may be retried."""

    @property
    def rules(self) -> FinagleRules:
        """The settings as the steps take them."""
        deposit, withdrawal = (DEPOSIT, int(DEPOSIT / self.percent)) if self.percent else (0, 1)
        reserve = self.min_retries_per_s * (self.ttl // NS_PER_S) * withdrawal
        return FinagleRules(self.ttl, reserve, deposit, withdrawal)


class EnvoySettings(Settings):
    """The retries under way are at most a share of the attempts under way."""

    percent: Ratio = Ratio(0.2)
    """The share."""
    min_concurrent: int = Field(3, ge=0, le=1_000_000)
    """How many retries may be under way in any case."""

    @property
    def rules(self) -> EnvoyRules:
        """The settings as the steps take them."""
        return EnvoyRules(self.percent.ppm, self.min_concurrent)


class SreSettings(Settings):
    """Hold back attempts, first ones too, the more of them the destination refuses."""

    multiplier: float = Field(2, ge=1, le=1000)
    """How many attempts there may be for each one that is accepted before any is held back."""
    window: Duration = Field(Duration.of(120), ge=Duration.of(1))
    """How long an attempt counts."""

    @property
    def rules(self) -> SreRules:
        """The settings as the steps take them."""
        return SreRules(self.window, round(self.multiplier * MILLION))


class BudgetSettings(OneOf):
    """Which retries may be made, by the rules of one of those who have budgets."""

    choice_of: ClassVar[str] = "budget"

    grpc: GrpcSettings | None = None
    """gRPC's: a bucket that failures empty and successes fill."""
    aws_standard: QuotaSettings | None = None
    """The AWS SDKs' standard mode: a quota that retries are paid from."""
    aws_adaptive: QuotaSettings | None = None
    """The AWS SDKs' adaptive mode: the same, and a client rate that throttling slows down."""
    finagle: FinagleSettings | None = None
    """Finagle's: a share of the latest calls."""
    envoy: EnvoySettings | None = None
    """Envoy's: a share of the attempts under way."""
    sre: SreSettings | None = None
    """Google's client-side throttling, which holds back first attempts too."""

    @property
    def semantics(self) -> BudgetKind:
        """The steps that go with the rules."""
        return BUDGETS[self.kind]

    @property
    def rules(self) -> Any:  # the NamedTuple that the steps take
        """The chosen settings as the steps take them."""
        return self.chosen.rules

"""What the YAML says about a simulation: how services perform, and what a scenario does to them."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from tiktoktoe_cli.config.fields import Cel, OneOf, Reference, Settings
from tiktoktoe_cli.config.units import Duration, Rate, Ratio
from tiktoktoe_cli.expressions import Expression
from tiktoktoe_cli.simulation.measures import EXAMPLES
from tiktoktoe_cli.simulation.slowdown import Slowdown
from tiktoktoe_cli.words import listed

_LONGEST = Duration.parse("30d")  # a run keeps a row for every second


class LognormalSettings(Settings):
    """A long-tailed time, given by two of its percentiles."""

    p50: Duration = Field(gt=0)
    """Half of the requests take at most this long."""
    p99: Duration
    """All but one of a hundred take at most this long."""

    @model_validator(mode="after")
    def _ordered(self) -> LognormalSettings:
        if self.p99 < self.p50:
            context = {"p50": str(self.p50), "p99": str(self.p99), "hint": "raise `p99`", "at": [("p99",)]}
            raise PydanticCustomError("p99-below-p50", "`p99` {p99} is shorter than `p50` {p50}", context)
        return self


class ExponentialSettings(Settings):
    """A memoryless time, as queueing theory likes it."""

    mean: Duration
    """The average."""


class ServiceTimeSettings(OneOf):
    """How long a service works on one request, without waiting and without the calls it makes."""

    choice_of: ClassVar[str] = "distribution"

    lognormal: LognormalSettings | None = None
    """A long-tailed time, given by two of its percentiles."""
    exponential: ExponentialSettings | None = None
    """A memoryless time."""
    constant: Duration | None = None
    """Always the same time."""


class PerformanceSettings(Settings):
    """How fast a service is and how much it can take; all numbers are for one replica."""

    service_time: ServiceTimeSettings
    """How long it works on one request."""
    concurrency: int = Field(16, ge=1, le=1_000_000)
    """How many requests it works on at once; one that waits for a dependency counts."""
    queue: int = Field(200, ge=0, le=10_000_000)
    """How many requests may wait; one more is refused."""


class TrafficSettings(OneOf):
    """How requests arrive, whatever becomes of those before them."""

    choice_of: ClassVar[str] = "kind of traffic"

    poisson: Annotated[Rate, Field(gt=0)] | None = None
    """At random, this many per second on average."""
    constant: Annotated[Rate, Field(gt=0)] | None = None
    """Evenly spaced."""


class FaultSettings(Settings):
    """Something that goes wrong for a while; exactly one of `error_rate`, `latency` and `kill`."""

    at: Duration
    """When it begins, from the start of the scenario."""
    duration: Duration = Field(alias="for", gt=0)
    """How long it lasts."""
    on: Annotated[str, Reference("services")]
    """The service that suffers from it."""
    error_rate: Ratio | None = None
    """This share of its requests fails, after the service has worked on them."""
    latency: Slowdown | None = None
    """Its work takes longer: `x10` as long, or `200ms` more."""
    kill: Literal[True] | None = None
    """It is gone: what it works on is lost, and calls fail at once."""

    @property
    def ends_at_ns(self) -> int:
        """When it is over, in nanoseconds from the start of the scenario."""
        return self.at + self.duration

    @model_validator(mode="after")
    def _one_effect(self) -> FaultSettings:
        given = [name for name in ("error_rate", "latency", "kill") if getattr(self, name) is not None]
        if len(given) != 1:
            context = {
                "found": listed(given) or "none",
                "hint": "choose one of `error_rate`, `latency` or `kill`",
            }
            raise PydanticCustomError("one-of", "expected exactly one effect, found {found}", context)
        return self


class SimulationSettings(Settings):
    """A scenario: load, faults, and what must hold all the same."""

    duration: Duration = Field(gt=0, le=_LONGEST)
    """How long requests arrive; those under way at the end are still answered."""
    seed: int = 0
    """Chance starts here: the same seed gives the same run."""
    replications: int = Field(5, ge=1, le=1_000)
    """How many independent runs the results are averaged over."""
    traffic: dict[Annotated[str, Reference("services")], TrafficSettings] = Field(min_length=1)
    """The services that requests from outside arrive at."""
    policy: Annotated[str, Reference("resilience")] | None = None
    """The policy of calls whose dependency names none; by default the one called `default`, if there is one."""
    faults: tuple[FaultSettings, ...] = ()
    """What goes wrong, and when."""
    assertions: tuple[Annotated[Expression, Cel(*EXAMPLES, examples=EXAMPLES)], ...] = Field(
        (), alias="assert"
    )
    """What must hold of the results, averaged over the replications."""

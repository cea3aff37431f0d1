"""What the YAML says about a service's place in the system, and about the machines the system runs on."""

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from tiktoktoe_cli.config.fields import Name, Reference, Settings, Text
from tiktoktoe_cli.config.quantity import LARGEST, Quantity
from tiktoktoe_cli.config.units import Duration, Ratio
from tiktoktoe_cli.graph.model import Condition, EdgeKind, Evidence, Resource
from tiktoktoe_cli.words import shortened

MOST_COPIES = 2**31 - 1
"""As many as Kubernetes can count (int32)."""


def _within_limits(amount: Quantity) -> Quantity:
    if amount < 0:
        raise PydanticCustomError("out-of-range", "`{amount}` is less than nothing", _shown(amount))
    if amount > LARGEST:
        raise PydanticCustomError(
            "out-of-range", "`{amount}` is too large: the most is 2^63 - 1", _shown(amount)
        )
    return amount


def _shown(amount: Quantity) -> dict[str, object]:
    return {"amount": shortened(str(amount))}


Amount = Annotated[Quantity, AfterValidator(_within_limits)]
"""A quantity that is not negative, and no larger than Kubernetes' largest."""
Memory = Annotated[Amount, Field(examples=["512Mi"])]
"""An amount of bytes."""


class AmountsSettings(Settings):
    """An amount of each resource; what is left out is not stated."""

    cpu: Amount | None = None
    """Cores: `250m` is a quarter of one."""
    memory: Memory | None = None
    """Bytes: `128Mi`."""


class ResourceSettings(Settings):
    """What one replica asks for and what it may use at most, as in Kubernetes."""

    requests: AmountsSettings = AmountsSettings()
    """What one replica is guaranteed; a resource that is left out is requested up to its limit."""
    limits: AmountsSettings = AmountsSettings()
    """What one replica may not exceed; a resource that is left out is not limited."""

    def requested(self, resource: Resource) -> Quantity | None:
        """Return what one replica reserves of a resource: its request, else its limit, else None."""
        request: Quantity | None = getattr(self.requests, resource)
        return self.limit(resource) if request is None else request

    def limit(self, resource: Resource) -> Quantity | None:
        """Return what one replica may use of a resource at most, or None if it is not limited."""
        limit: Quantity | None = getattr(self.limits, resource)
        return limit


class DependencySettings(Settings):
    """One dependency; a text alone is its `version`."""

    version: Text | None = None
    """The versions that will do, as npm writes ranges (`^1.4`, `>=2 <3`); any by default."""
    kind: EdgeKind = EdgeKind.START
    """`start` orders the start and must be free of cycles, `runtime` is a call, `soft` never blocks."""
    condition: Condition = Condition.HEALTHY
    """What the dependency must have reached before this service may start: `started`, `healthy`, `completed` (it has
    ended), `completed_successfully` (with exit code 0) or `ready_line` (it has printed the line that its start action
    names)."""
    required: bool = True
    """Whether a dependency that fails stops this service from starting. A service that something depends on, but
    only over edges that are soft or not required, is optional: without it a run goes on and warns."""
    restart: bool = False
    """Whether this service is restarted when the dependency was; the default is no."""
    timeout: Duration = Duration.of(60)
    """How long to wait for the condition; `60s` by default."""
    policy: Annotated[str, Reference("resilience")] | None = None
    """The policy of `resilience` that calls over this dependency use; by default the scenario's, or the one called
    `default`, if there is one."""
    evidence: Evidence = Evidence.DECLARED
    """How it is known: `declared` (the default), `inferred` (an import found it in use, and nobody declared it), or
    `both`."""


def _from_version(value: object) -> object:
    is_version = isinstance(value, str | int | float) and not isinstance(value, bool)
    return {"version": value} if is_version else value


def _from_short_form(value: object) -> object:
    return {} if value is None else _from_version(value)


Dependency = Annotated[
    DependencySettings,
    BeforeValidator(_from_short_form, json_schema_input_type=str | float | DependencySettings | None),
]


class CandidateSettings(Settings):
    """A version that could be deployed instead; a text alone is its `version`."""

    version: Text
    """The version, as written."""
    depends_on: dict[Annotated[str, Reference("services")], Text | None] = Field(default_factory=dict)
    """What this version needs otherwise than the service declares: another range (`ledger: "^2"`), one more service
    (`"*"` is any version of it), or one less (`audit: null`). What is not named stays as the service declares it."""


Available = Annotated[
    CandidateSettings,
    BeforeValidator(_from_version, json_schema_input_type=str | float | CandidateSettings),
]


class ServiceSettings(Settings):
    """How a service fits into the system: its version, what it depends on and what it needs to run."""

    version: Text | None = None
    """The version that is or will be deployed, as written: `1.10` stays `1.10`."""
    available: tuple[Available, ...] = ()
    """Other versions that could be deployed instead: each a text, or a map that also says what it needs otherwise."""
    group: Name | None = None
    """The group that reports and pictures put the service into."""
    tags: tuple[Text, ...] = ()
    """Words to select services by."""
    depends_on: dict[str, Dependency] = Field(default_factory=dict)
    """The services that this one needs, by name; the short form `ledger: "^1.4"` gives only the version."""
    resources: ResourceSettings = ResourceSettings()
    """What one replica needs."""
    replicas: int = Field(default=1, ge=0, le=MOST_COPIES)
    """How many copies run at the same time; 1 by default."""
    start_time: Duration | None = None
    """How long its start takes until others may rely on it, for predictions; unknown by default."""


class NodeSettings(Settings):
    """A kind of machine that services run on."""

    name: Name
    """What reports call it."""
    count: int = Field(default=1, ge=0, le=MOST_COPIES)
    """How many of them there are; 1 by default."""
    cpu: Amount
    """The cores of one."""
    memory: Memory
    """The bytes of one."""


class ReserveSettings(Settings):
    """The share of each resource that is kept free on every machine."""

    cpu: Ratio = Ratio(0)
    """Of the cores; 0 by default."""
    memory: Ratio = Ratio(0)
    """Of the memory; 0 by default."""


def _of_everything(value: object) -> object:
    return value if isinstance(value, dict | ReserveSettings) else {"cpu": value, "memory": value}


Reserve = Annotated[
    ReserveSettings, BeforeValidator(_of_everything, json_schema_input_type=Ratio | ReserveSettings)
]
"""The share of each resource, or one of all."""


class CapacitySettings(Settings):
    """The machines that the whole system has to fit on."""

    nodes: tuple[NodeSettings, ...] = Field(min_length=1)
    """The kinds of machines."""
    reserve: Reserve = ReserveSettings()
    """The share of every machine that is kept free, say for its operating system: `10%`, or for each resource
    `{cpu: 5%, memory: 10%}`; nothing by default."""

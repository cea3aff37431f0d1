"""What the YAML says about checks: a service's list of probes and what each must find, and what all of them share."""

import re
from collections.abc import Mapping
from functools import cache, cached_property
from typing import TYPE_CHECKING, Annotated, Any, Final, Self

from pydantic import (
    AfterValidator,
    Field,
    ValidationInfo,
    WithJsonSchema,
    create_model,
    model_validator,
)
from pydantic_core import PydanticCustomError

from tiktoktoe_cli.config.fields import Cel, Name, Settings, Text
from tiktoktoe_cli.config.units import Duration
from tiktoktoe_cli.expressions import Expression
from tiktoktoe_cli.health.credentials import has_credentials
from tiktoktoe_cli.health.effects import CONCURRENCY
from tiktoktoe_cli.health.maintenance_settings import MaintenanceSettings
from tiktoktoe_cli.health.probes.dns import DnsProbe
from tiktoktoe_cli.health.probes.exec import ExecProbe
from tiktoktoe_cli.health.probes.file import FileProbe
from tiktoktoe_cli.health.probes.grpc import GrpcProbe
from tiktoktoe_cli.health.probes.http import HttpProbe
from tiktoktoe_cli.health.probes.icmp import IcmpProbe
from tiktoktoe_cli.health.probes.kafka import KafkaProbe
from tiktoktoe_cli.health.probes.mysql import MysqlProbe
from tiktoktoe_cli.health.probes.postgres import PostgresProbe
from tiktoktoe_cli.health.probes.redis import RedisProbe
from tiktoktoe_cli.health.probes.settings import ProbeSettings, aimless, probe_types
from tiktoktoe_cli.health.probes.tcp import TcpProbe
from tiktoktoe_cli.health.probes.tls import TlsProbe
from tiktoktoe_cli.health.probes.variables import ALWAYS, misread
from tiktoktoe_cli.health.probes.websocket import WebsocketProbe
from tiktoktoe_cli.health.thresholds.settings import ThresholdsSettings
from tiktoktoe_cli.words import listed


class ProbeChoice(Settings):
    """The probes there are: a check has exactly one of them. Adding one is adding its file and its line here."""

    http: HttpProbe | None = None
    """Ask a web server."""
    tcp: TcpProbe | None = None
    """Make a TCP connection, and talk over it."""
    tls: TlsProbe | None = None
    """Make a TLS handshake, at once or after STARTTLS."""
    dns: DnsProbe | None = None
    """Ask a DNS server."""
    icmp: IcmpProbe | None = None
    """Ask a host for echoes, as `ping` does."""
    exec: ExecProbe | None = None
    """Run a program."""
    file: FileProbe | None = None
    """Look at a file."""
    grpc: GrpcProbe | None = None
    """Ask a gRPC server's health service."""
    websocket: WebsocketProbe | None = None
    """Open a WebSocket."""
    redis: RedisProbe | None = None
    """Send Redis a command."""
    postgres: PostgresProbe | None = None
    """Query PostgreSQL."""
    mysql: MysqlProbe | None = None
    """Query MySQL or MariaDB."""
    kafka: KafkaProbe | None = None
    """Ask a Kafka cluster for its metadata."""


LEAST_INTERVAL: Final = Duration.parse("100ms")
PROBES: Final = dict(probe_types(ProbeChoice))
"""The class of every probe, by its key."""

_VARIABLES: Final = sorted({*ALWAYS, *(name for probe in PROBES.values() for name in probe.variables)})


def _known(expression: Expression, info: ValidationInfo) -> Expression:
    """Refuse what the probe does not see; where the probe itself is not understood, what none of them sees.

    The probes come before the expectations, so that both can be told at once.
    """
    kinds = _kinds(info.data)
    known = (*PROBES[kinds[0]].variables, *ALWAYS) if len(kinds) == 1 else _VARIABLES
    for name in sorted(expression.names):
        if hint := misread(name, known):
            whose = f"a check with {kinds[0]}" if len(kinds) == 1 else "a check"
            context: dict[str, Any] = {"name": name, "whose": whose, "hint": hint}
            if found := re.search(rf"(?<![\w.]){re.escape(name)}(?!\w)", expression.text):
                context |= {"offset": found.start(), "length": len(name)}
            raise PydanticCustomError("unknown-variable", "{whose} has no `{name}`", context)
    return expression


Expectation = Annotated[
    Expression,
    Cel(),
    AfterValidator(_known),
    WithJsonSchema(
        {
            "type": ["string", "boolean", "number"],
            "description": f"A CEL expression over {', '.join(_VARIABLES)}, as far as the probe has them.",
        }
    ),
]


def _something(expressions: tuple[Expression, ...]) -> tuple[Expression, ...]:
    if not expressions:
        hint = "leave `expect` out to expect what is usual"
        raise PydanticCustomError("too-few", "a check that expects nothing proves nothing", {"hint": hint})
    return expressions


class Examination(Settings):
    """One probe, and what it has to find."""

    timeout: Annotated[Duration, Field(gt=0)] = Duration.of(5)
    """How long the whole check may take, from the look-up of the name to the last byte, all retries included; 5s by
    default."""
    retries: int = Field(default=3, ge=0, le=100)
    """How often a check that fails is tried again within its timeout; 3 by default. What another try would not mend,
    such as a certificate that is not trusted or a password that is refused, is not tried again."""
    expect: Annotated[tuple[Expectation, ...], AfterValidator(_something)] = ()
    """What must hold, all of it, else the service is unhealthy; what has no value does not hold. The default is
    what is usual for the probe, such as `status >= 200 && status < 300` for http, `exit_code == 0` for exec and
    `connected` for tcp. `config explain services.health.http` tells it of any probe, with what can be read."""
    warn: tuple[Expectation, ...] = ()
    """What should hold, else the service is degraded; the default is nothing, but for tls two weeks until the first
    certificate expires."""

    @cached_property
    def kind(self) -> str:
        """The key of the probe, such as `http`."""
        return _kinds(self.__dict__)[0]

    @cached_property
    def probe(self) -> ProbeSettings:
        """The probe, which is also its settings."""
        probe: ProbeSettings = getattr(self, self.kind)
        return probe

    def reads(self, variable: str) -> bool:
        """Ask whether an expectation reads a variable."""
        return variable in _roots((*self.expect, *self.warn))

    @model_validator(mode="before")
    @classmethod
    def _assume(cls, given: object) -> object:
        """Expect what is usual for the probe where nothing is said."""
        if not isinstance(given, dict) or len(kinds := _kinds(given)) != 1:
            return given
        probe = PROBES[kinds[0]]
        return {"expect": probe.assumed, "warn": probe.assumed_warn, **given}

    @model_validator(mode="after")
    def _one_probe(self) -> Self:
        kinds = _kinds(self.__dict__)
        if len(kinds) != 1:
            given = listed(kinds) or "none"
            hint = f"choose one of {listed(PROBES, last='or')}"
            raise PydanticCustomError(
                "one-of", "expected exactly one probe, found {given}", {"given": given, "hint": hint}
            )
        return self


class CheckSettings(Examination, ProbeChoice):
    """One check of a service: exactly one probe, and what it has to find."""

    name: Name
    """What the check is called in every output; unique within its service."""
    enabled: bool = True
    """Whether it is made at all; if not, it is skipped and says nothing about its service."""
    interval: Annotated[Duration, Field(ge=LEAST_INTERVAL)] = Duration.of(30)
    """How often `health watch` makes it; 30s by default."""
    thresholds: ThresholdsSettings = ThresholdsSettings()
    """How many results in a row change the state; a check that is made once does not use them."""


@cache
def _roots(expressions: tuple[Expression, ...]) -> frozenset[str]:
    """List the variables that some expressions read."""
    return frozenset(name.partition(".")[0] for one in expressions for name in one.names)


def _kinds(given: dict[str, Any]) -> list[str]:
    """List the probes among the keys of a check."""
    return [kind for kind in PROBES if given.get(kind) is not None]


def _with_unique_names(checks: tuple[CheckSettings, ...]) -> tuple[CheckSettings, ...]:
    names = [check.name for check in checks]
    twice = [position for position, name in enumerate(names) if name in names[:position]]
    if twice:
        context = {"name": names[twice[0]], "hint": "rename one of them", "at": [(twice[0], "name")]}
        raise PydanticCustomError(
            "duplicate-name", "a check of this service is already called `{name}`", context
        )
    return checks


ChecksSettings = Annotated[tuple[CheckSettings, ...], AfterValidator(_with_unique_names)]
"""The checks of one service."""


class Module(Examination):
    """A check that is aimed at a target later; `ModuleSettings` has its probes."""

    targets: tuple[Annotated[Text, Field(min_length=1)], ...] = ()
    """Whom it may be aimed at: `host:port` or the beginning of a URL, in which `*` stands for anything, such as
    `*.example.org:443` or `https://*.example.org/health/*`. Needed where the module has credentials, which go to the
    target; the default allows every target."""

    @classmethod
    def meanings(cls) -> Mapping[str, str]:
        """Return the docstrings of the settings, with those of the probes."""
        return {**ProbeChoice.meanings(), **super().meanings()}

    @model_validator(mode="after")
    def _no_credentials_for_everybody(self) -> Self:
        if not self.targets and has_credentials(vars(self.probe)):
            hint = 'name who may have them, as in `targets: ["*.example.org:443"]`'
            raise PydanticCustomError(
                "targets-missing",
                "whoever asks for this module names the target, which gets its credentials",
                {"hint": hint},
            )
        return self


_AIMLESS: dict[str, Any] = {  # what pydantic makes fields of
    kind: (aimless(probe) | None, None) for kind, probe in PROBES.items() if probe.target
}
if TYPE_CHECKING:  # where its fields are not known

    class ModuleSettings(Module):
        """A module with its probes."""

else:
    ModuleSettings = create_model(
        "ModuleSettings",
        __base__=(Module, create_model("AimlessProbeChoice", __base__=Settings, **_AIMLESS)),
        __doc__="A check without a target: who asks for it names whom it is to look at.",
    )


class HealthSettings(Settings):
    """What all checks share."""

    concurrency: int = Field(default=CONCURRENCY, ge=1, le=10_000)
    """How many checks may be under way at the same time; 256 by default."""
    maintenance: MaintenanceSettings = ()
    """When services are worked on: which of them then fail is shown as such, and fails no run. A window that names no
    `services` and no `groups` is for all services."""
    modules: dict[Name, ModuleSettings] = Field(default_factory=dict)
    """Checks without a target, by name, for `/probe?target=...&module=...` of `health watch --listen`. Whoever reaches
    that page names the target, within the module's `targets`."""

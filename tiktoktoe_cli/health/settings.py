"""What the YAML says about checks: `services.X.health`, a list of probes and what each must find."""

from typing import Annotated, Any, Final

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from tiktoktoe_cli.config.fields import Cel, Settings, Text
from tiktoktoe_cli.config.units import Duration
from tiktoktoe_cli.expressions import Expression
from tiktoktoe_cli.health.probe_settings import PROBE_SETTINGS, ExecSettings, HttpSettings, TcpSettings
from tiktoktoe_cli.words import listed

_VARIABLES: Final = frozenset(name for settings in PROBE_SETTINGS.values() for name in settings.variables)

Expectation = Annotated[Expression, Cel(*sorted(_VARIABLES))]


def _something(expressions: tuple[Expression, ...]) -> tuple[Expression, ...]:
    if not expressions:
        hint = "leave `expect` out to expect what is usual"
        raise PydanticCustomError("too-few", "a check that expects nothing proves nothing", {"hint": hint})
    return expressions


class ThresholdsSettings(Settings):
    """How many equal results in a row change the state of a service that is waited for."""

    pass_: int = Field(default=1, ge=1, alias="pass")
    """Passes in a row until a service that starts counts as healthy; 1 by default."""


class CheckSettings(Settings):
    """One check: exactly one probe, and what it has to find."""

    name: Annotated[Text, Field(min_length=1)]
    """What the check is called in every output; unique within its service."""
    http: HttpSettings | None = None
    """Ask a web server. Variables: status, body, headers, url, connected, error, and timing with the phases
    that ended: dns, connect, tls, ttfb, transfer, total."""
    tcp: TcpSettings | None = None
    """Make a TCP connection. Variables: connected, error, and timing: dns, connect, total."""
    exec: ExecSettings | None = None
    """Run a program. Variables: exit_code, stdout, stderr, error, and timing: total."""
    timeout: Annotated[Duration, Field(gt=0)] = Duration.of(5)
    """How long the whole check may take, all retries included; 5s by default."""
    retries: int = Field(default=3, ge=0, le=100)
    """How often a check that fails is tried again within its timeout; 3 by default."""
    expect: Annotated[tuple[Expectation, ...], AfterValidator(_something)] = ()
    """What must hold, all of it, else the service is unhealthy; what has no value does not hold. The default is
    `status >= 200 && status < 300` for http, `connected` for tcp, `exit_code == 0` for exec."""
    warn: tuple[Expectation, ...] = ()
    """What should hold, else the service is degraded; nothing by default."""
    thresholds: ThresholdsSettings = ThresholdsSettings()
    """How many results in a row change the state; a check that is made once does not use them."""

    @property
    def kind(self) -> str:
        """The key of the probe: `http`, `tcp` or `exec`."""
        return _kinds(self.__dict__)[0]

    @property
    def probe(self) -> Any:  # the settings class of the kind
        """The settings of the probe."""
        return getattr(self, self.kind)

    @model_validator(mode="before")
    @classmethod
    def _assume(cls, given: object) -> object:
        """Expect what is usual for the probe if nothing is said."""
        if not isinstance(given, dict) or "expect" in given or len(kinds := _kinds(given)) != 1:
            return given
        return {**given, "expect": PROBE_SETTINGS[kinds[0]].assumed}

    @model_validator(mode="after")
    def _one_probe(self) -> "CheckSettings":
        kinds = _kinds(self.__dict__)
        if len(kinds) != 1:
            given = listed(kinds) or "none"
            hint = f"choose one of {listed(PROBE_SETTINGS, last='or')}"
            raise PydanticCustomError(
                "one-of", "expected exactly one probe, found {given}", {"given": given, "hint": hint}
            )
        return self

    @model_validator(mode="after")
    def _known_variables(self) -> "CheckSettings":
        for key in ("expect", "warn"):
            for position, expression in enumerate(getattr(self, key)):
                self._check_variables(expression, (key, position))
        return self

    def _check_variables(self, expression: Expression, at: tuple[str, int]) -> None:
        known = self.probe.variables
        strangers = {name.partition(".")[0] for name in expression.names} & _VARIABLES - set(known)
        if strangers:
            hint = f"it knows {listed(known)}"
            context = {"name": min(strangers), "kind": self.kind, "hint": hint, "at": [at]}
            raise PydanticCustomError("unknown-variable", "a {kind} check has no `{name}`", context)


def _kinds(given: dict[str, Any]) -> list[str]:
    """List the probes among the keys of a check."""
    return [kind for kind in PROBE_SETTINGS if given.get(kind) is not None]


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

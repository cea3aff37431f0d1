"""What the YAML says about checks: `services.X.health`, a list of probes and what each must find."""

from typing import Annotated, Any, ClassVar, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, ValidationInfo, model_validator
from pydantic_core import PydanticCustomError

from tiktoktoe_cli.config.fields import Cel, Context, LocalPath, OneOf, Secret, Settings, Text
from tiktoktoe_cli.config.nodes import LocatedText
from tiktoktoe_cli.config.units import Duration
from tiktoktoe_cli.expressions import Expression
from tiktoktoe_cli.transport import without_userinfo
from tiktoktoe_cli.transport.addresses import split_address

_TELLING_HEADERS: Final = frozenset({"authorization", "proxy-authorization", "cookie", "x-api-key"})


def _as_url(url: str, info: ValidationInfo) -> str:
    """Accept the address of a web server, and learn the password in it."""
    try:
        parts = urlsplit(url)
        is_right = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        parts, is_right = None, False
    if parts and parts.password and isinstance(info.context, Context):
        info.context.learn_secret(parts.password)
    if not is_right or any(character <= " " for character in url):
        context = {"url": without_userinfo(url), "hint": "write it as `http://host:port/path`"}
        raise PydanticCustomError("bad-url", "`{url}` is not the address of a web server", context)
    return url


def _as_address(address: str) -> str:
    if split_address(address) is None:
        context = {"address": address, "hint": "write it as `host:port` or `[ipv6]:port`"}
        raise PydanticCustomError("bad-address", "`{address}` is not a host with a port", context)
    return address


def _as_method(method: str) -> str:
    if not (method.isascii() and method.isalpha()):
        raise PydanticCustomError("bad-method", "`{method}` is not an HTTP method", {"method": method})
    return method.upper()


def _as_argument(text: str) -> str:
    if "\0" in text:
        raise PydanticCustomError("bad-argument", "a NUL character cannot be passed to a program")
    return text


def _learn_credentials(headers: dict[str, str], info: ValidationInfo) -> dict[str, str]:
    """Keep the values of headers that carry credentials out of every output."""
    if isinstance(info.context, Context):
        for value in [value for name, value in headers.items() if name.lower() in _TELLING_HEADERS]:
            info.context.learn_secret(value)
    return headers


class BasicSettings(Settings):
    """A user and a password, as HTTP's Basic scheme sends them."""

    username: Text
    """The name of the user."""
    password: Secret
    """The user's password; best written as `${VARIABLE}` or `${file:PATH}`."""


class AuthSettings(OneOf):
    """How a request says who sends it."""

    choice_of: ClassVar[str] = "kind of authentication"
    basic: BasicSettings | None = None
    """A user and a password."""
    bearer: Secret | None = None
    """A token, sent as `Authorization: Bearer ...`."""


class HttpSettings(Settings):
    """Asks a web server; the connection is new each time."""

    variables: ClassVar[tuple[str, ...]] = (
        "status",
        "body",
        "headers",
        "timing",
        "url",
        "connected",
        "error",
    )
    assumed: ClassVar[tuple[str, ...]] = ("status >= 200 && status < 300",)

    url: Annotated[Text, AfterValidator(_as_url)]
    """The address, `http://` or `https://`."""
    method: Annotated[Text, AfterValidator(_as_method)] = "GET"
    """The method; the default is `GET`."""
    headers: Annotated[dict[str, Text], AfterValidator(_learn_credentials)] = Field(default_factory=dict)
    """Headers to send along; credentials are better given in `auth`."""
    body: Text | None = None
    """What to send as the body; the default is nothing."""
    auth: AuthSettings | None = None
    """How to authenticate; the default is not to."""
    follow_redirects: bool = True
    """Whether to go where the server points to, ten times at most; the default is to follow."""


class TcpSettings(Settings):
    """Makes a TCP connection, and closes it again."""

    variables: ClassVar[tuple[str, ...]] = ("timing", "connected", "error")
    assumed: ClassVar[tuple[str, ...]] = ("connected",)

    address: Annotated[Text, AfterValidator(_as_address)]
    """Where to connect to, `host:port`."""


def _some_words(run: tuple[str, ...]) -> tuple[str, ...]:
    if not run:
        raise PydanticCustomError(
            "too-few", "expected a program", {"hint": "write `run: [program, argument]`"}
        )
    return run


class ExecSettings(Settings):
    """Runs a program, never through a shell."""

    variables: ClassVar[tuple[str, ...]] = ("exit_code", "stdout", "stderr", "timing", "error")
    assumed: ClassVar[tuple[str, ...]] = ("exit_code == 0",)

    run: Annotated[tuple[Annotated[Text, AfterValidator(_as_argument)], ...], AfterValidator(_some_words)]
    """The program and its arguments, one list item each; for pipes or globs name a shell: `[sh, -c, "..."]`."""
    cwd: LocalPath | None = None
    """The folder to run in; the default is the folder of the file that names `run`."""

    @model_validator(mode="before")
    @classmethod
    def _run_beside_the_file(cls, given: object) -> object:
        if not isinstance(given, dict) or given.get("cwd") is not None:
            return given
        run = given.get("run")
        first = run[0] if isinstance(run, list) and run else None
        return {**given, "cwd": first.node.source.folder} if isinstance(first, LocatedText) else given


PROBE_SETTINGS: Final[dict[str, type[HttpSettings | TcpSettings | ExecSettings]]] = {
    "http": HttpSettings,
    "tcp": TcpSettings,
    "exec": ExecSettings,
}
_VARIABLES: Final = frozenset(name for settings in PROBE_SETTINGS.values() for name in settings.variables)

Expectation = Annotated[Expression, Cel(*sorted(_VARIABLES))]


def _something(expressions: tuple[Expression, ...]) -> tuple[Expression, ...]:
    if not expressions:
        hint = "leave `expect` out to expect what is usual"
        raise PydanticCustomError("too-few", "a check that expects nothing proves nothing", {"hint": hint})
    return expressions


class ThresholdsSettings(Settings):
    """How many equal results in a row change the state, while a service is waited for or watched."""

    fail: int = Field(default=3, ge=1)
    """Failures in a row until a healthy service counts as unhealthy; 3 by default."""
    pass_: int = Field(default=2, ge=1, alias="pass")
    """Passes in a row until an unhealthy service counts as healthy again; 2 by default."""


class CheckSettings(Settings):
    """One check: exactly one probe, and what it has to find."""

    name: Annotated[Text, Field(min_length=1)]
    """What the check is called in every output; unique within its service."""
    http: HttpSettings | None = None
    """Ask a web server. Variables: status, body, headers, timing, url, connected, error."""
    tcp: TcpSettings | None = None
    """Make a TCP connection. Variables: timing, connected, error."""
    exec: ExecSettings | None = None
    """Run a program. Variables: exit_code, stdout, stderr, timing, error."""
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
    """How many results in a row change the state."""

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
            given = ", ".join(f"`{kind}`" for kind in kinds) or "none"
            hint = f"choose one of {', '.join(f'`{kind}`' for kind in PROBE_SETTINGS)}"
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
            hint = f"it knows {', '.join(f'`{name}`' for name in known)}"
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

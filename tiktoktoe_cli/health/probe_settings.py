"""What the YAML says about probes: one settings class a probe, with its variables and what it usually expects."""

from typing import Annotated, ClassVar, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, ValidationInfo
from pydantic_core import PydanticCustomError

from tiktoktoe_cli.config.fields import Context, OneOf, Secret, Settings, Text
from tiktoktoe_cli.config.programs import ProgramSettings
from tiktoktoe_cli.transport import without_userinfo
from tiktoktoe_cli.transport.addresses import split_address

_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
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

    @property
    def listens_at(self) -> tuple[str, int]:
        """The host and port where somebody must listen for this probe to find anything."""
        parts = urlsplit(self.url)
        return parts.hostname or "", parts.port or _DEFAULT_PORTS[parts.scheme]


class TcpSettings(Settings):
    """Makes a TCP connection, and closes it again."""

    variables: ClassVar[tuple[str, ...]] = ("timing", "connected", "error")
    assumed: ClassVar[tuple[str, ...]] = ("connected",)

    address: Annotated[Text, AfterValidator(_as_address)]
    """Where to connect to, `host:port`."""

    @property
    def listens_at(self) -> tuple[str, int] | None:
        """The host and port where somebody must listen."""
        return split_address(self.address)


class ExecSettings(ProgramSettings):
    """Runs a program, never through a shell."""

    variables: ClassVar[tuple[str, ...]] = ("exit_code", "stdout", "stderr", "timing", "error")
    assumed: ClassVar[tuple[str, ...]] = ("exit_code == 0",)
    listens_at: ClassVar[None] = None


PROBE_SETTINGS: Final[dict[str, type[HttpSettings | TcpSettings | ExecSettings]]] = {
    "http": HttpSettings,
    "tcp": TcpSettings,
    "exec": ExecSettings,
}

"""What the YAML says about probes: one settings class a probe, with its variables and what it usually expects."""

from typing import Annotated, ClassVar, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from tiktoktoe_cli.config.fields import Settings, Text
from tiktoktoe_cli.config.programs import ProgramSettings
from tiktoktoe_cli.transport.addresses import split_address
from tiktoktoe_cli.transport.settings import (
    DEFAULT_PORTS,
    AnswerSettings,
    AuthSettings,
    Headers,
    Method,
    RouteSettings,
    WebAddress,
)


def _as_address(address: str) -> str:
    if split_address(address) is None:
        context = {"address": address, "hint": "write it as `host:port` or `[ipv6]:port`"}
        raise PydanticCustomError("bad-address", "`{address}` is not a host with a port", context)
    return address


class HttpSettings(RouteSettings, AnswerSettings):
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

    url: WebAddress
    """The address, `http://` or `https://`."""
    method: Method = "GET"
    """The method; the default is `GET`."""
    headers: Headers = Field(default_factory=dict)
    """Headers to send along; credentials are better given in `auth`."""
    body: Text | None = None
    """What to send as the body; the default is nothing."""
    auth: AuthSettings | None = None
    """How to authenticate; the default is not to."""

    @property
    def listens_at(self) -> tuple[str, int]:
        """The host and port where somebody must listen for this probe to find anything."""
        parts = urlsplit(self.url)
        return parts.hostname or "", parts.port or DEFAULT_PORTS[parts.scheme]


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

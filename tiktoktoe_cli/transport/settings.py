"""What the YAML says about HTTP requests: addresses, credentials, TLS and proxies, for every room that sends some."""

from __future__ import annotations

import re
from typing import Annotated, ClassVar, Final, TypeAlias
from urllib.parse import SplitResult, unquote, urlsplit

from pydantic import AfterValidator, Field, SecretStr, ValidationInfo, model_validator
from pydantic_core import PydanticCustomError

from tiktoktoe_cli.config.fields import Context, LocalPath, OneOf, Secret, Settings, Telling, Text
from tiktoktoe_cli.config.masking import sounds_secret
from tiktoktoe_cli.config.quantity import ByteSize
from tiktoktoe_cli.transport.addresses import DEFAULT_PORTS, without_userinfo
from tiktoktoe_cli.transport.auth import Auth, BasicAuth, BearerAuth, ClientCredentials
from tiktoktoe_cli.transport.exchange import MAX_REDIRECTS, is_field_value, is_token
from tiktoktoe_cli.transport.route import ProxyOptions, Route, TlsOptions

_LONGEST_BODY: Final = ByteSize.parse("256Mi")
"""The port of an address that names none."""
_URL: Final = re.compile(r"[\x21-\x7e\x80-\ud7ff\ue000-\U0010ffff]+")
_HOST_NAME: Final = re.compile(r"[\w:-][\w.:-]*", re.ASCII)  # or an IP address


def _shown(text: str) -> str:
    """Make a text fit for a message: bytes of the command line that are no UTF-8 become question marks."""
    return text.encode(errors="replace").decode()


def _split(url: str, info: ValidationInfo) -> SplitResult | None:
    """Take a URL apart, and learn the login in it; None if it is the address of no web server."""
    try:
        parts = urlsplit(url)
        is_right = parts.scheme in DEFAULT_PORTS and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    if parts.password and isinstance(info.context, Context):
        for password in dict.fromkeys((parts.password, unquote(parts.password))):
            info.context.learn_secret(password)
        _learn(BasicAuth(unquote(parts.username or ""), unquote(parts.password)), info)
    return parts if is_right and _URL.fullmatch(url) else None


def _learn(login: BasicAuth, info: ValidationInfo) -> None:
    """Learn a login as the header carries it: who knows that knows the password."""
    if login.password and isinstance(info.context, Context):
        info.context.learn_secret(login.header.rpartition(" ")[2])


def _as_url(url: str, info: ValidationInfo) -> str:
    if _split(url, info) is None:
        context = {"url": _shown(without_userinfo(url)), "hint": "write it as `http://host:port/path`"}
        raise PydanticCustomError("bad-url", "`{url}` is not the address of a web server", context)
    return url


def _as_proxy(url: str, info: ValidationInfo) -> str:
    parts = _split(url, info)
    if (
        parts is None
        or parts.scheme != "http"
        or parts.path not in {"", "/"}
        or parts.query
        or parts.fragment
    ):
        context = {"url": _shown(without_userinfo(url)), "hint": "write it as `http://host:port`"}
        raise PydanticCustomError("bad-proxy", "`{url}` is not the address of an HTTP proxy", context)
    return url


def _as_method(method: str) -> str:
    if not (method.isascii() and method.isalpha()):
        raise PydanticCustomError(
            "bad-method",
            "`{method}` is not an HTTP method",
            {"method": _shown(method), "hint": "write one word of letters, such as `GET`"},
        )
    return method.upper()


def _as_headers(headers: dict[str, str], info: ValidationInfo) -> dict[str, str]:
    """Accept headers that can be sent, and keep those that carry credentials out of every output."""
    for name, value in headers.items():
        if sounds_secret(name) and isinstance(info.context, Context):
            for secret in dict.fromkeys((value, value.rpartition(" ")[2])):  # with and without its scheme
                info.context.learn_secret(secret)
        if not (is_token(name) and is_field_value(value)):
            hint = "a name is one word, a value one line of text without blanks at its ends"
            words = {"name": _shown(name), "at": [(_shown(name),)], "hint": hint}
            raise PydanticCustomError("bad-header", "the header `{name}` cannot be sent", words)
    return headers


def _as_host_name(name: str) -> str:
    try:
        is_name = _HOST_NAME.fullmatch(name.encode("idna").decode()) is not None
    except UnicodeError:  # a part of it is empty or too long
        is_name = False
    if not is_name:
        raise PydanticCustomError(
            "bad-host-name", "`{name}` is not the name of a host", {"name": _shown(name)}
        )
    return name


def _as_token(token: SecretStr) -> SecretStr:
    if not (token and is_field_value(token.get_secret_value())):
        hint = "check where it comes from, such as `${VARIABLE}` or `${file:PATH}`"
        raise PydanticCustomError("bad-token", "the token is empty, or cannot be sent", {"hint": hint})
    return token


WebAddress: TypeAlias = Annotated[Text, AfterValidator(_as_url)]
"""The address of a web server; a password in it is never shown."""
Method: TypeAlias = Annotated[Text, AfterValidator(_as_method)]
"""An HTTP method, in any case."""
Headers: TypeAlias = Annotated[dict[str, Text], AfterValidator(_as_headers)]
"""Headers by name; the value of one that carries credentials is never shown."""


class TlsSettings(Settings):
    """What is trusted, and what is shown, over TLS."""

    ca: LocalPath | None = None
    """A file of authorities in PEM, instead of the machine's."""
    cert: LocalPath | None = None
    """Our own certificate in PEM, for servers that ask for one; it may hold the key too."""
    key: LocalPath | None = None
    """The certificate's private key in PEM, without a password."""
    verify: bool = True
    """Whether the server's certificate must be right; without, anybody can answer in its place."""
    server_name: Annotated[Text, AfterValidator(_as_host_name)] | None = None
    """The name to ask for, and to find in the certificate, instead of the address's host."""

    @model_validator(mode="after")
    def _no_key_alone(self) -> TlsSettings:
        if self.key and not self.cert:
            words = {"hint": "add `cert`", "at": [("key",)]}
            raise PydanticCustomError("key-without-certificate", "`key` has no `cert`", words)
        return self

    @property
    def options(self) -> TlsOptions:
        """The settings as the client takes them."""
        return TlsOptions(self.ca, self.cert, self.key, self.verify, self.server_name)


class ProxySettings(Settings):
    """An HTTP proxy; those of the environment are not used."""

    url: Annotated[Text, AfterValidator(_as_proxy)]
    """The proxy's address, `http://host:port`."""
    username: Text = ""
    """The name of the user, if the proxy asks for one."""
    password: Secret | None = None
    """The user's password."""

    @model_validator(mode="after")
    def _learn_login(self, info: ValidationInfo) -> ProxySettings:
        _learn(BasicAuth(self.options.username, self.options.password), info)
        return self

    @property
    def options(self) -> ProxyOptions:
        """The settings as the client takes them; what stands in the address counts where nothing else is said."""
        parts = urlsplit(self.url)
        password = self.password.get_secret_value() if self.password else unquote(parts.password or "")
        return ProxyOptions(
            host=parts.hostname or "",
            port=parts.port or DEFAULT_PORTS[parts.scheme],
            username=self.username or unquote(parts.username or ""),
            password=password,
        )


class BasicSettings(Settings):
    """A user and a password, as HTTP's Basic scheme sends them."""

    username: Text
    """The name of the user."""
    password: Secret
    """The user's password; best written as `${VARIABLE}` or `${file:PATH}`."""

    @model_validator(mode="after")
    def _learn_login(self, info: ValidationInfo) -> BasicSettings:
        _learn(self.login, info)
        return self

    @property
    def login(self) -> BasicAuth:
        """The settings as a request takes them."""
        return BasicAuth(self.username, self.password.get_secret_value())


class OAuth2Settings(Settings):
    """A client that gets its own tokens (OAuth 2.0, client credentials)."""

    token_url: WebAddress
    """Where tokens are fetched."""
    client_id: Text
    """The client's name at the token server."""
    client_secret: Secret
    """The client's secret; best written as `${VARIABLE}` or `${file:PATH}`."""
    scopes: tuple[Text, ...] = ()
    """What the token shall allow; the default leaves it to the server."""
    parameters: Annotated[dict[str, Text], Telling] = Field(default_factory=dict)
    """More that the token server wants to be told, such as `audience`."""
    credentials_in_body: bool = False
    """Whether name and secret go into the body, for servers that do not take them as Basic authentication."""

    @model_validator(mode="after")
    def _learn_login(self, info: ValidationInfo) -> OAuth2Settings:
        _learn(self.client.login, info)
        return self

    @property
    def client(self) -> ClientCredentials:
        """The settings as a request takes them."""
        return ClientCredentials(
            token_url=self.token_url,
            client_id=self.client_id,
            client_secret=self.client_secret.get_secret_value(),
            scopes=self.scopes,
            parameters=tuple(self.parameters.items()),
            in_body=self.credentials_in_body,
        )


class AuthSettings(OneOf):
    """How a request says who sends it."""

    choice_of: ClassVar[str] = "kind of authentication"
    basic: BasicSettings | None = None
    """A user and a password."""
    bearer: Annotated[Secret, AfterValidator(_as_token)] | None = None
    """A token, sent as `Authorization: Bearer ...`."""
    oauth2: OAuth2Settings | None = None
    """A token that is fetched from a token server, kept while it is valid, and renewed."""

    @property
    def credentials(self) -> Auth:
        """The settings as a request takes them."""
        if self.basic:
            return self.basic.login
        if self.bearer is not None:
            return BearerAuth(self.bearer.get_secret_value())
        assert self.oauth2 is not None, "the settings hold exactly one kind"  # noqa: S101  # states an invariant
        return self.oauth2.client


class RouteSettings(Settings):
    """How a web server is reached; the settings of a request inherit it."""

    tls: TlsSettings = Field(default_factory=TlsSettings)
    """What is trusted and shown over TLS; the default trusts whom the machine trusts."""
    proxy: ProxySettings | None = None
    """The proxy to go through; the default is none, whatever the environment says."""
    http2: bool = False
    """Whether to offer HTTP/2 over TLS; the server chooses."""

    @property
    def route(self) -> Route:
        """The settings as a request takes them."""
        return Route(self.tls.options, self.proxy.options if self.proxy else None, self.http2)


def _within_limits(value: ByteSize) -> ByteSize:
    if value > _LONGEST_BODY:
        words = {"value": str(value), "hint": f"choose a length from 0 to {_LONGEST_BODY}"}
        raise PydanticCustomError("out-of-range", "a body of `{value}` cannot be kept", words)
    return value


class AnswerSettings(Settings):
    """How far an answer is followed and read; the settings of a request inherit it."""

    follow_redirects: bool = True
    """Whether to go where the server points to."""
    max_redirects: int = Field(MAX_REDIRECTS, ge=0, le=100)
    """How often; one more is a failure."""
    max_body: Annotated[ByteSize, AfterValidator(_within_limits)] = ByteSize.parse("1Mi")
    """How many bytes of the body are kept, at most `256Mi`; a longer one is cut, and what is expected of it in full
    makes a health check degraded at best."""

    @property
    def max_body_bytes(self) -> int:
        """The length of a body as a request takes it."""
        return self.max_body.whole

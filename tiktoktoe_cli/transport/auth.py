"""How a request says who sends it."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, field
from typing import TypeAlias
from urllib.parse import quote_plus


@dataclass(frozen=True, slots=True)
class BasicAuth:
    """A user and a password (RFC 7617, in UTF-8)."""

    username: str
    password: str = field(repr=False)

    @property
    def header(self) -> str:
        """The value of `Authorization`."""
        return f"Basic {b64encode(f'{self.username}:{self.password}'.encode()).decode()}"


@dataclass(frozen=True, slots=True)
class BearerAuth:
    """A token that is enough in itself (RFC 6750)."""

    token: str = field(repr=False)

    @property
    def header(self) -> str:
        """The value of `Authorization`."""
        return f"Bearer {self.token}"


@dataclass(frozen=True, slots=True)
class ClientCredentials:
    """An OAuth 2.0 client that gets its own tokens (RFC 6749, 4.4).

    `parameters` are sent to the token server along with the grant, such as an `audience`. `in_body` sends the
    client's name and secret there too, for servers that do not take the header which the RFC prefers (2.3.1).
    """

    token_url: str
    client_id: str
    client_secret: str = field(repr=False)
    scopes: tuple[str, ...] = ()
    parameters: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    in_body: bool = False

    @property
    def login(self) -> BasicAuth:
        """The client's name and secret for the token server: each is encoded as a form's value (2.3.1)."""
        return BasicAuth(quote_plus(self.client_id), quote_plus(self.client_secret))


Auth: TypeAlias = BasicAuth | BearerAuth | ClientCredentials
"""The ways to authenticate."""

"""The network: HTTP exchanges and TCP connections, with every foreign error turned into a value with a reason.

May touch: sockets, TLS, the clock it is given. Must not: know a feature, decide what an answer means to it, retry,
read the environment, or let a password, token or header's value into a message.
The names here are light. What does the work is imported late, by its module: `transport.web.WebClient` for checks,
`transport.client.HttpClient`, which loads httpx, `transport.tcp`, and `transport.settings`, which loads pydantic.
"""

from tiktoktoe_cli.transport.addresses import without_userinfo
from tiktoktoe_cli.transport.auth import BasicAuth, BearerAuth, ClientCredentials
from tiktoktoe_cli.transport.exchange import (
    FailureReason,
    HttpReply,
    HttpRequest,
    TcpReply,
    Timing,
    TlsFault,
    TlsSession,
    TransportFailure,
)
from tiktoktoe_cli.transport.route import ClientOptions, ProxyOptions, Route, TlsOptions

__all__ = [
    "BasicAuth",
    "BearerAuth",
    "ClientCredentials",
    "ClientOptions",
    "FailureReason",
    "HttpReply",
    "HttpRequest",
    "ProxyOptions",
    "Route",
    "TcpReply",
    "Timing",
    "TlsFault",
    "TlsOptions",
    "TlsSession",
    "TransportFailure",
    "without_userinfo",
]

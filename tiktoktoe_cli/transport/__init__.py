"""The network: HTTP exchanges and TCP connections, with every foreign error turned into a value with a reason.

May touch: sockets, TLS, the clock it is given. Must not: know a feature, decide what an answer means, retry,
read the environment, or let an address's password or a header's value into a message.
The names here are light. What does the work is imported late, by its module: `transport.client.HttpClient`, which
loads httpx, and `transport.tcp.connect_tcp`.
"""

from tiktoktoe_cli.transport.addresses import without_userinfo
from tiktoktoe_cli.transport.exchange import (
    FailureReason,
    HttpReply,
    HttpRequest,
    TcpReply,
    Timing,
    TransportFailure,
    shown_duration,
)

__all__ = [
    "FailureReason",
    "HttpReply",
    "HttpRequest",
    "TcpReply",
    "Timing",
    "TransportFailure",
    "shown_duration",
    "without_userinfo",
]

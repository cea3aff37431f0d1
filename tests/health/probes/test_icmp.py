from __future__ import annotations

import asyncio
import errno
from typing import TYPE_CHECKING, ClassVar

import pytest

from tests.health.making import make_check
from tests.health.probes.looking import SECOND, look
from tests.transport.name_servers import name_server
from tests.transport.test_icmp import MS, echoing, refusing, socket_to
from tiktoktoe_cli.expressions import Duration
from tiktoktoe_cli.health import HealthState
from tiktoktoe_cli.health.probes.icmp import IcmpProbe
from tiktoktoe_cli.health.verdict import judge

if TYPE_CHECKING:
    import socket

    from tests.transport.name_servers import Answers
    from tiktoktoe_cli.health import Observation


def looked(answers: Answers, timeout_ns: int = SECOND, **settings: int) -> Observation:
    """Let a probe ask a host that treats each request like this."""

    async def play() -> Observation:
        async with name_server(answers) as port:

            class Nearby(IcmpProbe):
                open_socket: ClassVar[type[socket.socket]] = socket_to(port, [])

            return await look(Nearby, timeout_ns, host="127.0.0.1", **settings)

    return asyncio.run(play())


def test_round_trips_are_measured() -> None:
    """All requests and echoes are counted, and their mean time is a duration."""
    seen = looked(echoing, count=3)

    rtt = seen.values["rtt"]
    assert seen.failure is None
    assert seen.values == {"rtt": rtt, "sent": 3, "received": 3, "loss": 0.0, "ip": "127.0.0.1"}
    assert isinstance(rtt, Duration)
    assert 0 < rtt.ns < SECOND
    assert seen.timing.ttfb_ns == rtt.ns


def test_loss_is_the_share_of_what_did_not_come_back() -> None:
    """One of four is lost: 0.25, which can be warned about and is no failure."""
    check = make_check(icmp={"host": "h"}, warn=["loss < 0.2"])

    seen = looked(lambda packet: echoing(packet) if packet[7] else [], timeout_ns=200 * MS, count=4)

    assert (seen.values["sent"], seen.values["received"], seen.values["loss"]) == (4, 3, 0.25)
    assert judge(check, seen, 0).state is HealthState.DEGRADED


def test_a_host_that_is_silent_fails() -> None:
    """Without an echo the check has no answer; what was sent is known all the same, and there is no time."""
    seen = looked(lambda _: [], timeout_ns=100 * MS, count=2)

    assert seen.failure
    assert (seen.failure.reason, seen.failure.is_ours) == ("timeout", False)
    assert seen.failure.message == "`127.0.0.1` did not answer 2 echo requests within 100ms"
    assert seen.values == {"sent": 2, "received": 0, "loss": 1.0, "ip": "127.0.0.1"}


def test_a_host_that_is_down_can_be_what_is_expected() -> None:
    """A negative check passes where nobody answers."""
    check = make_check(icmp={"host": "h"}, expect=["!connected && loss == 1.0"])

    assert judge(check, looked(lambda _: [], timeout_ns=50 * MS), 0).state is HealthState.HEALTHY


def test_who_may_not_ask_is_told_what_to_do() -> None:
    """It says nothing about the host, and names the setting of the kernel and the capability."""

    class NotPermitted(IcmpProbe):
        open_socket: ClassVar[type[socket.socket]] = refusing(errno.EACCES, errno.EPERM)

    seen = asyncio.run(look(NotPermitted, host="127.0.0.1"))

    assert seen.failure
    assert (seen.failure.reason, seen.failure.is_ours) == ("not-permitted", True)
    assert "net.ipv4.ping_group_range" in seen.failure.message
    assert "NET_RAW" in seen.failure.message


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"host": "h:80"}, "bad-host-name"),
        ({"host": "http://h/"}, "bad-host-name"),
        ({"host": ""}, "bad-host-name"),
        ({"host": "h", "count": 0}, "greater_than_equal"),
        ({"host": "h", "size": 65_508}, "less_than_equal"),
        ({"host": "h", "ttl": 256}, "less_than_equal"),
    ],
)
def test_what_cannot_be_sent_is_told(settings: dict[str, object], code: str) -> None:
    """A host is a name or an address; a packet has its limits."""
    from pydantic import ValidationError

    with pytest.raises(ValidationError) as caught:
        IcmpProbe.model_validate(settings)

    assert [one["type"] for one in caught.value.errors()] == [code]


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "shop.example", "fe80::1%eth0"])
def test_names_and_addresses_are_hosts(host: str) -> None:
    """Of both versions of IP."""
    assert IcmpProbe.model_validate({"host": host}).host == host

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from tests.health.making import make_check
from tests.health.probes.looking import look
from tests.transport.name_servers import cut, name_server, silent, telling
from tests.transport.servers import closed_port
from tiktoktoe_cli.config import load
from tiktoktoe_cli.config.validation import Shape
from tiktoktoe_cli.health import HealthState
from tiktoktoe_cli.health.probes.dns import DnsProbe
from tiktoktoe_cli.health.verdict import judge

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.transport.name_servers import Answers
    from tiktoktoe_cli.health import Observation

ALIAS = (
    "www.example.org. 60 IN CNAME web.example.org.",
    "web.example.org. 30 IN A 192.0.2.1",
    "web.example.org. 30 IN A 192.0.2.2",
)


def looked(over_udp: Answers, over_tcp: Answers | None = None, **settings: Any) -> Observation:
    """Let a probe ask a server that answers like this."""

    async def play() -> Observation:
        async with name_server(over_udp, over_tcp) as port:
            return await look(
                DnsProbe, **{"name": "www.example.org", "server": f"127.0.0.1:{port}", **settings}
            )

    return asyncio.run(play())


def problems(write: Callable[[str, str], str], settings: str) -> list[tuple[str, str, str | None]]:
    """List what is wrong with the settings of a probe: the code, the message and the hint."""
    document = load([write("t.yaml", f"p: {settings}\n")], {})
    node = document.node(("p",))
    assert node
    Shape(DnsProbe).read(document, node, ("p",))
    return [(one.code, one.message, one.hint) for one in document.problems]


def test_all_sections_can_be_expected() -> None:
    """The values of the type that was asked for by themselves, all records, and who answered."""
    authority = ["example.org. 900 IN NS ns.example.org."]
    additional = ["ns.example.org. 900 IN AAAA 2001:db8::53"]

    seen = looked(telling(*ALIAS, authority=authority, additional=additional))

    assert seen.failure is None
    assert seen.values == {
        "rcode": "NOERROR",
        "answers": ["192.0.2.1", "192.0.2.2"],
        "records": [
            {"name": "www.example.org.", "type": "CNAME", "ttl": 60, "value": "web.example.org."},
            {"name": "web.example.org.", "type": "A", "ttl": 30, "value": "192.0.2.1"},
            {"name": "web.example.org.", "type": "A", "ttl": 30, "value": "192.0.2.2"},
        ],
        "authority": [{"name": "example.org.", "type": "NS", "ttl": 900, "value": "ns.example.org."}],
        "additional": [{"name": "ns.example.org.", "type": "AAAA", "ttl": 900, "value": "2001:db8::53"}],
        "ip": "127.0.0.1",
    }


@pytest.mark.parametrize(
    ("type_", "record", "value"),
    [
        ("AAAA", "2001:db8::1", "2001:db8::1"),
        ("mx", "10 mail.example.org.", "10 mail.example.org."),
        ("TXT", '"v=spf1 -all" "x"', '"v=spf1 -all" "x"'),
        ("SRV", "1 2 443 web.example.org.", "1 2 443 web.example.org."),
        ("CAA", '0 issue "ca.example"', '0 issue "ca.example"'),
        ("TYPE1", "192.0.2.1", "192.0.2.1"),
        ("TYPE65280", r"\# 2 abcd", r"\# 2 abcd"),
    ],
)
def test_any_type_can_be_asked_for(type_: str, record: str, value: str) -> None:
    """Values come as a zone file writes them, also of types that nobody knows (RFC 3597)."""
    seen = looked(telling(f"www.example.org. 60 IN {type_} {record}"), type=type_)

    assert seen.values["answers"] == [value]


def test_whatever_there_is_can_be_asked_for() -> None:
    """`ANY` is an answer's every record."""
    seen = looked(telling(*ALIAS), type="ANY")

    assert len(seen.values["answers"]) == 3


@pytest.mark.parametrize(
    ("answers", "state"),
    [
        (telling(*ALIAS), HealthState.HEALTHY),
        (telling(), HealthState.UNHEALTHY),
        (telling(ALIAS[0]), HealthState.UNHEALTHY),
        (telling(rcode="NXDOMAIN"), HealthState.UNHEALTHY),
        (telling(rcode="SERVFAIL"), HealthState.UNHEALTHY),
        (telling(rcode="REFUSED"), HealthState.UNHEALTHY),
    ],
    ids=["found", "no records", "an alias that leads nowhere", "no such name", "in trouble", "refused"],
)
def test_without_more_words_a_record_is_expected(answers: Answers, state: HealthState) -> None:
    """A name that has one is healthy, and no other."""
    check = make_check(dns={"name": "www.example.org"})

    seen = looked(answers)

    assert seen.failure is None
    assert judge(check, seen, 0).state is state


def test_a_record_of_another_name_is_no_answer() -> None:
    """Aliases are followed from the name that was asked for, in any letters; the rest nobody asked."""
    aliases = ("www.example.org. 60 IN CNAME Web.example.org.", "a.example. 60 IN CNAME b.example.")
    records = (*aliases, "b.example. 60 IN A 6.6.6.6", "web.EXAMPLE.org. 60 IN A 192.0.2.1")

    seen = looked(telling(*records), name="WWW.example.org")

    assert seen.values["answers"] == ["192.0.2.1"]
    assert len(seen.values["records"]) == 4


@pytest.mark.parametrize("alias", ["www.example.org.", "web.example.org."])
def test_aliases_that_go_round_in_circles_end(alias: str) -> None:
    """Who leads to itself has no address."""
    records = (f"www.example.org. 60 IN CNAME {alias}", f"{alias} 60 IN CNAME www.example.org.")

    assert looked(telling(*records)).values["answers"] == []


def test_that_a_name_is_gone_can_be_expected() -> None:
    """An answer is an answer, whatever its code."""
    check = make_check(dns={"name": "www.example.org"}, expect=['rcode == "NXDOMAIN"'])

    assert judge(check, looked(telling(rcode="NXDOMAIN")), 0).state is HealthState.HEALTHY


def test_an_address_is_looked_up_backwards() -> None:
    """`PTR` takes the address as it is."""
    names: list[bytes] = []

    def answers(question: bytes) -> list[bytes]:
        names.append(question[12:])
        return [*telling("1.2.0.192.in-addr.arpa. 60 IN PTR web.example.org.")(question)]

    seen = looked(answers, name="192.0.2.1", type="PTR")

    assert names[0].startswith(b"\x011\x012\x010\x03192\x07in-addr\x04arpa\x00")
    assert seen.values["answers"] == ["web.example.org."]


def test_tcp_alone_can_be_asked_for() -> None:
    """Then a server that is silent over UDP does not matter."""
    seen = looked(silent, telling(*ALIAS), protocol="tcp")

    assert seen.values["rcode"] == "NOERROR"
    assert seen.timing.connect_ns is not None


def test_long_answers_come_over_tcp() -> None:
    """What is cut over UDP is asked for again."""
    assert len(looked(cut, telling(*ALIAS)).values["answers"]) == 2


def test_no_answer_is_a_failure() -> None:
    """Nothing was found out, not even that there is no such name."""
    server = f"127.0.0.1:{closed_port()}"

    seen = asyncio.run(look(DnsProbe, name="example.org", server=server))

    assert seen.values == {}
    assert seen.failure
    assert (seen.failure.reason, seen.failure.is_ours) == ("refused", False)


def test_without_a_server_the_machines_own_are_asked(tmp_path: Path) -> None:
    """If it names none, that is told, and is not the name's fault."""

    class Elsewhere(DnsProbe):
        resolv_conf: ClassVar[Path] = tmp_path / "resolv.conf"

    seen = asyncio.run(look(Elsewhere, name="example.org"))

    assert seen.failure
    assert (seen.failure.reason, seen.failure.is_ours) == ("no-server", True)
    assert seen.failure.message == f"`{tmp_path}/resolv.conf` names no server to ask; name one in `server`"


@pytest.mark.parametrize(
    ("server", "asked"),
    [
        ("192.0.2.53", "192.0.2.53:53"),
        ("192.0.2.53:5353", "192.0.2.53:5353"),
        ("2001:db8::53", "[2001:db8::53]:53"),
        ("[2001:db8::53]:5353", "[2001:db8::53]:5353"),
        ("ns.example", "ns.example:53"),
    ],
)
def test_the_usual_port_may_be_left_out(server: str, asked: str) -> None:
    """As name servers are written everywhere else."""
    check = make_check(dns={"name": "example.org", "server": server})

    assert check.probe.subject == f"example.org A at {asked}"


def test_who_asks_the_machines_own_servers_names_nobody() -> None:
    """They may be several, and are not known before."""
    assert make_check(dns={"name": "example.org"}).probe.subject == "example.org A"


@pytest.mark.parametrize(
    ("settings", "code", "hint"),
    [
        ("{name: shop..example}", "bad-dns-name", "its parts have 1 to 63 letters, all of it at most 253"),
        (f"{{name: {'x' * 64}.example}}", "bad-dns-name", None),
        ('{name: ""}', "bad-dns-name", None),
        ("{name: a, type: AAA}", "bad-record-type", "did you mean `AAAA`?"),
        ("{name: a, type: CNAM}", "bad-record-type", "did you mean `CNAME`?"),
        ("{name: a, type: AXFR}", "bad-record-type", None),
        ("{name: a, type: TYPE65536}", "bad-record-type", None),
        ("{name: a, type: ''}", "bad-record-type", None),
        ("{name: a, server: 'h:99999'}", "bad-address", None),
        ("{name: a, server: 'a b'}", "bad-address", None),
        ("{name: a, protocol: tls}", "unknown-value", None),
    ],
)
def test_what_cannot_be_asked_is_told(
    write: Callable[[str, str], str], settings: str, code: str, hint: str | None
) -> None:
    """Names, types and servers are looked at when the configuration is read."""
    ((found, _, advice),) = problems(write, settings)

    assert found == code
    assert hint is None or advice == hint

"""The dns probe: one question, and what a server answers."""

from __future__ import annotations

from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final

from pydantic import AfterValidator, BeforeValidator
from pydantic_core import PydanticCustomError

from tiktoktoe_cli.config.fields import Text
from tiktoktoe_cli.health.observation import Failure, Observation
from tiktoktoe_cli.health.probes.settings import Address, ProbeSettings
from tiktoktoe_cli.transport import Timing, TransportFailure
from tiktoktoe_cli.transport.addresses import DNS_PORT, join_address, split_address
from tiktoktoe_cli.words import suggestion

if TYPE_CHECKING:
    from tiktoktoe_cli.health.probes.outside import Outside
    from tiktoktoe_cli.transport.dns import DnsReply
    from tiktoktoe_cli.transport.dns_message import DnsQuestion

_ANY: Final = "ANY"


class DnsProtocol(StrEnum):
    """How a server is asked."""

    UDP = "udp"
    TCP = "tcp"


def _as_name(name: str) -> str:
    import dns.exception
    import dns.name

    try:
        is_right = bool(name and dns.name.from_text(name, idna_codec=dns.name.IDNA_2008_Practical))
    except dns.exception.DNSException:
        is_right = False
    if not is_right:
        hint = "its parts have 1 to 63 letters, all of it at most 253"
        context = {"name": name.encode(errors="replace").decode(), "hint": hint}
        raise PydanticCustomError("bad-dns-name", "`{name}` is no name that can be asked for", context)
    return name


def _as_record_type(word: str) -> str:
    """Accept what can be asked for by itself: any type but those that only stand beside others."""
    from dns.rdatatype import RdataType, UnknownRdatatype, is_metatype

    try:
        type_ = RdataType.from_text(word)
        is_right = type_ == RdataType.ANY or not is_metatype(type_)
    except (UnknownRdatatype, ValueError):
        is_right = False
    if not is_right:
        known = [name for name, one in RdataType.__members__.items() if one and not is_metatype(one)]
        hint = suggestion(word.upper(), known) or "write a usual one such as `AAAA`, or `TYPE` and its number"
        raise PydanticCustomError(
            "bad-record-type", "there is no type of record `{type}`", {"type": word, "hint": hint}
        )
    return RdataType.to_text(type_)


def _with_port(server: object) -> object:
    """Add the port where it is left out, also after an IPv6 address without brackets."""
    if not isinstance(server, str) or split_address(server):
        return server
    with_port = join_address(server, DNS_PORT)
    return with_port if split_address(with_port) else server


class DnsProbe(ProbeSettings):
    """Ask a DNS server for the records of a name; every answer counts, also that there is no such name.

    Variables: rcode (`NOERROR`, `NXDOMAIN`, `SERVFAIL`, ...), answers (the values of the records of the type and name
    that were asked for, or of the names that its aliases lead to, a list of texts as a zone file writes them), records
    (all that was answered, such as aliases on the way: a list of maps with name, type, ttl in seconds and value),
    authority and additional (the same), and ip (the server's); timing has dns (the look-up of the server's own name),
    connect (only over TCP), ttfb and total.
    """

    variables: ClassVar[tuple[str, ...]] = ("rcode", "answers", "records", "authority", "additional", "ip")
    assumed: ClassVar[tuple[str, ...]] = ('rcode == "NOERROR"', "size(answers) > 0")
    target: ClassVar[str] = "server"
    resolv_conf: ClassVar[Path] = Path("/etc/resolv.conf")
    late: ClassVar[tuple[str, ...]] = ("tiktoktoe_cli.transport.dns", "dns.rdtypes.IN.A")

    name: Annotated[Text, AfterValidator(_as_name)]
    """The name to ask about, from the root on; for `PTR` also an IP address."""
    type: Annotated[Text, AfterValidator(_as_record_type)] = "A"
    """The type of the records, such as `AAAA`, `MX` or `TYPE65`; the default is `A`."""
    server: Annotated[Address, BeforeValidator(_with_port)] | None = None
    """Whom to ask, `host:port`, where `:53` may be left out; the default are the servers that the machine uses."""
    protocol: DnsProtocol = DnsProtocol.UDP
    """`udp`, the default, changes to TCP only for answers that are too long for it; `tcp` uses nothing else."""

    @property
    def subject(self) -> str:
        """The question, and who is asked if that is not the machine's own choice."""
        return f"{self.name} {self.type}" + (f" at {self.server}" if self.server else "")

    async def observe(self, timeout_ns: int, outside: Outside) -> Observation:
        """Ask, and observe the answer, whatever it is."""
        from tiktoktoe_cli.transport.dns import DnsServers, ask, system_servers
        from tiktoktoe_cli.transport.dns_message import DnsQuestion

        given = split_address(self.server) if self.server else None
        addresses = (given,) if given else system_servers(self.resolv_conf)
        if not addresses:
            message = f"`{self.resolv_conf}` names no server to ask; name one in `server`"
            return Observation(Timing(0), failure=Failure("no-server", message, is_ours=True))
        servers = DnsServers(addresses, over_tcp=self.protocol is DnsProtocol.TCP)
        question = DnsQuestion(self.name, self.type)
        answer = await ask(question, servers, timeout_ns, outside.clock)
        if isinstance(answer, TransportFailure):
            return Observation(answer.timing, failure=Failure.of(answer))
        return Observation(answer.timing, _values(question, answer))


def _values(question: DnsQuestion, reply: DnsReply) -> dict[str, Any]:  # CEL is dynamically typed
    from tiktoktoe_cli.transport.dns_message import owners

    answer = reply.answer
    names = owners(question, answer.records)
    asked = [one for one in answer.records if one.name.lower() in names and question.type in {one.type, _ANY}]
    return {
        "rcode": answer.rcode,
        "answers": [one.value for one in asked],
        "records": [asdict(record) for record in answer.records],
        "authority": [asdict(record) for record in answer.authority],
        "additional": [asdict(record) for record in answer.additional],
        "ip": reply.ip,
    }

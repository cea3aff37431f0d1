"""The tls probe: one handshake, and the certificates that the server shows."""

from typing import TYPE_CHECKING, ClassVar

from tiktoktoe_cli.health.probes.tcp import AddressProbe, observed
from tiktoktoe_cli.transport.settings import TlsSettings
from tiktoktoe_cli.transport.starttls import StartTls

if TYPE_CHECKING:
    from tiktoktoe_cli.health.observation import Observation
    from tiktoktoe_cli.health.probes.outside import Outside
    from tiktoktoe_cli.transport import TlsOptions


class TlsProbe(TlsSettings, AddressProbe):
    """Make a TLS handshake, in some protocols after asking for it, and close the connection again.

    Variables: ip, and tls with version, cipher, verified (bool), fault (what is wrong with the certificate, such as
    `expired`, else empty), expires_in and chain_expires_in (durations; the second of whichever certificate of the
    chain expires first), not_before, not_after, subject, issuer, names (a list), serial and fingerprint; timing has
    dns, connect, ttfb (until the server lets TLS begin), tls and total. A certificate that is refused fails the
    check, and is told about all the same.
    """

    variables: ClassVar[tuple[str, ...]] = ("tls", "ip")
    assumed: ClassVar[tuple[str, ...]] = ("connected",)
    assumed_warn: ClassVar[tuple[str, ...]] = ('tls.chain_expires_in > duration("336h")',)

    starttls: StartTls | None = None
    """The protocol in which TLS is asked for: smtp, imap, pop3, ftp, ldap or postgres; the default begins with TLS."""

    @property
    def trust(self) -> "TlsOptions":
        """What the settings say."""
        return self.options

    async def observe(self, timeout_ns: int, outside: "Outside") -> "Observation":
        """Make the handshake, and observe how it went and what was shown."""
        return observed(await outside.tcp.connect(self.request(timeout_ns, self.starttls)))

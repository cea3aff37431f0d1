"""What a client trusts, and what it shows of itself: TLS contexts."""

from __future__ import annotations

import os
import ssl
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tiktoktoe_cli.transport.route import TlsOptions

MakeContext: TypeAlias = "Callable[[TlsOptions], ssl.SSLContext]"
"""Makes a context from its options; raises `TrustError`, or what OpenSSL raises."""


class TrustError(OSError):
    """A file of certificates or keys that cannot be used; the message names it and never quotes it."""


class Contexts:
    """The contexts of one client: making one takes 20 ms, so that each is made once, when it is first needed.

    Which versions of HTTP are offered is written into a context, so that each choice has its own.
    """

    def __init__(self, make: MakeContext) -> None:
        self._make = make
        self._made: dict[tuple[TlsOptions, bool], ssl.SSLContext] = {}

    def get(self, options: TlsOptions, *, http2: bool) -> ssl.SSLContext:
        """Return the context for some options; the name of a server makes none of its own.

        Raises:
            TrustError: if a file cannot be used.
        """
        key = replace(options, server_name=None), http2
        if key not in self._made:
            self._made[key] = self._load(options)
        return self._made[key]

    def _load(self, options: TlsOptions) -> ssl.SSLContext:
        failure: OSError
        try:
            return self._make(options)
        except OSError as error:
            failure = error
        raise _explained(failure, options)  # out here, it has no other cause


def make_context(options: TlsOptions) -> ssl.SSLContext:
    """Make a context that verifies names and certificates, if it is not told otherwise.

    Raises:
        OSError: if a file cannot be read or used; `ssl.SSLError` is one.
    """
    context = trusted_context() if options.ca is None else ssl.create_default_context(cafile=options.ca)
    if not options.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if options.cert:
        # a password, even a wrong one, keeps OpenSSL from asking the terminal for it
        context.load_cert_chain(options.cert, options.key, password="")
    return context


def trusted_context() -> ssl.SSLContext:
    """Make a context that verifies names and certificates against the machine's authorities.

    A private authority is trusted where the machine trusts it. On a machine without any, such as a bare container,
    the authorities of Mozilla that come with httpx take their place.
    """
    paths = ssl.get_default_verify_paths()
    if paths.cafile or paths.capath:
        return ssl.create_default_context()
    import httpx

    return httpx.create_ssl_context(trust_env=False)


def _explained(error: OSError, options: TlsOptions) -> TrustError:
    """Name the file that is at fault: OpenSSL does not."""
    for path in (options.ca, options.cert, options.key):
        if path and (unreadable := _unreadable(path)):
            return TrustError(f"`{path}`: {unreadable}")
    words = str(getattr(error, "reason", None) or "no certificate or key").replace("_", " ").lower()
    return TrustError(f"{', '.join(_named(options)) or 'the authorities of this machine'}: {words}")


def _unreadable(path: Path) -> str | None:
    try:
        path.open("rb").close()
    except OSError as error:
        return os.strerror(error.errno or 0).lower()
    return None


def _named(options: TlsOptions) -> Iterator[str]:
    return (f"`{path}`" for path in (options.ca, options.cert, options.key) if path)

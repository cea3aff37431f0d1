"""Which certificate authorities are trusted."""

from __future__ import annotations

import ssl


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

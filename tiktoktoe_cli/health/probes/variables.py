"""What expectations read of any probe: the variables of all, the fields of maps, and what people write instead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.words import listed, suggestion

if TYPE_CHECKING:
    from collections.abc import Collection

ALWAYS: Final = {
    "timing": 'how long the phases took, those that ended: durations, as in `timing.total < duration("500ms")`',
    "connected": "whether there was a complete answer (bool)",
    "error": "why there was none, such as `timeout`, `refused`, `dns` or `tls`; else empty (text)",
}
"""The variables of every probe."""
FIELDS: Final = {
    "timing": {
        "dns": "the look-up of the name",
        "connect": "the connection",
        "tls": "the TLS handshake",
        "ttfb": "until the first byte of the answer",
        "transfer": "the rest of the answer",
        "total": "all of it",
    },
    "tls": {
        "version": "such as `TLSv1.3` (text)",
        "cipher": "the cipher suite (text)",
        "verified": "whether the certificate is right (bool)",
        "fault": "what is wrong with it, such as `expired`; else empty (text)",
        "expires_in": "how long the server's own certificate is still valid (duration)",
        "chain_expires_in": "the same of the first of the chain to end (duration)",
        "not_before": "since when it is valid (timestamp)",
        "not_after": "until when (timestamp)",
        "subject": "whose it is (text)",
        "issuer": "who issued it (text)",
        "names": "the hosts and addresses it is for (list of texts)",
        "serial": "its number, hexadecimal (text)",
        "fingerprint": "its SHA-256, hexadecimal (text)",
    },
}
"""The fields of the variables that are maps and always have the same ones."""
_TIMES: Final = ("latency", "duration", "response_time", "elapsed", "rtt", "time")
_MEANT: Final = {
    **dict.fromkeys(_TIMES, ("timing.total",)),
    **dict.fromkeys(("code", "status_code", "http_status"), ("status", "rcode", "exit_code")),
    **dict.fromkeys(("exit_status", "return_code", "returncode"), ("exit_code",)),
    **dict.fromkeys(("response", "json", "content"), ("body", "reply", "message", "received")),
    **dict.fromkeys(("output", "result"), ("stdout", "rows", "answers")),
    **dict.fromkeys(("certificate", "cert"), ("tls",)),
    "certificates": ("chain_expires_in",),
    "ssl": ("tls",),
    "header": ("headers",),
}
"""What other tools call it: the first that a probe has is meant."""


def misread(name: str, variables: Collection[str]) -> str | None:
    """Say what to write instead of a dotted name that a probe with these variables does not have; None if it does."""
    root, _, rest = name.partition(".")
    field = rest.partition(".")[0]
    if root not in variables:
        return _instead(root, variables)
    if field and field not in FIELDS.get(root, {field}):
        return _instead(field, FIELDS[root])
    return None


def _instead(word: str, known: Collection[str]) -> str:
    meant = [name for name in _MEANT.get(word, ()) if name.partition(".")[0] in known][:1]
    guess = f"did you mean {listed(meant)}?" if meant else suggestion(word, known)
    return " ".join(filter(None, [guess, f"there is {listed(known)}"]))

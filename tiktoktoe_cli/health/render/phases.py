"""The phases of a check in words, the same in every form of the answer."""

from __future__ import annotations

from typing import Final

PHASE_WORDS: Final = {
    "dns": "name looked up",
    "connect": "connected",
    "tls": "TLS agreed on",
    "ttfb": "answer awaited",
    "transfer": "answer read",
}

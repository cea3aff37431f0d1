"""Whether a probe shows its target who asks. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tiktoktoe_cli.config.masking import sounds_secret

if TYPE_CHECKING:
    from collections.abc import Mapping

_LOGINS = ("auth", "password")
_MAPS = ("headers", "metadata", "options")


def has_credentials(probe: Mapping[str, Any]) -> bool:  # Any: any settings
    """Ask whether a login, or a header that sounds secret, is among the settings of a probe."""
    return any(probe.get(key) for key in _LOGINS) or any(
        sounds_secret(name) for key in _MAPS for name in probe.get(key) or ()
    )

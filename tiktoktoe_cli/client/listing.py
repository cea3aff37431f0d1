"""The requests of a configuration as a report: what can be sent by name, to where, through which policy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.report.facts import Column, Json, Report
from tiktoktoe_cli.resilience.settings import policy_of
from tiktoktoe_cli.transport import without_userinfo
from tiktoktoe_cli.words import plural

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tiktoktoe_cli.client.settings import RequestSettings
    from tiktoktoe_cli.resilience.settings import PolicySettings

COLUMNS: Final = (
    Column("name", "NAME"),
    Column("method", "METHOD"),
    Column("url", "URL"),
    Column("policy", "POLICY"),
)


def listing_of(requests: Mapping[str, RequestSettings], policies: Mapping[str, PolicySettings]) -> Report:
    """List them in the order of the configuration."""
    items: list[dict[str, Json]] = [
        {
            "name": name,
            "method": request.method_with(body=request.body is not None),
            "url": without_userinfo(request.url),
            "policy": policy_of(request.policy, policies),
        }
        for name, request in requests.items()
    ]
    return Report(
        "request list", ok=True, verdict=plural(len(items), "request"), items=items, columns=COLUMNS
    )

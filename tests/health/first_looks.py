"""A program that makes checks, round after round, and prints how long each took and what the first round imported.

It is started afresh: what a process has loaded once, it never loads again.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from typing import TYPE_CHECKING, Any

from tests.health.making import MS
from tiktoktoe_cli.health import Effects
from tiktoktoe_cli.health.probes import open_probes
from tiktoktoe_cli.health.runner import make_checks
from tiktoktoe_cli.health.settings import CheckSettings
from tiktoktoe_cli.resilience import SystemClock

if TYPE_CHECKING:
    from tiktoktoe_cli.health import CheckResult

ROUNDS = 5
_GAP_NS = 5 * MS


async def look(checks: list[CheckSettings]) -> dict[str, Any]:
    """Make the checks some times; the first round has nothing behind it but the preparation."""
    clock, rounds = SystemClock(), []
    async with open_probes(clock, os.environ, checks) as probe:
        effects = Effects(probe, clock, spread_ns=_GAP_NS * len(checks))
        modules = [set(sys.modules)]
        for _ in range(ROUNDS):
            results: dict[str, list[CheckResult]] = {"all": [None] * len(checks)}  # type: ignore[list-item]
            await make_checks({"all": checks}, effects, results)
            rounds.append(results["all"])
            modules.append(set(sys.modules))
    return {
        "prepared": sorted(modules[0]),
        "imported": sorted(modules[1] - modules[0]),
        "problems": [f"{one.kind}: {one.detail}" for made in rounds for one in made if one.detail],
        "took_ns": [[one.timing.total_ns for one in made] for made in rounds],
    }


if __name__ == "__main__":
    given = [CheckSettings.model_validate(one) for one in json.load(sys.stdin)]
    print(json.dumps(asyncio.run(look(given))))  # noqa: T201  # the test reads it

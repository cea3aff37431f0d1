"""When a slow call is tried a second time without giving up the first: pure decisions.

The next try starts `delay` after the latest one, or as soon as one fails (gRPC A6 and Polly v8 do the same); the
first answer ends the call. A failure that is the caller's own is an answer too: the others would get the same.
What was refused before it was sent brings no other try forward, as that would be refused as well.
"""

from __future__ import annotations

from typing import NamedTuple

HEDGE, WAIT, ANSWER = range(3)


class HedgingRules(NamedTuple):
    """How long to wait before another try, and how many tries there may be beside the first."""

    delay_ns: int
    max_hedges: int


def may_hedge(rules: HedgingRules, tries: int) -> bool:
    """Tell whether another try may start; `tries` counts those that were started."""
    return tries <= rules.max_hedges


def after_try(rules: HedgingRules, tries: int, running: int, failure: int) -> int:
    """Decide what to do when a try has ended: `HEDGE` now, `WAIT` for the others, or `ANSWER` with how it ended.

    `tries` counts those that were started, `running` those that are still under way; `failure` is 1 for a
    failure, 0 for an answer, -1 for what was refused or cancelled.
    """
    if failure == 0:
        return ANSWER
    if failure == 1 and may_hedge(rules, tries):
        return HEDGE
    return WAIT if running else ANSWER

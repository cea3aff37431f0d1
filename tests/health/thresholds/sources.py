"""How the systems whose rules are followed count, each in its own way: results, S or F, to the states after each."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiktoktoe_cli.health.thresholds import Rules


def kubelet(rules: Rules, results: str) -> Iterator[str]:
    """Compare a run of equal results with the threshold of its kind (`doProbe`)."""
    state, last, run = "F", "", 0
    for result in results:
        run = run + 1 if result == last else 1
        last = result
        if run >= (rules.pass_ if result == "S" else rules.fail):
            state = result
        yield state


def haproxy(rules: Rules, results: str) -> Iterator[str]:
    """Keep one number: below `rise` is down, and what is up again is so in full (`set_server_check_status`)."""
    rise, fall = rules.pass_, rules.fail
    health = rise
    for result in results:
        if result == "S":
            health = health + 1 if health + 1 < rise else rise + fall - 1
        else:
            health = health - 1 if health - 1 >= rise else 0
        yield "S" if health >= rise else "F"


def envoy(rules: Rules, results: str) -> Iterator[str]:
    """Count towards the other state only (`handleSuccess`, `setUnhealthy` for failures of the network)."""
    has_failed, passes, failures = True, 0, 0
    for position, result in enumerate(results):
        if result == "S":
            failures = 0
            passes += has_failed
            if position == 0 or passes == rules.pass_:
                has_failed = False
        else:
            passes = 0
            failures += not has_failed
            has_failed = has_failed or failures == rules.fail
        yield "F" if has_failed else "S"


def consul(rules: Rules, results: str) -> Iterator[str]:
    """Keep two counters that begin at their thresholds; D is a warning, also as a result (`StatusHandler`)."""
    status, passes, failures = "F", rules.pass_, rules.fail
    for result in results:
        if result == "F":
            passes, failures = 0, failures + 1
            if failures >= rules.fail:
                status = "F"
            elif failures >= (rules.warn or rules.fail):
                status = "D"
        else:
            passes, failures = passes + 1, 0
            status = result if passes >= rules.pass_ else status
        yield status


def gatus(rules: Rules, results: str) -> Iterator[str]:
    """Count both in a row; an alert is triggered, or resolved (`HandleAlerting`)."""
    is_triggered, passes, failures = False, 0, 0
    for result in results:
        passes, failures = (passes + 1, 0) if result == "S" else (0, failures + 1)
        if failures >= rules.fail or (is_triggered and passes >= rules.pass_):
            is_triggered = result == "F"
        yield "F" if is_triggered else "S"


def cloudprober(rules: Rules, results: str) -> Iterator[str]:
    """Alert while enough of the latest results, in a ring, failed (`Record`)."""
    ring = [False] * rules.window
    for result in results:
        ring = [*ring[1:], result == "F"]
        yield "F" if sum(ring) >= rules.fail else "S"

from __future__ import annotations

import pytest

from tiktoktoe_cli.health.render.latency_limit import latency_limit_ns

MS = 1_000_000


@pytest.mark.parametrize(
    ("texts", "limit_ms"),
    [
        ((), None),
        (("status == 200", 'error == "refused"'), None),
        (('timing.total < duration("300ms")',), 300),
        (('timing.total <= duration("1m")', 'duration("2s") > timing.total'), 2000),
        (('duration("2s") >= timing.total',), 2000),
        (('status == 200 && (connected && timing.total < duration("5s"))',), 5000),
        (('duration("2s") < timing.total',), None),
        (('status == 200 || timing.total < duration("5s")',), None),
        (('!(timing.total < duration("5s"))',), None),
        (('connected ? timing.total < duration("5s") : false',), None),
        (('timing.ttfb < duration("5s")',), None),
        (("timing.total < timing.ttfb",), None),
    ],
)
def test_only_what_must_hold_of_the_whole_time_is_a_limit(
    texts: tuple[str, ...], limit_ms: int | None
) -> None:
    """The strictest of all that must hold; what may hold for another reason is none."""
    expected = None if limit_ms is None else limit_ms * MS

    assert latency_limit_ns(texts) == expected

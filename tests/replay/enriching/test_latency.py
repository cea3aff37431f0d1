"""How long answers took is counted in buckets, and nothing of it is lost on the way to the report."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from tests.replay.delivering.web_server import Server, serving
from tiktoktoe_cli.replay.enriching.latency import SUM_NS, buckets_of, observed

if TYPE_CHECKING:
    from tests.replay.conftest import Shelf

MS = 1_000_000


@pytest.mark.parametrize(
    ("answers", "took_ms", "waits_ms", "within"),
    [
        (3, 0, [], {0.0001: 3}),
        (2, 14, [4, 6], {0.001: 0, 0.005: 1, 0.01: 2}),
        (4, 12, [10], {0.0005: 0, 0.001: 3, 0.01: 4}),
        (2, 7_000, [6_000], {0.5: 0, 1.0: 1, 5.0: 1, float("inf"): 2}),
        (2, 5, [5, 5], {0.001: 0, 0.005: 2}),
        (0, 5, [], {float("inf"): 0}),
    ],
)
def test_counts_each_answer_once(
    answers: int, took_ms: int, waits_ms: list[int], within: dict[float, int]
) -> None:
    """Those that somebody waited for with their own time, the others with an even share of the rest."""
    counts = observed(answers, took_ms * MS, [wait * MS for wait in waits_ms])

    found = dict(buckets_of(lambda name: counts[name]))

    assert {bound: found[bound] for bound in within} == within
    assert found[float("inf")] == answers


def test_the_sum_is_that_of_the_times_in_the_buckets() -> None:
    """Several at once take longer together than the batch, and nothing is counted twice."""
    assert observed(2, 5 * MS, [5 * MS, 5 * MS])[SUM_NS] == 10 * MS
    assert observed(4, 12 * MS, [10 * MS])[SUM_NS] == 12 * MS


def test_requests_count_with_their_own_times(shelf: Shelf) -> None:
    """Several at once take no longer than one; each is in the bucket of its own, and a repetition is quick."""
    import time

    def answer(_: object) -> int:
        time.sleep(0.02)
        return 404

    shelf.events(*({"time": "2026-03-02T08:00:00Z", "k": key} for key in ("a", "b", "c", "a")))
    with serving(Server(answer)) as server:
        lookup = {"http": {"url": f"{server.url}/{{key}}", "method": "POST"}, "key": "k"}
        facts = shelf.run({"context_enrichment": {"lookup": lookup, "into": "row"}})

    found = dict(buckets_of(facts.measure))
    assert found[0.01] <= 1
    assert found[5.0] == found[float("inf")] == 4
    assert Counter(facts.reasons) == Counter()

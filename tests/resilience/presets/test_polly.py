"""What the versions of Polly share: the health of a circuit, and durations as .NET writes them."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from tiktoktoe_cli.config.units import NS_PER_S, Duration
from tiktoktoe_cli.resilience.presets.polly import TimeSpan, counted, empty_ring, healthy, slice_ns

MS = 1_000_000


@dataclass
class Slice:
    """One of the windows that `RollingHealthMetrics` has in its queue."""

    started_ns: int
    calls: int = 0
    failures: int = 0


@dataclass
class Health:
    """`RollingHealthMetrics` word for word: a queue, and its newest window as the current one."""

    sampling_ns: int
    slice_ns: int
    queue: list[Slice] = field(default_factory=list)

    def count(self, now_ns: int, failed: int) -> tuple[int, int]:
        """Count a result, and add up what is in the queue."""
        if not self.queue or now_ns - self.queue[-1].started_ns >= self.slice_ns:
            self.queue.append(Slice(now_ns))
        while now_ns - self.queue[0].started_ns >= self.sampling_ns:
            del self.queue[0]
        self.queue[-1].calls += 1
        self.queue[-1].failures += failed
        return sum(one.calls for one in self.queue), sum(one.failures for one in self.queue)


@given(
    st.sampled_from([100, 1000, 1_003, 200 * MS, 200 * MS + 900, NS_PER_S]),
    st.lists(st.tuples(st.integers(0, 25), st.integers(0, 1)), max_size=80),
)
@example(200 * MS + 900, [(2, 1)] * 30)  # eleven slices at once
def test_counts_as_the_queue_of_windows_does(sampling_ns: int, results: list[tuple[int, int]]) -> None:
    """However results come, the ring's totals are those of the library's queue."""
    theirs, ring, totals, now_ns = Health(sampling_ns, slice_ns(sampling_ns)), empty_ring(None), (0, 0), 0
    for halves, failed in results:
        now_ns += halves * theirs.slice_ns // 2

        totals = counted((theirs.slice_ns, sampling_ns), ring, totals, now_ns, failed)

        assert totals == theirs.count(now_ns, failed)
        assert healthy(sampling_ns, ring.copy(), totals, now_ns) == totals


@pytest.mark.parametrize(
    ("sampling_ns", "length_ns"),
    [
        (30 * NS_PER_S, 3 * NS_PER_S),
        (200 * MS, 20 * MS),
        (200 * MS - 1, 200 * MS - 1),  # one slice
        (200 * MS + 900, 20 * MS),  # 2,000,009 ticks; a tenth of them is cut off
    ],
)
def test_a_slice_is_a_tenth_in_whole_ticks(sampling_ns: int, length_ns: int) -> None:
    """From 200 ms on there are ten slices, each a whole number of 100 ns."""
    assert slice_ns(sampling_ns) == length_ns


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("00:00:05", Duration.of(5)),
        ("00:00:00.500", Duration.of(0.5)),
        ("00:00:00.0000001", Duration(100)),
        ("01:02:03", Duration.of(3723)),
        ("1.00:00:00", Duration.of(86_400)),
        ("5s", Duration.of(5)),
    ],
)
def test_reads_durations_as_dotnet_writes_them(text: str, duration: Duration) -> None:
    """Hours, minutes and seconds, before them days and after them fractions; and our own words."""
    assert TypeAdapter(TimeSpan).validate_python(text) == duration


@pytest.mark.parametrize("text", ["00:05", "5", "00:00:05.12345678", "-00:00:05"])
def test_does_not_guess_at_other_texts(text: str) -> None:
    """What could mean something else (.NET takes a bare 5 for five days) is refused."""
    with pytest.raises(ValidationError, match="is not a duration"):
        TypeAdapter(TimeSpan).validate_python(text)

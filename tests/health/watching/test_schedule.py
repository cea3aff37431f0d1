from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tests.health.making import MS, SECOND
from tests.health.watching.chances import chance
from tiktoktoe_cli.health.watching.schedule import Schedule

HOUR = 3600 * SECOND


def watched(
    schedule: Schedule[int], until_ns: int, *, most: int = 10**6, takes_ns: int = 0
) -> dict[int, list[int]]:
    """Run a schedule; each look takes its time and is put back then. Returns when each key was looked at."""
    looks: dict[int, list[int]] = {}
    under_way: list[tuple[int, int]] = []
    now_ns = 0
    while now_ns < until_ns:
        for key in schedule.take(now_ns, most - len(under_way)):
            assert key not in {other for _, other in under_way}, "it overlaps with itself"
            looks.setdefault(key, []).append(now_ns)
            under_way.append((now_ns + takes_ns, key))
        over = [entry for entry in under_way if entry[0] <= now_ns]
        under_way = [entry for entry in under_way if entry[0] > now_ns]
        for _, key in over:
            schedule.again(key, now_ns)
        ends = [end for end, _ in under_way]
        due = [schedule.next_ns] if schedule.next_ns is not None and len(under_way) < most else []
        now_ns = max(min([*ends, *due, until_ns]), now_ns)
    return looks


def test_everything_is_looked_at_within_three_seconds() -> None:
    """Nobody waits an interval of 30 seconds for the first news."""
    looks = watched(Schedule(dict.fromkeys(range(100), 30 * SECOND), 0, chance()), 3 * SECOND)

    assert sorted(looks) == list(range(100))
    assert max(first for first, *_ in looks.values()) < 3 * SECOND


def test_short_intervals_are_spread_over_themselves() -> None:
    """Ten checks of a second begin a tenth of a second apart."""
    looks = watched(Schedule(dict.fromkeys(range(10), SECOND), 0, chance()), 900 * MS + 1)

    assert [looks[key][0] for key in range(10)] == [key * 100 * MS for key in range(10)]


def test_a_thousand_checks_for_an_hour_keep_their_pace() -> None:
    """After the first beat, looks are an interval apart, 10 % more or less, and none drifts away from its beats."""
    looks = watched(Schedule(dict.fromkeys(range(1000), 30 * SECOND), 0, chance()), HOUR)

    gaps = [after - before for some in looks.values() for before, after in pairwise(some[1:])]
    assert 27 * SECOND <= min(gaps) < 28 * SECOND
    assert 32 * SECOND < max(gaps) <= 33 * SECOND
    for key, some in looks.items():
        beat_ns = 30 * SECOND * key // 1000
        off = [(when - beat_ns + 15 * SECOND) % (30 * SECOND) - 15 * SECOND for when in some[1:]]
        assert max(map(abs, off)) <= 1.5 * SECOND


def test_the_second_look_is_half_an_interval_later_or_more() -> None:
    """The early first look is not followed by another one at once, nor by a long silence."""
    looks = watched(Schedule(dict.fromkeys(range(1000), 30 * SECOND), 0, chance()), 60 * SECOND)

    seconds = [some[1] - some[0] for some in looks.values()]
    assert min(seconds) >= 13.5 * SECOND
    assert max(seconds) <= 46.5 * SECOND


def test_the_load_is_even() -> None:
    """In each second of the later hour, about as many checks begin as in any other."""
    looks = watched(Schedule(dict.fromkeys(range(1000), 10 * SECOND), 0, chance()), 300 * SECOND)

    begun = [0] * 300
    for some in looks.values():
        for when in some:
            begun[when // SECOND] += 1
    assert min(begun[20:299]) >= 60
    assert max(begun[20:299]) <= 140


def test_a_look_longer_than_its_interval_leaves_beats_out() -> None:
    """It is never made twice at a time, and comes back at the next beat."""
    looks = watched(Schedule({0: SECOND}, 0, chance()), 20 * SECOND, takes_ns=2500 * MS)

    gaps = [after - before for before, after in pairwise(looks[0])]
    assert all(2.9 * SECOND <= gap <= 3.1 * SECOND for gap in gaps)


def test_who_waits_longest_comes_first() -> None:
    """With too few places for all that is due, none is starved."""
    looks = watched(
        Schedule(dict.fromkeys(range(100), SECOND), 0, chance()), 60 * SECOND, most=2, takes_ns=100 * MS
    )

    counts = [len(some) for some in looks.values()]
    assert len(counts) == 100
    assert max(counts) - min(counts) <= 2


@given(
    intervals=st.lists(st.integers(100 * MS, 90 * SECOND), min_size=1, max_size=20),
    most=st.integers(1, 5),
    takes_ns=st.integers(0, 10 * SECOND),
    seed=st.integers(0, 99),
)
def test_no_check_is_forgotten_or_doubled(intervals: list[int], most: int, takes_ns: int, seed: int) -> None:
    """Whatever the intervals, everything comes again and again, and never twice at a time."""
    schedule = Schedule(dict(enumerate(intervals)), 0, chance(seed))

    looks = watched(schedule, 400 * SECOND, most=most, takes_ns=takes_ns)

    assert sorted(looks) == list(range(len(intervals)))
    assert all(len(some) >= 2 for some in looks.values())


def test_nothing_is_due_while_all_are_under_way() -> None:
    """Then there is no next time."""
    schedule = Schedule({0: SECOND}, 5, chance())

    taken = schedule.take(5, 1)

    assert (taken, schedule.next_ns) == ([0], None)

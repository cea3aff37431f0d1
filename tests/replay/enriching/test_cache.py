"""The cache remembers answers, as long and as many as it is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from tests.replay.making import cut
from tiktoktoe_cli.config.units import Duration
from tiktoktoe_cli.replay.enriching.cache import Cache, Recent
from tiktoktoe_cli.replay.enriching.source import Failed, Source
from tiktoktoe_cli.replay.settings.enrichment import CacheSettings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiktoktoe_cli.replay.enriching.source import Answer

SECOND_NS = 1_000_000_000


class Asked(Source):
    """A source that knows what begins with `k`, fails for `bad`, and remembers what it was asked."""

    def __init__(self) -> None:
        self.keys: list[str] = []

    def find(self, keys: Sequence[str]) -> list[Answer]:
        """Answer for each key."""
        self.keys += keys
        return [
            Failed("down") if key == "bad" else {"key": key}.copy if key[0] == "k" else None for key in keys
        ]


class Watch:
    """A clock that is set by hand, in seconds."""

    now_s = 0

    def __call__(self) -> int:
        """Tell the time in nanoseconds."""
        return self.now_s * SECOND_NS


def test_asks_once_for_each_key_of_a_batch() -> None:
    """Repeated keys are asked for once; an event without a key is no question at all."""
    source = Asked()
    cache = Cache(source, CacheSettings(), Watch())

    answers = cache.look_up(["k1", "x", "k1", None, "x"])

    rows = [answer() if callable(answer) else answer for answer in answers]
    assert rows == [{"key": "k1"}, None, {"key": "k1"}, None, None]
    assert source.keys == ["k1", "x"]
    assert (cache.hits, cache.misses) == (2, 2)


def test_forgets_what_was_not_used_for_the_longest_time() -> None:
    """With room for two, a third answer takes the place of the one that was used least recently."""
    source = Asked()
    cache = Cache(source, CacheSettings(size=2), Watch())

    for key in ("k1", "k2", "k1", "k3", "k1", "k2"):
        cache.look_up([key])

    assert source.keys == ["k1", "k2", "k3", "k2"]


def test_answers_and_misses_have_ages_of_their_own() -> None:
    """An answer is asked for again once it is as old as `ttl`, a miss at `negative`."""
    source, watch = Asked(), Watch()
    cache = Cache(source, CacheSettings(ttl=Duration.of(10), negative=Duration.of(3)), watch)

    for watch.now_s in (0, 2, 3, 9, 10):
        cache.look_up(["k", "x"])

    assert source.keys == ["k", "x", "x", "x", "k"]


def test_failures_are_not_kept() -> None:
    """Who could not answer is asked again."""
    source = Asked()
    cache = Cache(source, CacheSettings(), Watch())

    answers = [*cache.look_up(["bad"]), *cache.look_up(["bad"])]

    assert answers == [Failed("down")] * 2
    assert source.keys == ["bad", "bad"]


@given(
    st.lists(st.sampled_from(["k1", "k2", "k3", "x", None])), st.lists(st.integers(1, 4)), st.integers(1, 3)
)
def test_the_cache_changes_no_answer(keys: list[str | None], sizes: list[int], size: int) -> None:
    """However the questions are cut into batches, and however small the cache is, the answers are the source's."""
    table = {key: {"key": key}.copy for key in ("k1", "k2", "k3")}
    cache, recent = Cache(Asked(), CacheSettings(size=size), Watch()), Recent(table, size)

    for finder in (cache, recent):
        found = [answer for piece in cut(keys, sizes) for answer in finder.look_up(piece)]
        rows = [answer() if callable(answer) else answer for answer in found]
        assert rows == [{"key": key} if key in table else None for key in keys]
    assert cache.hits + cache.misses == len([key for key in keys if key is not None])

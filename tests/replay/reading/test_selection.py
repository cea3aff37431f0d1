"""Some of the events are taken, the others counted."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from tests.replay.making import SECOND, batch_of, kit, let_through
from tiktoktoe_cli.replay.events.batch import Batch, Drop
from tiktoktoe_cli.replay.reading.selection import Limit, build
from tiktoktoe_cli.replay.settings.input import SelectSettings


def taken(batch: Batch, **select: Any) -> list[Any]:  # Any: YAML
    """Select from a batch; give the ids of the events that are left, all others being counted."""
    size = len(batch)
    stage = build(SelectSettings.model_validate(select), kit("select"))
    passed = let_through(stage, batch)
    assert batch.dropped == ({Drop.UNSELECTED: size - len(passed)} if len(passed) < size else {})
    return [body["id"] for body in passed.bodies]


def events(count: int) -> Batch:
    """Make events, one a second."""
    return batch_of(*({"id": number} for number in range(count)), times=[at * SECOND for at in range(count)])


def test_takes_a_time_from_its_beginning_until_before_its_end() -> None:
    """`from` is taken, `until` is not, so that neighbouring times share nothing."""
    select = {"from": "1970-01-01T00:00:02Z", "until": "1970-01-01T00:00:04Z"}

    assert taken(events(6), **select) == [2, 3]


def test_takes_what_meets_the_condition() -> None:
    """An event without the field is not taken."""
    batch = batch_of({"id": 1, "n": 1}, {"id": 2, "n": 5}, {"id": 3})

    assert taken(batch, where="n > 2") == [2]
    assert (batch.measures["without_value"], "where" in batch.remarks) == (1, True)


def test_a_sample_is_about_its_share_and_the_same_again() -> None:
    """It depends on the field and the seed, not on where the events stand."""
    whole = taken(events(2_000), sample="10%")

    assert 140 < len(whole) < 260
    assert taken(events(1_000), sample="10%") == [number for number in whole if number < 1_000]
    assert taken(events(100), sample="100%") == list(range(100))


def test_a_limit_counts_what_is_left() -> None:
    """Over all batches, and over a checkpoint."""
    limit = Limit(3)
    first = limit.take(events(2))
    told = limit.changes()
    again = Limit(3)
    again.restore(told)

    second = again.take(events(5))

    assert (len(first), len(second), again.is_full, limit.is_full) == (2, 1, True, False)
    assert len(again.take(events(1))) == 0


@pytest.mark.parametrize("select", [{"from": "yesterday"}, {"sample": 0}, {"limit": 0}, {"offset": "a:0"}])
def test_refuses_what_selects_nothing(select: dict[str, Any]) -> None:
    """A time that is none, an empty sample, no events, no line."""
    with pytest.raises(ValidationError):
        SelectSettings.model_validate(select)

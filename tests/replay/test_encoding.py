"""Events are written as compact JSON."""

from __future__ import annotations

from typing import Any

from tests.replay.making import batch_of
from tiktoktoe_cli.replay.encoding import encode


def test_an_event_that_cannot_be_written_leaves_the_others_alone() -> None:
    """JSON nested deeper than can be written is rejected; what stands beside it is written as ever."""
    deep: dict[str, Any] = {}
    for _ in range(300):
        deep = {"a": deep}
    batch = batch_of({"b": 1, "a": [1.50, "\u00e4"]}, deep, {})

    encode(batch)
    batch.settle()

    assert batch.encoded == ['{"b":1,"a":[1.5,"\u00e4"]}'.encode(), b"{}"]
    assert [(letter.reason, letter.origin.number) for letter in batch.letters] == [("encoding", 2)]

"""What the command line says wins over the YAML."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.replay.test_run import accounted
from tiktoktoe_cli.errors import UsageError
from tiktoktoe_cli.replay import Chosen, RunOptions, Start, run_pipeline
from tiktoktoe_cli.replay.events.batch import Drop

if TYPE_CHECKING:
    from pathlib import Path

    from tests.replay.conftest import Json, Shelf


def numbered(count: int, start: int = 0) -> list[Json]:
    """Make events a second apart."""
    return [{"id": f"e{n}", "time": f"2026-03-02T08:00:{n:02}Z", "n": n} for n in range(start, start + count)]


def test_paths_stand_in_the_place_of_those_of_the_pipeline(shelf: Shelf) -> None:
    """Only they are read."""
    shelf.events(*numbered(3))
    other = shelf.events(*numbered(2, 10), name="b/other.ndjson")

    run_pipeline("p", Chosen(paths=[str(other)]).over(shelf.settings()))

    assert [event["n"] for event in shelf.read("all")] == [10, 11]


def test_a_selection_wins_key_by_key(shelf: Shelf) -> None:
    """What the YAML says about other keys stays."""
    shelf.events(*numbered(10))
    settings = shelf.settings(
        input={"paths": [f"{shelf.folder}/*.ndjson"], "select": {"where": "n != 4", "limit": 9}}
    )

    facts = run_pipeline("p", Chosen(select={"from": "2026-03-02T08:00:03Z", "limit": 2}).over(settings))

    assert [event["n"] for event in shelf.read("all")] == [3, 5]
    assert accounted(facts) == 10


@pytest.mark.parametrize(
    ("select", "told"),
    [
        ({"from": "soon"}, "`--from`: `soon` is not a time"),
        ({"offset": "a.ndjson"}, "`--offset`: `a.ndjson` names no line of a file"),
        ({"sample": "0"}, "`--sample`"),
        ({"where": "n =="}, "`--where`"),
    ],
)
def test_a_wrong_value_is_told_by_its_option(shelf: Shelf, select: dict[str, str], told: str) -> None:
    """As the mistake would be told in the YAML."""
    with pytest.raises(UsageError) as caught:
        Chosen(select=select).over(shelf.settings())

    assert told in str(caught.value)


def test_only_some_destinations_get_events(shelf: Shelf) -> None:
    """What the others would have had is counted as filtered, and their files are left alone."""
    shelf.events(*numbered(6))
    settings = shelf.settings(
        routing=[{"when": "n < 2", "to": ["few", "all"]}, {"to": ["all"]}],
        destinations={name: {"file": f"{shelf.folder}/out/{name}.ndjson"} for name in ("few", "all")},
    )

    facts = run_pipeline("p", Chosen(destinations=["few"]).over(settings))

    assert [event["n"] for event in shelf.read("few")] == [0, 1]
    assert (facts.delivered, facts.dropped(Drop.FILTERED)) == (2, 4)
    assert not (shelf.folder / "out" / "all.ndjson").exists()


def test_an_unknown_destination_is_refused_with_the_nearest_name(shelf: Shelf) -> None:
    """Before anything is read."""
    with pytest.raises(UsageError) as caught:
        Chosen(destinations=["al"]).over(shelf.settings())

    assert "`al`" in caught.value.message
    assert caught.value.hint == "did you mean `all`?"


def test_another_choice_does_not_go_on_where_a_run_was_cut_short(shelf: Shelf) -> None:
    """It would deliver something else."""
    shelf.events(*numbered(10))
    asked = iter([False, True])
    settings = shelf.settings(input={"paths": [f"{shelf.folder}/*.ndjson"], "order": "input"})
    shelf.events(*numbered(10), name="b.ndjson")
    run_pipeline("p", settings, should_stop=lambda: next(asked, True))

    with pytest.raises(UsageError, match="cannot resume"):
        run_pipeline("p", Chosen(select={"where": "n > 1"}).over(settings), options=RunOptions(Start.RESUME))


def test_nothing_is_read_beyond_a_limit(shelf: Shelf) -> None:
    """With `order: input`: the files after the one in which it is reached are not decoded at all."""
    for name in "abc":
        shelf.events(*numbered(5), name=f"{name}.ndjson")
    settings = shelf.settings(input={"paths": [f"{shelf.folder}/*.ndjson"], "order": "input"})

    facts = run_pipeline("p", Chosen(select={"limit": 7}).over(settings))

    assert [event["n"] for event in shelf.read("all")] == [0, 1, 2, 3, 4, 0, 1]
    assert facts.is_full
    assert accounted(facts) == facts.lines == 10


def test_an_offset_of_the_yaml_starts_beside_the_configuration(shelf: Shelf, tmp_path: Path) -> None:
    """As the paths do; wherever the command is run."""
    from tiktoktoe_cli.system import load_system

    shelf.events(*numbered(4))
    shelf.put(
        "t.yaml",
        "version: 1\npipelines:\n  p:\n    input: {paths: [a.ndjson], order: input, select: {offset: 'a.ndjson:3'}}\n"
        "    routing: [{to: [all]}]\n    destinations: {all: {file: out/all.ndjson}}\n"
        "    dead_letter: {file: out/dead.ndjson}\n",
    )
    system = load_system([str(tmp_path / "t.yaml")], {})

    run_pipeline("p", system["pipelines"]["p"])

    assert [event["n"] for event in shelf.read("all")] == [2, 3]

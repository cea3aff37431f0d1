"""`graph why`."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.systems import configure

if TYPE_CHECKING:
    from tests.cli.systems import Run


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work where no configuration is found but what a test writes."""
    monkeypatch.chdir(tmp_path)


SHOP = {
    "gateway": {"depends_on": {"cart": "^1.8", "ads": {"kind": "soft"}}},
    "cart": {
        "version": "1.8.0",
        "depends_on": {"redis": {"condition": "started", "required": False}, "vault": {}},
    },
    "ads": {"depends_on": {"redis": {}}},
    "vault": {"depends_on": {"redis": {"kind": "runtime"}}},
    "redis": {},
}


def test_every_edge_of_the_shortest_paths_is_told(tiktoktoe: Run) -> None:
    """Each path with its dependencies, then the way on which nothing is optional, and what separates the two."""
    configure(SHOP)

    result = tiktoktoe("graph", "why", "gateway", "redis")

    assert result.code == 0
    assert result.out == (
        "gateway → cart → redis\n"
        "  gateway → cart  start, waits until it is healthy, version ^1.8, binds, tiktoktoe.yaml:1\n"
        "  cart → redis    start, waits until it is started, does not bind, tiktoktoe.yaml:1\n"
        "gateway → ads → redis\n"
        "  gateway → ads  soft, does not bind, tiktoktoe.yaml:1\n"
        "  ads → redis    start, waits until it is healthy, binds, tiktoktoe.yaml:1\n"
        "  and 1 more\n"
        "the shortest path on which every dependency binds\n"
        "  gateway → cart  start, waits until it is healthy, version ^1.8, binds, tiktoktoe.yaml:1\n"
        "  cart → vault    start, waits until it is healthy, binds, tiktoktoe.yaml:1\n"
        "  vault → redis   runtime, binds, tiktoktoe.yaml:1\n"
        "no single dependency is on all paths\n"
    )
    assert result.err == (
        "`gateway` cannot do without `redis`: 2 shortest paths of 2 dependencies, 1 longer\n"
        "  `--all` lists more of the paths\n"
    )


def test_all_paths_are_asked_for(tiktoktoe: Run) -> None:
    """Longer paths follow, until there are no more."""
    configure(SHOP)

    result = tiktoktoe("graph", "why", "gateway", "redis", "--all")
    names = tiktoktoe("graph", "why", "gateway", "redis", "--all", "-o", "name")

    assert "more" not in result.out + result.err
    assert names.out.splitlines()[-1] == "gateway → cart → vault → redis"


def test_data_holds_paths_and_cuts(tiktoktoe: Run) -> None:
    """Programs read every dependency with its place, and which of them separate the two."""
    configure(SHOP)

    answer = json.loads(tiktoktoe("graph", "why", "vault", "redis", "-o", "json").out)

    column = Path("tiktoktoe.yaml").read_text().index('"redis": {"kind": "runtime"}') + 1
    edge = {
        "from": "vault",
        "to": "redis",
        "kind": "runtime",
        "version": None,
        "condition": "healthy",
        "required": True,
        "timeout_s": 60.0,
        "binds": True,
        "file": "tiktoktoe.yaml",
        "line": 1,
        "column": column,
        "end_column": column + len('"redis"'),
    }
    assert answer["items"] == [
        {"path": "vault → redis", "length": 1, "shortest": True, "binds": True, "edges": [edge]}
    ]
    assert answer["summary"]["cuts"] == [edge]
    assert answer["summary"]["requires"] is True


def test_it_can_do_without(tiktoktoe: Run) -> None:
    """Where every path is soft or optional somewhere, that is said."""
    configure(SHOP)

    result = tiktoktoe("graph", "why", "gateway", "ads")

    assert "`gateway` can do without `ads`" in result.err
    assert "without this, nothing connects them\n  gateway → ads\n" in result.out


def test_many_cuts_are_counted(tiktoktoe: Run) -> None:
    """Of a long chain, the first ten dependencies that separate the two are named."""
    names = [f"s{number}" for number in range(13)]
    chain = {name: {"depends_on": {after: {}}} for name, after in pairwise(names)}
    configure({**chain, "s12": {}})

    result = tiktoktoe("graph", "why", "s0", "s12")

    assert result.out.endswith("  s9 → s10\n  and 2 more\n")


def test_there_is_no_path(tiktoktoe: Run) -> None:
    """The answer is no; if it is the other way round, that is said."""
    configure(SHOP)

    result = tiktoktoe("graph", "why", "redis", "gateway")

    assert (result.code, result.out) == (1, "")
    assert result.err == "`redis` does not depend on `gateway`, but `gateway` depends on `redis`\n"
    assert tiktoktoe("graph", "why", "ads", "vault").err == "`ads` does not depend on `vault`\n"


def test_circles_leave_paths_uncounted(tiktoktoe: Run) -> None:
    """Where services need each other in circles, it is said that not all paths were counted."""
    names = [f"s{number}" for number in range(12)]
    configure(
        {
            "a": {"depends_on": {"s0": {}}},
            "z": {},
            **{
                name: {"depends_on": {other: {"kind": "runtime"} for other in [*names, "z"] if other != name}}
                for name in names
            },
        }
    )

    result = tiktoktoe("graph", "why", "a", "z")

    assert "and others: not all were counted" in result.out
    assert "and longer ones that were not all counted" in result.err


@pytest.mark.parametrize(
    ("steps", "shortest", "larger", "words"),
    [
        (59, 2**59, [], "576,460,752,303,423,488 shortest paths of 118 dependencies, none longer"),
        (
            60,
            10**18,
            ["shortest", "total"],
            "more than 10^18 shortest paths of 120 dependencies, more than 10^18 in all",
        ),
    ],
)
def test_more_paths_than_anybody_counts(
    tiktoktoe: Run, steps: int, shortest: int, larger: list[str], words: str
) -> None:
    """A ladder of n diamonds has 2^n paths: beyond 10^18 they are told to be more, in words and in data."""
    ladder: dict[str, Any] = {  # what YAML can hold
        f"t{number}": {"depends_on": {f"{side}{number}": {} for side in "ab"}} for number in range(steps)
    }
    sides: dict[str, Any] = {  # as above
        f"{side}{number}": {"depends_on": {f"t{number + 1}": {}}} for number in range(steps) for side in "ab"
    }
    configure({**ladder, **sides, f"t{steps}": {}})

    table = tiktoktoe("graph", "why", "t0", f"t{steps}")
    summary = json.loads(tiktoktoe("graph", "why", "t0", f"t{steps}", "-o", "json").out)["summary"]

    assert words in table.err
    assert ("and others, more than 10^18 in all" in table.out) == bool(larger)
    assert (summary["shortest"], summary["total"], summary["larger"]) == (shortest, shortest, larger)


def test_an_unknown_name(tiktoktoe: Run) -> None:
    """A name that is nowhere is asked wrongly."""
    configure(SHOP)

    result = tiktoktoe("graph", "why", "gateway", "rediss")

    assert (result.code, result.out) == (2, "")
    assert "did you mean `redis`?" in result.err

"""`tiktoktoe graph capacity` as operators and pipelines use it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.graph.capacity.machines import undecidable

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.conftest import Result

    Run = Callable[..., Result]

SERVICES: dict[str, Any] = {  # what YAML can hold
    "orders": {"replicas": 2, "resources": {"requests": {"cpu": "1", "memory": "1Gi"}}},
    "cart": {"resources": {"requests": {"cpu": "500m", "memory": "2Gi"}}},
}
CAPACITY: dict[str, Any] = {"nodes": [{"name": "small", "count": 2, "cpu": "2", "memory": "4Gi"}]}


def configure(services: dict[str, Any] = SERVICES, capacity: dict[str, Any] | None = CAPACITY) -> None:
    """Write the configuration; JSON is YAML."""
    content = {"version": 1, "services": services, **({"capacity": capacity} if capacity else {})}
    Path("tiktoktoe.yaml").write_text(json.dumps(content), encoding="utf-8")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a fresh folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_nodes_are_drawn_with_how_full_they_are(tiktoktoe: Run) -> None:
    """A line for each kind, and with `--placement` each node and what stands on it; the verdict is below."""
    configure()

    result = tiktoktoe("graph", "capacity", "--placement")

    assert result.code == 0
    assert result.out == (
        "NODES    CPU                           MEMORY\n"
        "2 small  ████████░░░░   62%  2.5 of 4  ██████░░░░░░   50%  4Gi of 8Gi\n"
        "\n"
        "NODE     CPU                           MEMORY\n"
        "small-1  █████████░░░   75%  1.5 of 2  █████████░░░   75%  3Gi of 4Gi\n"
        "    orders, cart\n"
        "small-2  ██████░░░░░░   50%  1 of 2    ███░░░░░░░░░   25%  1Gi of 4Gi\n"
        "    orders\n"
    )
    assert result.err.startswith(
        "fits with 38% cpu and 50% memory to spare; "
        "if one `small` is lost, 1 replica of `cart` finds no place\n"
    )


def test_alerts_can_be_made_of_what_is_left(tiktoktoe: Run) -> None:
    """Two nodes of 2 cores and 4 GiB offer 4 and 8; two of 1 core and 1 GiB and one of 0.5 and 2 request 2.5 and 4."""
    configure()

    drawn = tiktoktoe("graph", "capacity", "-o", "name", "--report", "openmetrics=-").out.splitlines()

    assert {line for line in drawn if line.startswith("tiktoktoe_")} == {
        'tiktoktoe_capacity_fit{fit="fits"} 1.0',
        'tiktoktoe_capacity_fit{fit="does_not_fit"} 0.0',
        'tiktoktoe_capacity_fit{fit="unknown"} 0.0',
        'tiktoktoe_capacity_cpu_cores{amount="offered"} 4.0',
        'tiktoktoe_capacity_cpu_cores{amount="requested"} 2.5',
        'tiktoktoe_capacity_cpu_cores{amount="free"} 1.5',
        'tiktoktoe_capacity_memory_bytes{amount="offered"} 8589934592.0',
        'tiktoktoe_capacity_memory_bytes{amount="requested"} 4294967296.0',
        'tiktoktoe_capacity_memory_bytes{amount="free"} 4294967296.0',
    }


def test_all_that_is_drawn_and_more_is_data(tiktoktoe: Run) -> None:
    """Machines get cores and bytes, by node and in sum, what would happen, and how much more would fit."""
    configure()

    result = tiktoktoe("graph", "capacity", "-o", "json")

    answer = json.loads(result.out)
    gib = 2**30
    assert answer["summary"] == {
        "fit": "fits",
        "reason": None,
        "cpu": {"offered": 4, "requested": 2.5, "free": 1.5},
        "memory_bytes": {"offered": 8 * gib, "requested": 4 * gib, "free": 4 * gib},
        "nodes": [
            {
                "name": "small",
                "count": 2,
                "cpu": {"offered": 4, "requested": 2.5, "free": 1.5},
                "memory_bytes": {"offered": 8 * gib, "requested": 4 * gib, "free": 4 * gib},
            }
        ],
        "missing": {"cpu": 0, "memory_bytes": 0},
        "too_large": {},
        "unplaced": {},
        "unplaced_requests": {"cpu": 0, "memory_bytes": 0},
        "anywhere": {},
        "losses": [{"node": "small", "fit": "does_not_fit", "unplaced": {"cart": 1}}],
        "unstated": {},
        "more_replicas": {"orders": 1, "cart": 1},
        "without": [],
        "replicas": {"orders": 2, "cart": 1},
    }
    assert answer["items"][1] == {
        "name": "small-2",
        "kind": "small",
        "cpu": {"offered": 2, "requested": 1, "free": 1},
        "memory_bytes": {"offered": 4 * gib, "requested": gib, "free": 3 * gib},
        "replicas": {"orders": 1},
    }


@pytest.mark.parametrize(
    ("options", "code", "verdict"),
    [
        (["--replicas", "cart=2"], 0, "with 2 replicas of `cart`: fits with 25% cpu"),
        (
            ["--without", "small", "--replicas", "cart=0"],
            0,
            "with 0 replicas of `cart`, without 1 `small`: fits",
        ),
        (
            ["--without", "small"],
            1,
            "without 1 `small`: does not fit: all replicas together request `2.5` cpu",
        ),
        (
            ["--replicas", "orders=3", "--replicas", "cart=2"],
            1,
            "with 3 replicas of `orders`, with 2 replicas of",
        ),
        (
            ["--without", "small", "--without", "small"],
            1,
            "without 2 `small`: does not fit: no node is left\n",
        ),
        (["--without", "large"], 2, "error: unknown kind of node: `large`"),
        (["--replicas", "cart"], 2, "error: `--replicas cart` says no number of replicas"),
        (["--replicas", "cart=+1"], 0, "with 2 replicas of `cart`: fits with 25% cpu"),
        (["--replicas", "cart=-1"], 0, "with 0 replicas of `cart`: fits"),
        (["--replicas", "cart=-2"], 2, "error: `--replicas cart=-2` is out of range"),
        (["--replicas", "cart=" + "1" * 5_000], 2, "error: `--replicas cart=1111"),
    ],
)
def test_what_if_is_answered(tiktoktoe: Run, options: list[str], code: int, verdict: str) -> None:
    """Machines may be gone and replicas be more or fewer; the answer says what was assumed."""
    configure()

    result = tiktoktoe("graph", "capacity", *options)

    assert (result.code, result.err[: len(verdict)]) == (code, verdict)


def test_what_is_missing_is_said_and_is_data(tiktoktoe: Run) -> None:
    """Two nodes have 4 cores and 8 GiB; a cart of 3 cores and 5 GiB fits on neither, two orders do."""
    large = {"replicas": 2, "resources": {"requests": {"cpu": "3", "memory": "5Gi"}}}
    configure({**SERVICES, "cart": large})
    gib = 2**30
    requests = "requests `3` cpu and `5Gi` memory"

    told = tiktoktoe("graph", "capacity").err.splitlines()
    summary = json.loads(tiktoktoe("graph", "capacity", "-o", "json").out)["summary"]

    assert told[1:] == [
        "  at least `4` cpu and `4Gi` memory are missing",
        f"  one replica of `cart` {requests}, and no node has more than `2` cpu or `4Gi` memory free",
        "  in the best placement found, 2 replicas of `cart` find no place, in all `6` cpu and `10Gi` memory",
    ]
    assert summary["missing"] == {"cpu": 4, "memory_bytes": 4 * gib}
    assert summary["too_large"] == {
        "cart": {
            "requested": {"cpu": 3, "memory_bytes": 5 * gib},
            "most_free": {"cpu": 2, "memory_bytes": 4 * gib},
        }
    }
    assert summary["unplaced"] == {"cart": 2}
    assert summary["unplaced_requests"] == {"cpu": 6, "memory_bytes": 10 * gib}


def test_replicas_that_request_nothing_are_not_left_out(tiktoktoe: Run) -> None:
    """They are on no node in particular, and the placement says so, whether they request 0 or say nothing."""
    zero = {"replicas": 2, "resources": {"requests": {"cpu": 0, "memory": 0}}}
    configure({**SERVICES, "mail": {}, "idle": zero})

    drawn = tiktoktoe("graph", "capacity", "--placement")
    summary = json.loads(tiktoktoe("graph", "capacity", "-o", "json").out)["summary"]

    assert drawn.out.endswith("on any node, as they request nothing\n    mail, 2 idle\n")
    assert summary["anywhere"] == {"mail": 1, "idle": 2}


def test_bytes_are_whole(tiktoktoe: Run) -> None:
    """Of 1,001 bytes less a tenth, 900 are offered: nobody can have nine tenths of a byte; half of one takes one."""
    needs = {"resources": {"requests": {"cpu": "1", "memory": "500m"}}}
    node = {"name": "small", "cpu": "2", "memory": 1001}
    configure({"orders": needs}, {"nodes": [node], "reserve": "10%"})

    answer = json.loads(tiktoktoe("graph", "capacity", "-o", "json").out)

    bytes_told = list(answer["summary"]["memory_bytes"].values())
    assert bytes_told == [900, 1, 899]
    assert {type(one) for one in bytes_told} == {int}


def test_what_could_not_be_found_out_is_neither_yes_nor_no(tiktoktoe: Run) -> None:
    """A puzzle that is too hard ends with 3."""
    asked, (kind,) = undecidable()
    configure(
        {one.service: {"resources": {"requests": {"cpu": f"{one.each.cpu}n"}}} for one in asked},
        {"nodes": [{"name": "n", "count": kind.count, "cpu": f"{kind.room.cpu}n", "memory": 1}]},
    )

    result = tiktoktoe("graph", "capacity")

    assert result.code == 3
    assert result.err.startswith("unknown: no way to place all replicas was found")


def test_a_system_without_machines_is_told_what_to_write(tiktoktoe: Run) -> None:
    """Nobody can be full whom nobody knows."""
    configure(capacity=None)

    result = tiktoktoe("graph", "capacity")

    assert result.code == 2
    assert "help: write `capacity: {nodes: [" in result.err


def test_names_are_made_harmless(tiktoktoe: Run) -> None:
    """A name that would move the cursor is shown, not obeyed."""
    name = "or\x1b[2Jders"
    configure({name: SERVICES["cart"]}, {"nodes": [{"name": name, "cpu": "2", "memory": "4Gi"}]})

    result = tiktoktoe("graph", "capacity", "--placement")

    assert "\x1b" not in result.out + result.err
    assert r"or\x1b[2Jders-1" in result.out

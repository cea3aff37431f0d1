"""`graph impact`."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from tests.cli.systems import configure
from tests.graph.systems import graph_of
from tiktoktoe_cli.graph.impact import impact_of
from tiktoktoe_cli.graph.reports.impact import report_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.systems import Run


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work where no configuration is found but what a test writes."""
    monkeypatch.chdir(tmp_path)


SHOP = {
    "gateway": {"group": "edge", "replicas": 2, "depends_on": {"orders": {}, "ads": {"kind": "soft"}}},
    "orders": {"group": "core", "replicas": 3, "depends_on": {"ledger": {}}},
    "ledger": {"group": "core", "depends_on": {"migration": {"condition": "completed"}}},
    "migration": {},
    "ads": {},
}


def test_who_is_affected_and_how(tiktoktoe: Run) -> None:
    """One line a service: the effect, over which path, and whether it could be started now."""
    configure(SHOP)

    result = tiktoktoe("graph", "impact", "ledger")

    assert result.code == 0
    assert result.out == (
        "EFFECT  SERVICE  HOPS  CAN_RESTART  GROUP  KIND    PATH\n"
        "down    ledger      0  false        core   <none>  ledger\n"
        "down    orders      1  false        core   start   orders → ledger\n"
        "down    gateway     2  false        edge   start   gateway → orders → ledger\n"
    )
    assert result.err.startswith("if `ledger` fails: 3 of 5 services down (60%); 2 not reached\n")


def test_each_kind_of_a_step_is_told() -> None:
    """What is down over a call can be started again, and on a terminal the column that says so is explained."""
    kinds = ("start", "runtime", "soft")
    services = {kind: {"depends_on": {"db": {"kind": kind}}} for kind in kinds}

    report = report_of(impact_of(graph_of({**services, "db": {}}), ["db"]))

    assert {item["name"]: (item["kind"], item["can_restart"]) for item in report.items} == {
        "db": (None, False),
        "start": ("start", False),
        "runtime": ("runtime", True),
        "soft": ("soft", True),
    }
    assert report.remarks == ("CAN_RESTART: could it be started again while this is down?",)


def test_data_counts_services_replicas_and_groups(tiktoktoe: Run) -> None:
    """Programs read the share of the system, and each path with its dependencies."""
    configure(SHOP)

    answer = json.loads(tiktoktoe("graph", "impact", "orders", "ads", "-o", "json").out)

    summary = answer["summary"]
    assert (summary["failed"], summary["share_down"]) == (["orders", "ads"], 0.6)
    assert (summary["replicas_down"], summary["replicas"]) == (6, 8)
    assert summary["groups"][1] == {
        "group": "core",
        "services": 2,
        "down": 1,
        "degraded": 0,
        "at_restart": 0,
        "indirect": 0,
    }
    assert summary["works"] == ["ledger", "migration"]
    assert answer["items"][2] == {
        "name": "gateway",
        "defined": True,
        "effect": "down",
        "hops": 1,
        "can_restart": False,
        "group": "edge",
        "replicas": 2,
        "kind": "start",
        "path": "gateway → orders",
        "via": {
            "from": "gateway",
            "to": "orders",
            "kind": "start",
            "version": None,
            "condition": "healthy",
            "required": True,
            "timeout_s": 60.0,
        },
        "cause": "orders",
    }
    assert (answer["items"][0]["via"], answer["items"][0]["cause"]) == (None, "ads")


@pytest.mark.parametrize(
    ("size", "path"), [(8, " → ".join(f"s{number}" for number in range(8))), (9, "s0 → s1 → … (6 more) → s8")]
)
def test_the_middle_of_a_long_path_is_counted(tiktoktoe: Run, size: int, path: str) -> None:
    """Up to eight services of a path are named; of more, the first two and what failed, in data as well."""
    names = [f"s{number}" for number in range(size)]
    configure({**{name: {"depends_on": {after: {}}} for name, after in pairwise(names)}, names[-1]: {}})

    table = tiktoktoe("graph", "impact", names[-1])
    answer = json.loads(tiktoktoe("graph", "impact", names[-1], "-o", "json").out)

    assert table.out.endswith(f"  {path}\n")
    assert answer["items"][-1]["path"] == path


def test_other_effects_are_said_in_words(tiktoktoe: Run) -> None:
    """Degraded services, and those that could not be started again, are counted in the verdict."""
    configure(SHOP)

    assert "1 of 5 services down (20%), 1 degraded; 3 not reached" in tiktoktoe("graph", "impact", "ads").err
    assert "1 cannot be started again" in tiktoktoe("graph", "impact", "migration").err


def test_an_undefined_name_may_fail(tiktoktoe: Run) -> None:
    """A dependency that is no service is told as such."""
    configure({"a": {"depends_on": {"ghost": {}}}})

    answer = json.loads(tiktoktoe("graph", "impact", "ghost", "-o", "json").out)

    assert [(item["name"], item["defined"]) for item in answer["items"]] == [("ghost", False), ("a", True)]
    assert answer["verdict"] == "if `ghost` fails: 1 of 1 service down (100%); 0 not reached"


def test_services_are_ranked_by_whom_they_hit(tiktoktoe: Run) -> None:
    """Without a name, those come first whose failure takes down most, themselves included, as `impact NAME` counts."""
    configure(SHOP)

    result = tiktoktoe("graph", "impact", "--top", "4")

    assert result.out == (
        "RANK  SERVICE    DOWN  SHARE_DOWN  DEGRADED  AT_RESTART  INDIRECT  GROUP\n"
        "   1  ledger        3         60%         0           0         0  core\n"
        "   2  orders        2         40%         0           0         0  core\n"
        "   3  ads           1         20%         1           0         0  <none>\n"
        "   4  migration     1         20%         0           1         0  <none>\n"
    )
    assert result.err.startswith("`ledger` hits most: 3 of 5 services down (60%)\n")


def test_the_ranking_as_data_says_what_the_table_says(tiktoktoe: Run) -> None:
    """Programs read the same numbers, and how many services are not among those shown."""
    configure(SHOP)

    answer = json.loads(tiktoktoe("graph", "impact", "--top", "1", "-o", "json").out)

    assert answer["summary"] == {"services": 5, "shown": 1, "more": 4}
    assert answer["items"] == [
        {
            "rank": 1,
            "name": "ledger",
            "down": 3,
            "degraded": 0,
            "at_restart": 0,
            "indirect": 0,
            "share_down": 0.6,
            "group": "core",
            "replicas": 1,
        }
    ]
    alone = json.loads(tiktoktoe("graph", "impact", "ledger", "-o", "json").out)
    assert alone["summary"]["share_down"] == 0.6


def test_who_hits_alike_has_one_rank(tiktoktoe: Run) -> None:
    """Services whose failures hit alike share a rank, and the verdict names them together."""
    configure({"a": {}, "b": {"depends_on": {"c": {}, "d": {}}}, "c": {}, "d": {}})

    result = tiktoktoe("graph", "impact")

    assert [line.split()[:3] for line in result.out.splitlines()[1:]] == [
        ["1", "c", "2"],
        ["1", "d", "2"],
        ["3", "a", "1"],
        ["3", "b", "1"],
    ]
    assert result.err == "`c` and `d` hit most, each alike: 2 of 4 services down (50%)\n"


def test_a_cut_ranking_says_so(tiktoktoe: Run) -> None:
    """Below a table that is cut stands how many services are not in it."""
    configure(SHOP)

    cut, whole = (tiktoktoe("graph", "impact", "--top", top).err for top in ("2", "5"))

    assert cut == "`ledger` hits most: 3 of 5 services down (60%)\n  and 3 more: `--top 5` shows all\n"
    assert whole == "`ledger` hits most: 3 of 5 services down (60%)\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(["ledgr"], "did you mean `ledger`?"), (["ledger", "--top", "2"], "`--top` ranks all services")],
)
def test_what_cannot_be_is_refused(tiktoktoe: Run, arguments: list[str], message: str) -> None:
    """A name that is nowhere, and a ranking of named services, are asked wrongly."""
    configure(SHOP)

    result = tiktoktoe("graph", "impact", *arguments)

    assert result.code == 2
    assert message in result.err

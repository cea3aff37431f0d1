"""`graph impact`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.cli.systems import configure

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
        "EFFECT  SERVICE  HOPS  CAN_RESTART  GROUP  PATH\n"
        "down    ledger      0  false        core   ledger\n"
        "down    orders      1  false        core   orders → ledger\n"
        "down    gateway     2  false        edge   gateway → orders → ledger\n"
    )
    assert result.err == "if `ledger` fails: 3 of 5 services down (60%); 2 not reached\n"


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
    assert answer["items"][2]["path"] == "gateway → orders"
    assert answer["items"][2]["edges"] == [
        {
            "from": "gateway",
            "to": "orders",
            "kind": "start",
            "version": None,
            "condition": "healthy",
            "required": True,
            "timeout_s": 60.0,
        }
    ]


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
    """Without a name, those come first whose failure takes down most others."""
    configure(SHOP)

    result = tiktoktoe("graph", "impact", "--top", "2")

    assert result.out == (
        "SERVICE  DOWN  SHARE  DEGRADED  GROUP\n"
        "ledger      2    50%         0  core\n"
        "orders      1    25%         0  core\n"
    )
    assert result.err == "`ledger` hits most: 2 other services down with it\n"
    assert len(json.loads(tiktoktoe("graph", "impact", "-o", "json").out)["items"]) == 5


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

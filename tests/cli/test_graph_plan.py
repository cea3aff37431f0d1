"""`graph plan`."""

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
    "gateway": {"depends_on": {"orders": {}, "cart": {}}},
    "orders": {
        "depends_on": {"ledger": {"required": False, "timeout": "10s"}, "ghost": {"condition": "started"}}
    },
    "cart": {"depends_on": {"ledger": {}}, "replicas": 0},
    "ledger": {},
}


def test_waves_are_drawn_with_waits_and_what_follows(tiktoktoe: Run) -> None:
    """Each service has its turn, what it waits for if that is not as usual, and whom it unblocks."""
    configure(SHOP)

    result = tiktoktoe("graph", "plan")

    assert result.err == "4 services, 5 dependencies, 3 start waves; 1 required service is not defined\n"
    assert result.out.endswith(
        "wave 1: 1 service\n"
        "  1 ledger   then orders, cart\n"
        "wave 2: 2 services\n"
        "  2 cart     scaled to 0; after ledger; then gateway\n"
        "  3 orders   after ledger (optional, at most 10s), ghost (undefined, once it is started); then gateway\n"
        "wave 3: 1 service\n"
        "  4 gateway  after orders, cart\n"
    )


def test_names_alone_are_the_order_for_scripts(tiktoktoe: Run) -> None:
    """One service a line, to start; in reverse, to stop."""
    configure(SHOP)

    assert tiktoktoe("graph", "plan", "-o", "name").out.split() == ["ledger", "cart", "orders", "gateway"]
    assert tiktoktoe("graph", "plan", "--reverse", "-o", "name").out.split() == [
        "gateway",
        "cart",
        "orders",
        "ledger",
    ]


def test_data_holds_waves_and_waits(tiktoktoe: Run) -> None:
    """Programs read the waves, and of each service its turn, its waits and what it unblocks."""
    configure(SHOP)

    answer = json.loads(tiktoktoe("graph", "plan", "-o", "json").out)

    assert answer["summary"] == {
        "services": 4,
        "dependencies": 5,
        "stops": False,
        "left_out": 0,
        "waves": [["ledger"], ["cart", "orders"], ["gateway"]],
    }
    assert answer["items"][2] == {
        "name": "orders",
        "turn": 3,
        "wave": 2,
        "group": None,
        "replicas": 1,
        "after": ["ledger"],
        "waits_for": [
            {
                "name": "ledger",
                "standing": "planned",
                "from": "orders",
                "to": "ledger",
                "kind": "start",
                "version": None,
                "condition": "healthy",
                "required": False,
                "timeout_s": 10.0,
            },
            {
                "name": "ghost",
                "standing": "undefined",
                "from": "orders",
                "to": "ghost",
                "kind": "start",
                "version": None,
                "condition": "started",
                "required": True,
                "timeout_s": 60.0,
            },
        ],
        "unblocks": ["gateway"],
    }


def test_a_part_is_planned(tiktoktoe: Run) -> None:
    """What is left out is counted, and stands in brackets where it is waited for."""
    configure(SHOP)

    result = tiktoktoe("graph", "plan", "--to", "cart", "--without", "ledger")

    assert result.out == "wave 1: 1 service\n  1 cart  scaled to 0; after ledger (left out)\n"
    assert result.err == "1 service, 0 dependencies, 1 start wave; 3 services left out\n"


def test_stopping_waits_for_dependents(tiktoktoe: Run) -> None:
    """In reverse, conditions mean nothing: a service stops when those that depend on it have stopped."""
    configure(SHOP)

    answer = json.loads(tiktoktoe("graph", "plan", "--reverse", "-o", "json").out)

    assert answer["verdict"] == "4 services, 5 dependencies, 3 stop waves"
    (ledger,) = (item for item in answer["items"] if item["name"] == "ledger")
    assert answer["summary"]["stops"] is True
    assert [wait["name"] for wait in ledger["waits_for"]] == ["orders", "cart"]
    assert {wait["condition"] for wait in ledger["waits_for"]} == {"stopped"}


def test_slots_change_the_order(tiktoktoe: Run) -> None:
    """With one slot, a service that was released earlier starts earlier."""
    slow = {"start_time": "9s"}
    configure(
        {"a": slow, "b": {"start_time": "1s"}, "c": {"depends_on": {"b": {}}}, "d": {"depends_on": {"a": {}}}}
    )

    at_once = tiktoktoe("graph", "plan", "-o", "name").out.split()
    one_by_one = tiktoktoe("graph", "plan", "-o", "name", "--concurrency", "1").out.split()

    assert (at_once, one_by_one) == (["a", "b", "c", "d"], ["a", "b", "d", "c"])


def test_without_an_order_the_answer_is_no(tiktoktoe: Run) -> None:
    """The services that wait for each other are the finding of `graph validate`, with where to cut the cycle."""
    configure(
        {"a": {"depends_on": {"b": {}}}, "b": {"depends_on": {"a": {}}}, "c": {"depends_on": {"c": {}}}}
    )

    result = tiktoktoe("graph", "plan")
    answer = json.loads(tiktoktoe("graph", "plan", "--reverse", "-o", "json").out)

    assert result.code == 1
    assert "error[TTG101]: these services wait for each other to start: `a` → `b` → `a`" in result.out
    assert "error[TTG103]: `c` depends on itself" in result.out
    assert result.err == "no start order exists: `c` → `c`\n"
    assert (answer["ok"], answer["items"]) == (False, [])
    assert answer["summary"] == {
        "services": 3,
        "dependencies": 3,
        "start_waves": None,
        "cycles": [["a", "b"], ["c"]],
    }
    assert [(problem["code"], problem["line"]) for problem in answer["problems"]] == [
        ("TTG101", 1),
        ("TTG103", 1),
    ]


def test_a_cycle_outside_of_the_plan_is_no_finding(tiktoktoe: Run) -> None:
    """Only cycles among the services that are planned stand against an order."""
    configure(
        {"a": {"depends_on": {"b": {}}}, "b": {"depends_on": {"a": {}}}, "c": {"depends_on": {"c": {}}}}
    )

    alone = tiktoktoe("graph", "plan", "--without", "a", "--without", "c")
    partly = json.loads(tiktoktoe("graph", "plan", "--to", "c", "-o", "json").out)

    assert (alone.code, alone.out.splitlines()[0]) == (0, "wave 1: 1 service")
    assert partly["summary"]["cycles"] == [["c"]]


def test_a_name_that_no_service_has(tiktoktoe: Run) -> None:
    """A scope of unknown names is asked wrongly."""
    configure(SHOP)

    result = tiktoktoe("graph", "plan", "--to", "gatewya")

    assert (result.code, result.out) == (2, "")
    assert "did you mean `gateway`?" in result.err


def test_who_waits_for_what_nobody_defines_has_no_sure_plan(tiktoktoe: Run) -> None:
    """A required service that is not defined is the finding of `graph validate`, and the answer is no; to stop, not."""
    configure({"a": {"depends_on": {"ghost": {}}}, "b": {"depends_on": {"phantom": {"required": False}}}})

    start, stop = tiktoktoe("graph", "plan"), tiktoktoe("graph", "plan", "--reverse")

    assert (start.code, stop.code) == (1, 0)
    assert "error[TTG104]: `a` depends on `ghost`, which is not a service" in start.out
    assert "`phantom`" not in start.out
    assert start.err.endswith("; 1 required service is not defined\n")


def test_an_undefined_goal_is_told_with_who_depends_on_it(tiktoktoe: Run) -> None:
    """`plan --to` and `show --focus` know what dependencies mention, as `graph impact` does."""
    configure({"a": {"depends_on": {"ghost": {}}}})

    refused = [tiktoktoe("graph", *words, "ghost") for words in (("plan", "--to"), ("show", "--focus"))]

    assert [result.code for result in refused] == [2, 2]
    assert all("`ghost` is not defined, though `a` depends on it" in result.err for result in refused)

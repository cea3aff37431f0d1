"""`graph critical`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.cli.systems import configure
from tests.graph.systems import graph_of
from tiktoktoe_cli.graph.reports.critical import report_of
from tiktoktoe_cli.graph.starting.critical import Times, predict

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.systems import Run


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work where no configuration is found but what a test writes."""
    monkeypatch.chdir(tmp_path)


SHOP = {
    "gateway": {"start_time": "4s", "depends_on": {"catalog": {}, "orders": {}}},
    "orders": {"start_time": "6s", "depends_on": {"ledger": {"timeout": "5s"}}},
    "ledger": {"start_time": "10s"},
    "catalog": {"start_time": "5s"},
    "cart": {},
}


def test_bars_over_time_tell_what_decides(tiktoktoe: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Critical services have a mark and a full bar, the others dots as long as their slack."""
    monkeypatch.setenv("COLUMNS", "55")
    configure(SHOP)

    result = tiktoktoe("graph", "critical")

    assert result.code == 1
    assert result.out == (
        "  SERVICE  TAKES  READY  SLACK  0s                  20s\n"
        "  cart        0s     0s    20s  ▏······················\n"
        "  catalog     5s     5s    11s  ░░░░░·············\n"
        "◆ ledger     10s    10s      -  ███████████\n"
        "◆ orders      6s    16s      -             ███████\n"
        "◆ gateway     4s    20s      -                    █████\n"
        "\n"
        "what decides\n"
        "  ledger → orders → gateway\n"
        "what would save time\n"
        "  ledger   5s sooner saves 5s\n"
        "  orders   5s sooner saves 5s\n"
        "  gateway  4s sooner saves 4s\n"
        "who does not wait as long\n"
        "  ✗  `orders` waits at most 5s for `ledger`, which takes 10s: its start would fail\n"
    )
    assert result.err == (
        "`orders` waits at most 5s for `ledger`, which takes 10s: its start would fail; "
        "the start time of `cart` is not known\n"
    )


@pytest.mark.parametrize(
    ("ledger", "code", "verdict"),
    [
        (
            {"timeout": "9s"},
            1,
            "`orders` waits at most 9s for `ledger`, which takes 10s: its start would fail\n",
        ),
        ({"timeout": "9s", "required": False}, 0, "everything is ready after 15s\n"),
        ({"timeout": "10s"}, 0, "everything is ready after 16s\n"),
    ],
)
def test_a_start_that_would_fail_is_a_no(
    tiktoktoe: Run, ledger: dict[str, object], code: int, verdict: str
) -> None:
    """Who must wait and gives up too early never starts; who can do without goes on, and who waits long enough too."""
    configure(
        {
            "orders": {"start_time": "6s", "depends_on": {"ledger": ledger}},
            "ledger": {"start_time": "10s"},
        }
    )

    result = tiktoktoe("graph", "critical")

    assert (result.code, result.err) == (code, verdict)


def test_a_verdict_names_one_start_that_would_fail_and_counts_the_others(tiktoktoe: Run) -> None:
    """However many give up too early, the verdict stays one line: the first by name, and how many more."""
    late = {"start_time": "1s", "depends_on": {"ledger": {"timeout": "5s"}}}
    configure({"c": late, "a": late, "b": late, "ledger": {"start_time": "10s"}})

    result = tiktoktoe("graph", "critical")

    assert result.err == (
        "`a` waits at most 5s for `ledger`, which takes 10s: its start would fail; 2 more waits are over too early\n"
    )


def test_a_faster_service_hands_over_the_decision(tiktoktoe: Run) -> None:
    """Beyond the slack of another chain, a faster service saves nothing more: that chain is named."""
    configure(SHOP)

    result = tiktoktoe("graph", "critical", "--sooner", "10s", "-o", "json")

    answer = json.loads(result.out)
    assert answer["summary"]["chain"] == ["ledger", "orders", "gateway"]
    assert answer["summary"]["savings"][0] == {
        "name": "ledger",
        "sooner_s": 10.0,
        "saves_s": 10.0,
        "total_s": 10.0,
        "chain": ["ledger", "orders", "gateway"],
    }
    assert answer["summary"]["savings"][1]["chain"] == ["ledger", "orders", "gateway"]


def test_data_holds_times_and_slack_of_services_and_waits(tiktoktoe: Run) -> None:
    """Programs read when each service starts and is ready, and how much later every wait could be over."""
    configure(SHOP)

    answer = json.loads(tiktoktoe("graph", "critical", "-o", "json").out)

    (gateway,) = (item for item in answer["items"] if item["name"] == "gateway")
    assert (answer["summary"]["total_s"], gateway["starts_at_s"], gateway["ready_at_s"]) == (20.0, 16.0, 20.0)
    assert [(wait["name"], wait["over_at_s"], wait["slack_s"]) for wait in gateway["waits_for"]] == [
        ("catalog", 5.0, 11.0),
        ("orders", 16.0, 0.0),
    ]
    assert answer["summary"]["start_times"] == {
        "measured": 0,
        "declared": 4,
        "assumed": 1,
        "scaled_to_zero": 0,
    }


def test_a_goal_is_reached_sooner_than_everything(tiktoktoe: Run) -> None:
    """Only what a service waits for counts."""
    configure({**SHOP, "orders": {"start_time": "6s", "depends_on": {"ledger": {}}}})

    result = tiktoktoe("graph", "critical", "--to", "orders")

    assert result.err == "`orders` is ready after 16s\n"
    assert "catalog" not in result.out


def test_measured_times_win(tiktoktoe: Run, tmp_path: Path) -> None:
    """What a run measured is taken instead of what is declared; what else was measured is told."""
    configure(SHOP)
    items = [
        {"name": "ledger", "kind": "service", "took_s": 1.0},
        {"name": "gone", "kind": "service", "took_s": 2.0},
    ]
    (tmp_path / "run.json").write_text(json.dumps({"command": "orchestrate run", "items": items}))
    (tmp_path / "times.yaml").write_text("ledger: 1s\ncart: 30s\n")

    of_run = json.loads(tiktoktoe("graph", "critical", "--measured", "run.json", "-o", "json").out)
    of_map = json.loads(tiktoktoe("graph", "critical", "--measured", "times.yaml", "-o", "json").out)

    assert (of_run["summary"]["total_s"], of_map["summary"]["total_s"]) == (11.0, 30.0)
    assert of_run["summary"]["measured_but_no_services"] == ["gone"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--measured", "nowhere.json"], "cannot read `nowhere.json`"),
        (["--measured", "wrong.yaml"], "`ledger`: `soon` is not a duration"),
        (["--default", "soon"], "`--default`: `soon` is not a duration"),
        (["--sooner", "0"], "`--sooner`: expected more than nothing"),
        (["--default", "1" * 5_000 + "s"], "is too long for a duration"),
        (["--sooner", "1" * 5_000 + "s"], "is too long for a duration"),
        (["--measured", "long.yaml"], "is too long for a duration"),
        (["--to", "order"], "unknown service: `order`"),
    ],
)
def test_what_cannot_be_is_refused(tiktoktoe: Run, tmp_path: Path, options: list[str], message: str) -> None:
    """Files, durations and names that are wrong are usage errors."""
    configure(SHOP)
    (tmp_path / "wrong.yaml").write_text("ledger: soon\n")
    (tmp_path / "long.yaml").write_text(f"ledger: {'1' * 5_000}s\n")

    result = tiktoktoe("graph", "critical", *options)

    assert result.code == 2
    assert message in result.err


def test_nothing_is_known(tiktoktoe: Run) -> None:
    """Where no start time is known, that is the answer; a default makes the chain with the most services decide."""
    configure({"a": {}, "b": {"depends_on": {"a": {}}}})

    unknown = tiktoktoe("graph", "critical")
    guessed = tiktoktoe("graph", "critical", "--default", "5s")

    assert unknown.err == (
        "nothing says how long everything takes to start; the start times of `a` and `b` are not known\n"
        "  a service declares it as `start_time: 8s`, below `services.a`; `--measured FILE` takes what a run measured, "
        "`--default 5s` is a guess for all that say nothing\n"
    )
    assert "◆" not in unknown.out
    assert guessed.err.startswith("everything is ready after 10s")


def test_the_next_step_keeps_the_goal() -> None:
    """Where no start time is known, the command that is advised asks for the same service."""
    graph = graph_of({"b": {"depends_on": {"a": {}}}, "a": {}})

    report = report_of(predict(graph, Times({}), 1, "b"))

    assert report.next_steps == ("tiktoktoe graph critical --to b --default 5s",)


def test_services_that_wait_for_each_other_are_never_ready(tiktoktoe: Run) -> None:
    """Without a start order the answer is no, with the cycle as the finding of `graph validate`."""
    configure({"a": {"depends_on": {"b": {}}}, "b": {"depends_on": {"a": {}}}})

    result = tiktoktoe("graph", "critical", "--default", "5s")
    answer = json.loads(tiktoktoe("graph", "critical", "-o", "json").out)

    assert (result.code, result.err) == (1, "no start order exists: `a` \u2192 `b` \u2192 `a`\n")
    assert result.out.startswith("error[TTG101]: these services wait for each other to start")
    assert (answer["command"], answer["summary"]["cycles"]) == ("graph critical", [["a", "b"]])


def test_who_waits_for_what_nobody_defines_is_never_ready(tiktoktoe: Run) -> None:
    """A required service that is not defined makes the prediction a guess: the answer is no."""
    configure({"a": {"start_time": "1s", "depends_on": {"ghost": {}}}})

    result = tiktoktoe("graph", "critical")

    assert result.code == 1
    assert "error[TTG104]: `a` depends on `ghost`" in result.out
    assert result.err == "everything is ready after 1s; 1 required service is not defined\n"


def test_a_start_that_nobody_can_see_the_end_of_holds_nobody_up(tiktoktoe: Run) -> None:
    """Of a service that is started from here and has no check only its start shows: the run waits for that alone."""
    started = {"start": {"run": ["sleep", "30"]}}
    configure(
        {
            "a": {"start_time": "5s", "actions": started},
            "b": {"start_time": "1s", "actions": started, "depends_on": {"a": {"timeout": "1s"}}},
        }
    )

    predicted, valid = tiktoktoe("graph", "critical", "-o", "json"), tiktoktoe("graph", "validate")
    reason, plan = tiktoktoe("graph", "why", "b", "a"), tiktoktoe("orchestrate", "plan")

    (wait,) = (item for item in json.loads(predicted.out)["items"] if item["name"] == "b")
    assert (wait["starts_at_s"], wait["waits_for"][0]["condition"]) == (0, "started")
    assert (predicted.code, valid.code) == (0, 0)
    assert "waits until it is started" in reason.out
    assert "a is started (at most 1s)" in plan.out

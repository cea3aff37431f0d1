"""`health check`: what is chosen, what comes out, whose fault it is, and what is shown meanwhile."""

from __future__ import annotations

import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.systems import DOWN, answer_of, configure, listening, states, up
from tests.cli.test_watching import Notebook
from tests.samples.town import Town, wait_until
from tiktoktoe_cli.cli.health_watchers import HealthWatcher
from tiktoktoe_cli.health import Attempt, CheckResult, HealthState
from tiktoktoe_cli.report.progress import Event, Progress
from tiktoktoe_cli.transport import Timing

if TYPE_CHECKING:
    from tests.cli.systems import Run

__all__ = ["up"]  # a fixture


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work where no configuration is found but what a test writes."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def town_of_five(up: int) -> None:
    """Five services that are well, in two groups, with tags."""
    configure(
        {
            "web": listening(up, "api", group="edge", tags=["public"]),
            "api": listening(up, "db", group="core", tags=["public", "python"]),
            "jobs": listening(up, "db", group="core", tags=["python"]),
            "db": listening(up, group="core"),
            "docs": listening(up, group="edge"),
        }
    )


@pytest.mark.usefixtures("town_of_five")
@pytest.mark.parametrize(
    ("arguments", "chosen"),
    [
        ([], "web api jobs db docs"),
        (["db", "web"], "web db"),
        (["--tag", "public"], "web api"),
        (["--tag", "public", "--tag", "python"], "web api jobs"),
        (["--group", "edge"], "web docs"),
        (["--group", "edge", "--group", "core"], "web api jobs db docs"),
        (["--group", "core", "--tag", "python"], "api jobs"),
        (["api", "db", "docs", "--group", "core"], "api db"),
        (["web", "--with-dependencies"], "web api db"),
        (["--tag", "python", "--group", "core", "--with-dependencies"], "api jobs db"),
    ],
)
def test_chooses_services(tiktoktoe: Run, arguments: list[str], chosen: str) -> None:
    """Names, tags and groups narrow the choice together; what the chosen ones need can be added."""
    code, answer = answer_of(tiktoktoe, *arguments)

    assert (code, " ".join(states(answer))) == (0, chosen)


@pytest.mark.usefixtures("town_of_five")
@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        (["apj"], "unknown service: `apj`", "did you mean `api`?"),
        (["--tag", "publik"], "unknown tag: `publik`", "did you mean `public`?"),
        (["--group", "cor"], "unknown group: `cor`", "did you mean `core`?"),
        (["--fail-on", "degradet"], "unknown value of `--fail-on`: `degradet`", "did you mean `degraded`?"),
        (
            ["db", "--tag", "public"],
            "no service fits all that was asked for",
            "one of the names, of the tags",
        ),
        (["--concurrency", "0"], "invalid value for '--concurrency'", "tiktoktoe health check --help"),
    ],
)
def test_asked_wrongly(tiktoktoe: Run, arguments: list[str], message: str, hint: str) -> None:
    """A word that nobody knows is answered with the nearest one, and nothing is checked."""
    result = tiktoktoe("health", "check", *arguments)

    assert (result.code, result.out) == (2, "")
    assert message in result.err
    assert hint in result.err


def test_needs_a_configuration(tiktoktoe: Run) -> None:
    """Without one there is nothing to ask."""
    result = tiktoktoe("health", "check")

    assert result.code == 2
    assert "no configuration: there is no `tiktoktoe.yaml` here or above" in result.err


@pytest.mark.parametrize(
    ("services", "ends"),
    [
        ({}, (1, "no service has a health check")),
        ({"a": "bare", "b": "bare"}, (1, "no service has a health check")),
        ({"a": "disabled"}, (1, "no health check is enabled")),
        ({"a": "up", "b": "bare"}, (0, "1 of 1 service healthy; 1 without a check")),
        ({"a": "up", "b": "disabled"}, (0, "1 of 1 service healthy; 1 not checked")),
        ({"a": "down", "b": "up"}, (1, "1 of 2 services healthy; `a` is unhealthy")),
    ],
)
def test_nothing_checked_is_not_well(
    tiktoktoe: Run, up: int, services: dict[str, str], ends: tuple[int, str]
) -> None:
    """Silence is no yes; what was announced as maintenance may be down."""
    kinds = {"up": listening(up), "down": listening(DOWN), "disabled": listening(DOWN), "bare": {}}
    kinds["disabled"]["health"][0]["enabled"] = False
    configure({name: kinds[kind] for name, kind in services.items()})

    result = tiktoktoe("health", "check")

    assert (result.code, result.err.splitlines()[-1]) == ends


def test_what_is_worked_on_may_be_down(tiktoktoe: Run) -> None:
    """A failure in a window of maintenance wakes nobody up, and is told."""
    window = {"from": "2020-01-01T00:00:00Z", "until": "2120-01-01T00:00:00Z"}
    configure({"a": listening(DOWN), "b": listening(DOWN)}, health={"maintenance": [window]})

    result = tiktoktoe("health", "check")

    assert (result.code, result.err.splitlines()[-1]) == (0, "0 of 2 services healthy; 2 in maintenance")


def test_work_on_one_service_hides_no_failure_of_another(tiktoktoe: Run) -> None:
    """Whoever plans work on the cache is told that the shop is down by it."""
    window = {"from": "2020-01-01T00:00:00Z", "until": "2120-01-01T00:00:00Z", "services": ["cache"]}
    services = {"shop": listening(DOWN, "cache"), "cache": listening(DOWN)}
    configure(services, health={"maintenance": [window]})

    result = tiktoktoe("health", "check")

    assert result.code == 1
    assert "because of `cache`, which is in maintenance; " in result.out


def test_what_could_not_be_checked_is_no_no(tiktoktoe: Run, up: int) -> None:
    """A program that is not there says nothing about the service."""
    broken = {"health": [{"name": "run", "exec": {"run": ["/no/such/program"]}}]}
    configure({"a": listening(up), "b": broken})

    checked, explained = tiktoktoe("health", "check"), tiktoktoe("health", "explain", "b")

    assert (checked.code, explained.code) == (3, 3)
    assert checked.err.splitlines()[-1] == "1 of 2 services healthy; 1 could not be checked: `b`"
    assert explained.err.splitlines()[-1] == "`b/run` could not be checked"


def test_chooses_checks(tiktoktoe: Run, up: int) -> None:
    """A name may be that of a check; a service that is named itself has all of its checks."""
    service = listening(up)
    service["health"].append({**service["health"][0], "name": "other"})
    configure({"a": service, "b": service})

    _, one = answer_of(tiktoktoe, "a/other", "b")
    _, all_ = answer_of(tiktoktoe, "a/other", "a")
    wrong = tiktoktoe("health", "check", "a/othr")

    assert [item["name"] for item in one["items"]] == ["a/other", "b/port", "b/other"]
    assert [item["name"] for item in all_["items"]] == ["a/port", "a/other"]
    assert (wrong.code, wrong.out) == (2, "")
    assert "unknown check: `a/othr`" in wrong.err
    assert "did you mean `a/other`?" in wrong.err


def test_annotations_lead_to_the_check(tiktoktoe: Run) -> None:
    """GitHub shows them beside the line, also if other checks of the service were not asked for."""
    down = listening(DOWN)["health"][0]
    configure({"a": {"health": [{**down, "name": "first"}, {**down, "name": "second"}]}})
    text = Path("tiktoktoe.yaml").read_text(encoding="utf-8")
    Path("tiktoktoe.yaml").write_text(
        text.replace('{"name": "second"', '\n{"name": "second"'), encoding="utf-8"
    )

    tiktoktoe("health", "check", "a/second", "--report", "github=out.txt")

    assert "file=tiktoktoe.yaml,line=2," in Path("out.txt").read_text(encoding="utf-8")


def test_degraded_can_be_a_no(tiktoktoe: Run, up: int) -> None:
    """A warning is a yes, unless `--fail-on degraded` asks for more."""
    service = listening(up)
    service["health"][0]["warn"] = ["!connected"]
    configure({"a": service})

    lenient, strict = (tiktoktoe("health", "check", *extra) for extra in ((), ("--fail-on", "degraded")))

    assert (lenient.code, strict.code) == (0, 1)
    assert lenient.err == strict.err


def test_as_many_at_the_same_time_as_it_is_told(tiktoktoe: Run) -> None:
    """Three checks of which each takes 200 ms need 600 ms one after the other."""
    slow = {"name": "slow", "exec": {"run": [sys.executable, "-Sc", "import time; time.sleep(0.2)"]}}
    configure({name: {"health": [slow]} for name in "abc"})

    code, answer = answer_of(tiktoktoe, "--concurrency", "1")

    assert (code, answer["summary"]["healthy"]) == (0, 3)
    assert answer["summary"]["elapsed_s"] >= 0.6


def test_the_shop_without_its_ledger(tiktoktoe: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """One service is down, three suffer, and every form of the answer names the one."""
    town = Town()
    for name, port in town.ports.items():
        monkeypatch.setenv(f"SHOP_{name.upper()}_PORT", str(port))
    monkeypatch.chdir(Path(__file__).parents[2] / "samples" / "shop")
    try:
        running = [name for name in town.ports if name != "ledger"]
        for name in running:
            town.run(name)
        wait_until(lambda: all(map(town.is_listening, running)))

        table = tiktoktoe("health", "check")
        code, answer = answer_of(tiktoktoe)
        explained = tiktoktoe("health", "explain", "payments")
    finally:
        town.close()

    assert (table.code, code, explained.code) == (1, 1, 1)
    assert table.err.splitlines()[-1] == ("4 of 8 services healthy; `ledger` is the cause, 3 unreachable")
    rows = {line.split()[0]: line for line in table.out.splitlines()}
    assert "because of `ledger`; " in rows["payments"]
    assert "unreachable" in rows["gateway"]
    assert states(answer)["ledger"] == "unhealthy"
    assert answer["summary"]["causes"] == [
        {"service": "ledger", "affected": ["gateway", "orders", "payments"]}
    ]
    payments = next(item for item in answer["items"] if item["service"] == "payments")
    assert (payments["cause"], payments["affected"]) == (["ledger"], [])
    assert explained.err.splitlines()[-1] == "`payments/api` is unreachable because of `ledger`"


SOFT = {"kind": "soft"}
OPTIONAL = {"required": False}
RUNTIME = {"kind": "runtime"}


@pytest.mark.parametrize(
    ("needs", "down", "verdict", "seen"),
    [
        (
            {"a": {"b": {}}, "b": {"c": {}}, "c": {}},
            "abc",
            "0 of 3 services healthy; `c` is the cause, 2 unreachable",
            {"a": ("unreachable", "because of `c`; "), "c": ("unhealthy", "")},
        ),
        (
            {"a": {"b": {}}, "b": {"c": {}}, "c": {}},
            "c",
            "1 of 3 services healthy; `c` is unhealthy; `b` is degraded because of `c`",
            {"b": ("healthy", "")},
        ),
        (
            {"a": {"c": SOFT}, "b": {"c": OPTIONAL}, "c": {}},
            "c",
            "0 of 3 services healthy; `c` is unhealthy; `a` and `b` are degraded because of `c`",
            {"a": ("healthy", ""), "b": ("healthy", "")},
        ),
        (
            {"a": {"b": RUNTIME}, "b": {"a": RUNTIME}, "c": {"a": {}}},
            "abc",
            "0 of 3 services healthy; `a` and `b` are the causes, 1 unreachable",
            {"c": ("unreachable", "because of `a` and `b`; ")},
        ),
        (
            {"a": {"b": {}, "c": {}, "d": {}, "e": {}}, "b": {}, "c": {}, "d": {}, "e": {}},
            "abcde",
            "0 of 5 services healthy; `b`, `c`, `d` and 1 more are the causes, 1 unreachable",
            {"a": ("unreachable", "because of `b`, `c`, `d` and 1 more; ")},
        ),
    ],
)
def test_names_who_is_the_cause(
    tiktoktoe: Run, needs: dict[str, Any], down: str, verdict: str, seen: dict[str, tuple[str, str]]
) -> None:
    """Chains, what can be done without, circles, several and many causes, in the words of the answer."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        ports = {name: DOWN if name in down else server.getsockname()[1] for name in needs}
        configure({name: listening(ports[name], depends_on=below) for name, below in needs.items()})

        result = tiktoktoe("health", "check")
        _, answer = answer_of(tiktoktoe)

    assert (result.code, result.err.splitlines()[-1]) == (1, verdict)
    rows = {item["service"]: item for item in answer["items"]}
    for name, (state, words) in seen.items():
        assert rows[name]["state"] == state
        assert rows[name]["detail"].startswith(words)
        assert rows[name]["detail"] in result.out


def watched(size: int, *, rows: bool) -> tuple[HealthWatcher, Notebook]:
    """Watch some checks, and write down what is shown."""
    notebook = Notebook()
    return HealthWatcher(Progress(notebook, lambda: 0.0), size, rows=rows), notebook


def over(state: HealthState, detail: str = "") -> CheckResult:
    """Make the result of a check."""
    return CheckResult("api", "http", state, detail, "", Timing(0))


def test_a_few_checks_are_shown_one_by_one() -> None:
    """On a terminal each has a row: checking, retrying with the reason, and how it ended."""
    watcher, notebook = watched(40, rows=True)

    watcher.on_start("shop", "api")
    watcher.on_attempt("shop", "api", Attempt(HealthState.UNHEALTHY, "nobody listens", 1))
    watcher.on_finish("shop", over(HealthState.UNHEALTHY, "nobody listens"))

    assert [(step.name, step.event, step.state, step.note) for step in notebook.steps] == [
        ("shop/api", Event.STARTED, "checking", ""),
        ("shop/api", Event.CHANGED, "retrying", "nobody listens"),
        ("shop/api", Event.FINISHED, "unhealthy", "nobody listens"),
    ]


@pytest.mark.parametrize(("size", "rows"), [(41, True), (2, False)])
def test_many_checks_or_a_log_are_counted(size: int, rows: bool) -> None:  # noqa: FBT001  # a case
    """Nobody reads two lines a check."""
    watcher, notebook = watched(size, rows=rows)

    watcher.on_start("shop", "api")
    watcher.on_attempt("shop", "api", Attempt(HealthState.UNHEALTHY, "nobody listens", 1))
    watcher.on_finish("shop", over(HealthState.HEALTHY))

    assert [(step.name, step.done, step.total) for step in notebook.steps] == [
        ("health", 0, size),
        ("health", 1, size),
    ]


def test_a_log_has_one_line_of_progress(tiktoktoe: Run, up: int) -> None:
    """Off a terminal a check of many services says once what it does."""
    configure({f"s{number}": listening(up) for number in range(12)})

    result = tiktoktoe("health", "check")

    assert result.err.splitlines() == ["health: checking", "12 of 12 services healthy"]

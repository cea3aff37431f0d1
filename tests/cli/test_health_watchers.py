"""What a wait and a watch of health tell becomes rows and lines."""

from __future__ import annotations

from collections import deque

from tests.cli.test_watching import Notebook
from tests.health.making import MS, make_check
from tiktoktoe_cli.cli.health_watchers import BoardWatcher, LineWatcher, WaitWatcher
from tiktoktoe_cli.health import Attempt, CheckResult, HealthState, ServiceHealth
from tiktoktoe_cli.health.thresholds import Standing
from tiktoktoe_cli.health.waiting import Goal
from tiktoktoe_cli.health.watching.tally import Tally
from tiktoktoe_cli.health.watching.watch import Change
from tiktoktoe_cli.report.progress import Event, Progress
from tiktoktoe_cli.transport import Timing

GOOD, BAD = HealthState.HEALTHY, HealthState.UNHEALTHY


def health(
    state: HealthState, detail: str = "", error: str = "", cause: tuple[str, ...] = ()
) -> ServiceHealth:
    """Make a service with one check."""
    check = CheckResult("web", "http", state, detail, error, Timing(MS))
    return ServiceHealth("api", state, (check,), cause)


def told(*rounds: ServiceHealth, goal: Goal = Goal.HEALTHY) -> list[tuple[Event, str, str]]:
    """Tell rounds, and return what was shown."""
    notebook = Notebook()
    watcher = WaitWatcher(Progress(notebook, lambda: 0.0), goal)
    for one in rounds:
        watcher.on_round(one)
    return [(step.event, step.state, step.note) for step in notebook.steps]


def test_a_round_that_changes_nothing_says_nothing() -> None:
    """However often it is still down."""
    down = health(BAD, "it was refused", "refused")

    assert told(down, down, down) == [(Event.STARTED, "unhealthy", "web: it was refused")]


def test_a_message_with_other_numbers_is_no_change() -> None:
    """`no answer within 203 ms` and `within 187 ms` are the same trouble."""
    first, second = (health(BAD, f"no answer within {time}ms", "timeout") for time in (203, 187))

    assert len(told(first, second)) == 1


def test_another_reason_is_a_change() -> None:
    """The port is open now, and the answer is wrong."""
    steps = told(health(BAD, "it was refused", "refused"), health(BAD, "`status` is 503"))

    assert steps[1] == (Event.CHANGED, "unhealthy", "web: `status` is 503")


def test_what_is_as_it_should_be_is_finished() -> None:
    """And with `--invert` that is what is down."""
    assert told(health(BAD), health(GOOD))[1][0] is Event.FINISHED
    assert told(health(GOOD), health(BAD), goal=Goal.DOWN)[1][0] is Event.FINISHED


def test_a_cause_is_told_with_what_was_seen() -> None:
    """Whom to blame first, and then what the check itself says."""
    (step,) = told(health(HealthState.UNREACHABLE, "it was refused", "refused", ("db",)))

    assert step[2] == "because of `db`; web: it was refused"


def test_a_log_has_the_changes_alone() -> None:
    """Results that change nothing are not in it."""
    lines: list[str] = []
    watcher = LineWatcher(lambda change: lines.append(change.after.value))

    watcher.on_result(_tally())
    watcher.on_change(Change(0, "api", ("web",), GOOD, BAD, (), "it is down"))

    assert lines == ["unhealthy"]


def test_a_board_shows_bars_latency_and_availability() -> None:
    """A failed look is a gap, and the last latency is that of the last look that passed."""
    notebook = Notebook()
    watcher = BoardWatcher(lambda _change: None, Progress(notebook, lambda: 0.0), unicode=True)

    watcher.on_result(_tally())

    assert notebook.steps[-1].note == "▅█·  20ms  66.7%  it was refused"


def test_a_change_begins_the_time_of_its_row_anew() -> None:
    """The row shows since when the check is in its state."""
    notebook = Notebook()
    watcher = BoardWatcher(lambda _change: None, Progress(notebook, lambda: 0.0), unicode=True)

    watcher.on_change(Change(0, "api", ("web", "admin"), GOOD, BAD, (), "it is down"))

    assert [(step.event, step.name) for step in notebook.steps] == [
        (Event.STARTED, "api/web"),
        (Event.STARTED, "api/admin"),
    ]


def test_a_first_look_waits_for_the_others_on_the_board() -> None:
    """Its state is not known before: another one may be the cause."""
    notebook, tally = Notebook(), _tally()
    tally.state = HealthState.SKIPPED

    BoardWatcher(lambda _change: None, Progress(notebook, lambda: 0.0), unicode=True).on_result(tally)

    assert notebook.steps[-1].state == "waiting"


def _tally() -> Tally:
    check = make_check("web")
    tally = Tally("api", check, Standing.start(check.thresholds.rules), 0, state=GOOD)
    tally.result = CheckResult("web", "http", BAD, "it was refused", "refused", Timing(MS))
    tally.latest = deque([Attempt(GOOD, "", 10 * MS), Attempt(GOOD, "", 20 * MS), Attempt(BAD, "", 9 * MS)])
    tally.checks_made, tally.failures = 3, 1
    return tally

"""What follows from what happens in a run."""

from __future__ import annotations

from signal import SIGINT

from tests.orchestration.plans import DONE, optional, plan, service
from tiktoktoe_cli.graph import Condition
from tiktoktoe_cli.orchestration.coordinator import Coordinator
from tiktoktoe_cli.orchestration.moves import (
    Action,
    Announce,
    Broke,
    CancelJob,
    Event,
    JobEnded,
    JobOutcome,
    Launch,
    Launched,
    LimitWait,
    Ready,
    RunJob,
    Stop,
    StopAsked,
    Stopped,
    WaitExpired,
)
from tiktoktoe_cli.orchestration.plan import Plan, Wait
from tiktoktoe_cli.orchestration.states import JobState, Role, ServiceState


class Drive:
    """A coordinator, and what it asked for last; what it announces is left out."""

    def __init__(self, plan: Plan, *, jobs: int = 0, concurrency: int = 8) -> None:
        self.coordinator = Coordinator(plan, jobs=jobs, concurrency=concurrency)
        self.moment_ns = 0
        self.asked = self.orders(self.coordinator.begin(0))

    def after(self, *events: Event) -> list[Action]:
        """Let events happen, a nanosecond apart, and return what the last one led to."""
        for event in events:
            self.moment_ns += 1
            self.asked = self.orders(self.coordinator.take(event, self.moment_ns))
        return self.asked

    def orders(self, actions: tuple[Action, ...]) -> list[Action]:
        """Leave out announcements."""
        return [action for action in actions if not isinstance(action, Announce)]

    def states(self) -> dict[str, str]:
        """Tell where each service stands."""
        return {name: record.state.value for name, record in self.coordinator.services.items()}


CHAIN = plan(service("store"), service("core", "store"), service("edge", "core"))


def test_starts_what_waits_for_nothing() -> None:
    """At the beginning only the end of the chain may start."""
    drive = Drive(CHAIN)

    assert drive.asked == [Launch("store")]


def test_starts_a_service_as_soon_as_its_own_waits_are_over() -> None:
    """A slow service holds up those that need it, not its neighbours."""
    drive = Drive(plan(service("slow"), service("fast"), service("a", "slow"), service("b", "fast")))

    assert drive.after(Launched("slow"), Launched("fast"), Ready("fast")) == [Launch("b")]


def test_running_is_not_healthy() -> None:
    """A dependent that waits for health does not start when the program runs."""
    assert Drive(CHAIN).after(Launched("store")) == []


def test_running_is_enough_where_it_is_said() -> None:
    """With the condition `started` the dependent starts before the health is known."""
    drive = Drive(plan(service("store"), service("core", Wait("store", Condition.STARTED))))

    assert drive.after(Launched("store")) == [Launch("core")]


def test_a_service_without_checks_serves_once_it_runs() -> None:
    """There is nothing else to wait for, and its state does not claim more."""
    drive = Drive(plan(service("store", checked=False), service("core", "store")))

    assert drive.after(Launched("store")) == [Launch("core")]
    assert drive.states()["store"] == "running"


def test_a_degraded_service_serves() -> None:
    """A warning does not hold up those who wait."""
    assert Drive(CHAIN).after(Launched("store"), Ready("store", is_degraded=True)) == [Launch("core")]


def test_an_assumed_service_holds_nobody_up() -> None:
    """What is neither started nor checked is taken for granted, and not called healthy."""
    drive = Drive(plan(service("given", role=Role.ASSUMED), service("core", "given")))

    assert drive.asked == [Launch("core")]
    assert drive.states()["given"] == "assumed"


def test_no_more_than_the_limit_start_at_once() -> None:
    """The third of three waits for a free place, and for nobody else."""
    drive = Drive(plan(service("a"), service("b"), service("c")), concurrency=2)

    assert drive.asked == [Launch("a"), Launch("b")]
    assert drive.after(Launched("a"), Ready("a")) == [Launch("c")]


def test_stops_in_reverse_order_when_there_is_nothing_to_do() -> None:
    """Each service is stopped when nobody who needed it is up; then the run is done."""
    drive = Drive(CHAIN)

    for name in ("store", "core"):
        drive.after(Launched(name), Ready(name))
    assert drive.after(Launched("edge"), Ready("edge")) == [Stop("edge")]
    assert drive.after(Stopped("edge")) == [Stop("core")]
    assert drive.after(Stopped("core")) == [Stop("store")]
    assert not drive.coordinator.is_done
    assert drive.after(Stopped("store")) == []
    assert drive.coordinator.is_done


def test_does_the_jobs_one_after_the_other() -> None:
    """The first job begins when every service has arrived, the second when the first is over."""
    drive = Drive(plan(service("a"), service("b")), jobs=2)

    assert drive.after(Launched("a"), Ready("a"), Launched("b")) == []
    assert drive.after(Ready("b")) == [RunJob(0)]
    assert drive.after(JobEnded(0, DONE)) == [RunJob(1)]
    assert drive.after(JobEnded(1, DONE)) == [Stop("b"), Stop("a")]


def test_a_job_that_answers_no_does_not_end_the_run() -> None:
    """An answer is an answer: the next job is done."""
    drive = Drive(plan(service("a")), jobs=2)

    drive.after(Launched("a"), Ready("a"))

    assert drive.after(JobEnded(0, JobOutcome(JobState.NO, "an alert"))) == [RunJob(1)]


def test_a_job_that_cannot_finish_ends_the_run() -> None:
    """What stood in its way is the failure of the run; the next job is not begun."""
    drive = Drive(plan(service("a")), jobs=2)

    drive.after(Launched("a"), Ready("a"))

    assert drive.after(JobEnded(0, JobOutcome(JobState.UNFINISHED, "disk full"))) == [Stop("a")]
    assert drive.coordinator.failure == "disk full"
    assert drive.coordinator.jobs[1].outcome is None


def test_an_essential_service_that_dies_at_its_start_ends_the_run() -> None:
    """What is up is stopped, what is pending is skipped, and the failure is named."""
    drive = Drive(CHAIN)

    drive.after(Launched("store"), Ready("store"), Launched("core"))

    assert drive.after(Broke("core", "exited with 1", is_over=True)) == [Stop("store")]
    assert drive.coordinator.failure == "`core` exited with 1"
    assert drive.states() == {"store": "stopping", "core": "failed", "edge": "skipped"}


def test_a_service_that_never_gets_healthy_is_stopped_too() -> None:
    """Its program still runs, and its dependencies go after it."""
    drive = Drive(CHAIN)

    drive.after(Launched("store"), Ready("store"), Launched("core"))

    assert drive.after(Broke("core", "was not healthy within 60s", is_over=False)) == [Stop("core")]
    assert drive.after(Stopped("core")) == [Stop("store")]
    assert drive.states()["core"] == "failed"


def test_a_service_that_dies_while_a_job_runs_ends_the_run() -> None:
    """The job is asked to end first, since it uses the services; then they are stopped."""
    drive = Drive(plan(service("a"), service("b")), jobs=1)
    drive.after(Launched("a"), Ready("a"), Launched("b"), Ready("b"))

    assert drive.after(Broke("b", "was ended by SIGSEGV", is_over=True)) == [CancelJob(0)]
    assert drive.after(JobEnded(0, JobOutcome(JobState.UNFINISHED, "stopped"))) == [Stop("a")]
    assert drive.coordinator.failure == "`b` was ended by SIGSEGV"


def test_the_run_goes_on_without_an_optional_service() -> None:
    """Whoever would have liked it starts all the same, and says what it lacks."""
    drive = Drive(plan(optional("nice"), service("core", Wait("nice", required=False))), jobs=1)

    assert drive.after(Broke("nice", "could not start", is_over=True)) == [Launch("core")]
    assert drive.coordinator.services["core"].without == ("nice",)
    assert drive.after(Launched("core"), Ready("core")) == [RunJob(0)]
    assert drive.coordinator.failure is None


def test_an_optional_service_is_skipped_with_what_it_needs() -> None:
    """Losing what only an optional service needs skips it, says why, and ends nothing."""
    drive = Drive(plan(optional("cache"), optional("nice", "cache"), service("core")), jobs=1)

    drive.after(Broke("cache", "could not start", is_over=True))

    assert drive.states()["nice"] == "skipped"
    assert drive.coordinator.services["nice"].reason == "needs `cache`, which failed"
    assert drive.after(Launched("core"), Ready("core")) == [RunJob(0)]


def test_a_loss_while_it_waits_for_a_place_skips_it() -> None:
    """A service whose turn has come is not launched if what it needs was lost meanwhile."""
    drive = Drive(plan(optional("nice"), service("slow"), optional("late", "nice")), concurrency=1)
    drive.after(Launched("nice"), Ready("nice"))

    drive.after(Broke("nice", "died", is_over=True), Launched("slow"))

    assert drive.after(Ready("slow")) == [Stop("slow")]
    assert drive.states()["late"] == "skipped"


def test_a_wait_is_limited_from_the_start_of_what_is_waited_for() -> None:
    """The limit is set when the dependency starts, not when the run does."""
    waits = service("core", Wait("store", required=False, timeout_ns=5_000_000_000))

    assert Drive(plan(service("store"), waits)).asked == [
        Launch("store"),
        LimitWait("core", "store", 5_000_000_000),
    ]


def test_a_required_wait_needs_no_limit_of_its_own() -> None:
    """What must be there fails by itself when it takes too long, and knows why."""
    waits = service("core", Wait("store", timeout_ns=5_000_000_000))

    assert Drive(plan(service("store"), waits)).asked == [Launch("store")]


def test_who_needs_what_failed_is_skipped_for_that_reason() -> None:
    """The cause comes first; each of the others names the one before it."""
    drive = Drive(plan(service("store"), service("core", "store"), service("edge", "core"), service("slow")))

    drive.after(Launched("store"), Broke("store", "was not healthy within 5s", is_over=False))

    reasons = {name: record.reason for name, record in drive.coordinator.services.items()}
    assert drive.coordinator.failure == "`store` was not healthy within 5s"
    assert reasons["core"] == "needs `store`, which failed"
    assert reasons["edge"] == "needs `core`, which was skipped"


def test_an_optional_wait_that_lasts_too_long_is_given_up() -> None:
    """The service starts without the other one, which goes on."""
    drive = Drive(plan(optional("nice"), service("core", Wait("nice", required=False, timeout_ns=5))))

    assert drive.after(Launched("nice"), WaitExpired("core", "nice")) == [Launch("core")]
    assert drive.coordinator.services["core"].without == ("nice",)


def test_a_limit_that_passes_after_the_wait_is_over_means_nothing() -> None:
    """The clock of a wait that is over may still run down."""
    drive = Drive(plan(service("store"), service("core", Wait("store", required=False, timeout_ns=5))))

    drive.after(Launched("store"), Ready("store"), WaitExpired("core", "store"))

    assert drive.states() == {"store": "healthy", "core": "starting"}


def test_a_service_that_somebody_else_runs_is_not_stopped() -> None:
    """It was only waited for; it stays as it is."""
    drive = Drive(plan(service("theirs", role=Role.AWAITED), service("core", "theirs")))

    drive.after(Ready("theirs"), Launched("core"))

    assert drive.after(Ready("core")) == [Stop("core")]
    assert drive.after(Stopped("core")) == []
    assert drive.coordinator.is_done
    assert drive.states()["theirs"] == "healthy"


def test_the_user_ends_a_run_that_starts() -> None:
    """What was launched is stopped, though it is not healthy yet, and nothing else is launched."""
    drive = Drive(CHAIN)
    drive.after(Launched("store"))

    assert drive.after(StopAsked(SIGINT)) == [Stop("store")]
    assert drive.after(Ready("store")) == []
    drive.after(Stopped("store"))

    assert drive.coordinator.is_done
    assert drive.coordinator.interruption is SIGINT
    assert drive.states() == {"store": "stopped", "core": "skipped", "edge": "skipped"}


def test_a_forced_end_stops_all_at_once_and_blames_nobody() -> None:
    """Who was killed because the user insisted did not fail, whatever its exit says."""
    drive = Drive(plan(service("a"), service("b", "a")), jobs=1)
    drive.after(Launched("a"), Ready("a"), Launched("b"), Ready("b"))
    assert drive.after(StopAsked(SIGINT)) == [CancelJob(0)]

    assert drive.after(StopAsked(SIGINT, is_forced=True)) == [Stop("b"), Stop("a")]
    drive.after(Broke("a", "was ended by SIGKILL", is_over=True), Stopped("a"), Stopped("b"))
    drive.after(JobEnded(0, JobOutcome(JobState.UNFINISHED, "was abandoned")))

    assert drive.coordinator.is_done
    assert drive.coordinator.is_forced
    assert drive.coordinator.failure is None
    assert drive.states() == {"a": "stopped", "b": "stopped"}


def test_the_end_of_a_service_that_is_being_stopped_is_no_failure() -> None:
    """A program that ends on our signal did what it was told."""
    drive = Drive(plan(service("a")))
    drive.after(Launched("a"), Ready("a"))

    drive.after(Broke("a", "was ended by SIGTERM", is_over=True))

    assert not drive.coordinator.is_done
    drive.after(Stopped("a"))
    assert drive.coordinator.failure is None
    assert drive.states() == {"a": "stopped"}


def test_a_service_that_cannot_be_ended_is_a_failure() -> None:
    """The run is over, but it does not claim that nothing is left."""
    drive = Drive(plan(service("a")))
    drive.after(Launched("a"), Ready("a"))

    drive.after(Stopped("a", "does not end, not even when killed", is_over=False))

    assert drive.coordinator.is_done
    assert drive.coordinator.failure == "`a` does not end, not even when killed"
    assert drive.coordinator.services["a"].is_stuck


def test_a_long_chain_of_losses_is_no_problem() -> None:
    """Ten thousand services that need each other in a row are skipped one by one."""
    names = [f"s{number}" for number in range(10_000)]
    chain = plan(optional(names[0]), *(optional(name, before) for before, name in zip(names, names[1:])))  # noqa: B905, RUF007
    drive = Drive(chain)

    drive.after(Broke("s0", "could not start", is_over=True))

    assert drive.states()["s9999"] == ServiceState.SKIPPED
    assert drive.coordinator.is_done


def test_remembers_when_things_happened() -> None:
    """Start, health, stop and end of a service are the moments of their events."""
    drive = Drive(plan(service("a")))

    drive.after(Launched("a"), Ready("a"), Stopped("a"))

    record = drive.coordinator.services["a"]
    assert (record.started_ns, record.served_ns, record.stopping_ns, record.stopped_ns) == (0, 2, 2, 3)


def test_tells_who_waits_for_whom_once() -> None:
    """A wait is announced when it begins and when it changes, not at every event."""
    coordinator = Coordinator(plan(service("a"), service("b"), service("c", "a", "b")), jobs=0, concurrency=8)
    told = [*coordinator.begin(0), *coordinator.take(Launched("a"), 1), *coordinator.take(Ready("a"), 2)]

    notes = [action.note for action in told if isinstance(action, Announce) and action.service == "c"]
    assert notes == ["waits for a, b", "waits for b"]

"""What holds for every system and every order of events."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.orchestration.plans import World, plans
from tiktoktoe_cli.config.units import Duration
from tiktoktoe_cli.orchestration.coordinator import Coordinator
from tiktoktoe_cli.orchestration.moves import Launch, Stop
from tiktoktoe_cli.orchestration.settings import OrchestrationSettings
from tiktoktoe_cli.orchestration.states import ARRIVED, Role, ServiceState

if TYPE_CHECKING:
    from tiktoktoe_cli.orchestration.plan import Plan

DEADLINE = Duration.of(60)
MOST_EVENTS = 200  # more than eight services, all their waits and two jobs can cause


@settings(max_examples=300)
@given(st.data(), plans(), st.integers(0, 2), st.integers(1, 3))
def test_every_run_ends_in_order(data: st.DataObject, plan: Plan, jobs: int, concurrency: int) -> None:
    """No service starts before what it requires, none stops before its dependents, and nothing is left."""
    timed = replace(
        plan, settings=OrchestrationSettings(deadline=data.draw(st.sampled_from([None, DEADLINE])))
    )
    coordinator = Coordinator(timed, jobs=jobs, concurrency=concurrency)
    world = World(plan)
    actions = coordinator.begin(0)

    for moment in range(1, MOST_EVENTS):
        for action in actions:
            match action:
                case Launch(name):
                    assert not world.stopped, "nothing is launched once the stop has begun"
                    assert_may_start(coordinator, plan, name)
                case Stop(name, roll_back):
                    assert not roll_back or (coordinator.failure and plan.services[name].can_roll_back)
                    is_first = not world.running & set(plan.dependents[name])
                    assert is_first or coordinator.is_forced, "dependents are stopped first"
            world.carry_out(action)
        starting = [one for one in coordinator.services.values() if one.state is ServiceState.STARTING]
        assert len(starting) <= concurrency
        if coordinator.is_done:
            break
        is_trouble = not world.harmless or data.draw(st.sampled_from([False] * 9 + [True]))
        event = data.draw(st.sampled_from(world.possible if is_trouble else world.harmless))
        world.happen(event)
        actions = coordinator.take(event, moment)

    assert coordinator.is_done
    assert not world.running
    assert len(set(world.launched)) == len(world.launched)
    assert len(set(world.stopped)) == len(world.stopped)
    unsettled = {ServiceState.PENDING, ServiceState.STARTING, ServiceState.STOPPING}
    assert not unsettled & {one.state for one in coordinator.services.values()}


def assert_may_start(coordinator: Coordinator, plan: Plan, name: str) -> None:
    """Look at the plan alone: what a service requires has come as far as the condition says."""
    for wait in plan.services[name].waits:
        other = coordinator.services[wait.on]
        is_ours = other.plan.role is Role.STARTED
        has_expired = wait.on in coordinator.services[name].expired
        lost = other.state in {ServiceState.FAILED, ServiceState.SKIPPED}
        has_come = other.state in ARRIVED
        if wait.condition == "started":
            has_come = has_come or other.is_launched
        elif wait.condition == "ready_line" and is_ours and other.plan.has_ready_line:
            has_come = has_come or other.has_printed
        elif wait.condition in {"completed", "completed_successfully"} and is_ours:
            has_come = other.state is ServiceState.COMPLETED
        assert has_come or (not wait.required and (lost or has_expired))
        assert not (wait.required and lost)

"""The simulated layers and the live ones, under one script: the same attempts, at the same times, to the same end."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.simulation.side_by_side import MS, Answer, Play, live, simulated
from tests.simulation.systems import policy
from tiktoktoe_cli.resilience.layers.catalog import LAYERS
from tiktoktoe_cli.resilience.outcome import Cause
from tiktoktoe_cli.resilience.presets.catalog import PRESETS
from tiktoktoe_cli.simulation.steps.catalog import STEPS

RETRY = {"jitter": "none", "base": "29.000031ms", "max_attempts": 3}
BREAKER = {
    "minimum_calls": 3,
    "window": {"calls": 5},
    "reset_timeout": "251.000009ms",
    "half_open_calls": 2,
}
BREAKERS: dict[str, dict[str, Any]] = {
    "tiktoktoe": BREAKER,
    "resilience4j": BREAKER | {"permit_timeout": "97.00007ms", "automatic_half_open": True},
    "polly_v8": {"minimum_calls": 2, "window": {"time": "1s"}, "reset_timeout": "500.000009ms"},
    "polly_v7": {"consecutive_failures": 2, "reset_timeout": "251.000009ms"},
    "gobreaker": {"consecutive_failures": 2, "interval": "700.00003ms", "reset_timeout": "251.000009ms"},
    "failsafe_go": {"failures": 2, "reset_timeout": "251.000009ms"},
    "opossum": {"minimum_calls": 2, "window": {"time": "1s"}, "reset_timeout": "251.000009ms"},
    "cockatiel": {"consecutive_failures": 2, "reset_timeout": "151.000009ms"},
    "pybreaker": {"consecutive_failures": 2, "reset_timeout": "251.000009ms"},
    "aiobreaker": {"consecutive_failures": 2, "reset_timeout": "251.000009ms"},
    "circuitbreaker": {"consecutive_failures": 2, "reset_timeout": "1s"},
    "purgatory": {"consecutive_failures": 2, "reset_timeout": "251.000009ms"},
    "hystrix": {"minimum_calls": 2, "window": {"time": "1s"}, "reset_timeout": "251.000009ms"},
    "sentinel": {"failure_count": 1, "minimum_calls": 2, "reset_timeout": "251.000009ms"},
    "envoy_outlier": {"consecutive_failures": 2, "interval": "300.00007ms", "reset_timeout": "300.00011ms"},
}
TIMEOUTS = ("5.000011ms", "61.000043ms", "307.000077ms")
BUDGETS = (
    None,
    {"grpc": {"max_tokens": 4}},
    {"aws_standard": {"capacity": 30}},
    {"aws_adaptive": {"capacity": 60}},
    {"finagle": {"ttl": "1s", "min_retries_per_s": 1}},
    {"envoy": {"percent": "50%", "min_concurrent": 1}},
    {"sre": {"multiplier": 1}},
)

causes = st.lists(st.sampled_from(Cause), min_size=1, max_size=4, unique=True).map(
    lambda chosen: [cause.value for cause in chosen]
)
SETTINGS: dict[str, st.SearchStrategy[Any]] = {
    "retry": st.fixed_dictionaries(
        {"budget": st.sampled_from(BUDGETS)},
        optional={
            "retry_on": causes,
            "deadline": st.sampled_from(["100.00037ms", "20.00041ms"]),
            "max_retry_after": st.just("50ms"),
        },
    ).map(lambda chosen: RETRY | chosen),
    "circuit_breaker": st.sampled_from(PRESETS).map(lambda name: BREAKERS[name] | {"semantics": name}),
    "timeout": st.sampled_from(TIMEOUTS),
    "bulkhead": st.fixed_dictionaries(
        {"max_concurrent": st.integers(1, 3), "max_queue": st.integers(0, 3)},
        optional={"max_wait": st.sampled_from(["4.00019ms", "19.00023ms"])},
    ),
    "rate_limit": st.fixed_dictionaries(
        {"rate": st.sampled_from(["7/s", "19/s", "61/s"]), "burst": st.integers(1, 3)},
        optional={"max_wait": st.sampled_from(["13.00013ms", "150.00017ms"])},
    ),
    "hedging": st.fixed_dictionaries(
        {"delay": st.sampled_from(["7.000049ms", "17.000079ms"]), "max_hedges": st.integers(1, 2)}
    ),
    "fallback": st.builds(
        lambda answer, on: answer | on,
        st.sampled_from([{"value": 1}, {"request": "other"}, {"cached": {"max_age": "120ms"}}]),
        st.builds(lambda on: {"on": on}, causes) | st.just({}),
    ),
}


def races(layers: Any) -> bool:
    """Tell whether hedging stands around a queue.

    Then a try that ends makes room for another of the same call, which that end gives up: what comes first is up to
    the turns of the event loop there, and always the giving up here.
    """
    kinds = [layer.kind for layer in layers]
    queues = [
        position
        for position, layer in enumerate(layers)
        if (layer.kind == "bulkhead" and layer.chosen.max_queue)
        or (layer.kind == "circuit_breaker" and layer.chosen.machine.name in {"cockatiel", "pybreaker"})
    ]
    return "hedging" in kinds and any(position > kinds.index("hedging") for position in queues)


@st.composite
def policies(draw: st.DrawFn) -> Any:
    """Draw layers of any kinds in any order; a timeout may stand twice, but not twice the same."""
    layers = [{kind: draw(SETTINGS[kind])} for kind in SETTINGS if kind != "timeout"]
    timeouts = [{"timeout": each} for each in draw(st.permutations(TIMEOUTS))[:2]]
    shuffled = draw(st.permutations([*layers, *timeouts]))
    return policy(*shuffled[: draw(st.integers(0, len(shuffled)))])


def plays(layers: st.SearchStrategy[Any]) -> st.SearchStrategy[Play]:
    """Draw who calls how often through such layers, and what the other side answers."""
    return st.builds(
        Play,
        layers.filter(lambda drawn: not races(drawn)),
        st.lists(st.sampled_from(Answer), min_size=5, max_size=40),
        callers=st.integers(1, 5),
        calls=st.integers(1, 8),
        share=st.sampled_from([0.0, 0.3, 0.999]),
    )


def test_every_layer_can_be_simulated() -> None:
    """What can stand around a live call can stand around a simulated one, and the comparison covers it."""
    assert STEPS.keys() == LAYERS.keys() == SETTINGS.keys()
    assert set(PRESETS) == BREAKERS.keys()


def test_a_breaker_opens_and_closes_at_the_same_times() -> None:
    """Three failures open it in both, and two good probes close it again."""
    play = Play(
        policy({"retry": RETRY | {"base": "30ms"}}, {"circuit_breaker": BREAKER}, {"timeout": "5ms"}),
        [Answer.BAD] * 3,
        calls=8,
    )

    diaries = simulated(play), live(play)

    bad_ns = 2_000_029
    for diary in diaries:
        assert diary.attempts_ns[:3] == [0, bad_ns + 30 * MS, 2 * bad_ns + 90 * MS]
        assert [change.target for change in diary.transitions] == ["open", "half-open", "closed"]
        assert diary.transitions[0].at_ns == 3 * bad_ns + 90 * MS


@pytest.mark.parametrize("kind", SETTINGS)
@given(st.data())
def test_each_layer_does_what_the_live_one_does(kind: str, data: st.DataObject) -> None:
    """Attempts, ends, openings and fallbacks agree in number and time, for any script, alone and given up."""
    around: Any = data.draw(st.sampled_from([(), ({"timeout": "43.00007ms"},)]))
    layers = SETTINGS[kind].map(lambda settings: policy(*around, {kind: settings}))

    play = data.draw(plays(layers))

    assert simulated(play).facts == live(play).facts


@given(plays(policies()))
def test_all_layers_together_do_what_the_live_ones_do(play: Play) -> None:
    """The same holds for layers of any kinds in any order, for several callers at once."""
    assert simulated(play).facts == live(play).facts

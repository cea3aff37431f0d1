from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.health.thresholds.sources import cloudprober, consul, envoy, gatus, haproxy, kubelet
from tiktoktoe_cli.health import HealthState
from tiktoktoe_cli.health.thresholds import Rules, Standing, stable
from tiktoktoe_cli.health.thresholds.presets import Preset

if TYPE_CHECKING:
    from pathlib import Path

H, D, U = HealthState.HEALTHY, HealthState.DEGRADED, HealthState.UNHEALTHY
LETTERS = {
    "S": H,
    "D": D,
    "F": U,
    "E": HealthState.ERROR,
    "-": HealthState.SKIPPED,
    "M": HealthState.MAINTENANCE,
}
INITIAL = {"S": H, "F": U}
Source: TypeAlias = Callable[[Rules, str], Iterator[str]]


def walked(standing: Standing, results: str) -> list[Standing]:
    """Feed results, one letter each, and return the standing after each."""
    standings = []
    for letter in results:
        standing = standing.after(LETTERS[letter])
        standings.append(standing)
    return standings


def states_after(standing: Standing, results: str) -> str:
    """Feed results and return S (passing) or F after each."""
    return "".join("S" if one.state.is_passing else "F" for one in walked(standing, results))


def shown_after(rules: Rules, results: str) -> list[HealthState]:
    """Feed results from the beginning and return the state after each."""
    return [one.state for one in walked(Standing.start(rules), results)]


def rules_of(case: dict[str, Any]) -> Rules:
    """Make the rules of a case of the field."""
    preset, fail, pass_ = {
        "k8s": (Preset.KUBERNETES, "failureThreshold", "successThreshold"),
        "haproxy": (Preset.HAPROXY, "fall", "rise"),
        "m-of-n": (Preset.M_OF_N, "failures", ""),
        "gatus-alert": (Preset.GATUS, "failure_threshold", "success_threshold"),
    }[case["model"]]
    rules = replace(preset.rules, fail=case[fail], of=case.get("total"), pass_=case.get(pass_, 1))
    # the cases of HAProxy start fully up or fully down, not just up
    return replace(rules, first_decides=False, initial=INITIAL[case.get("initial", "S")])


def test_states_change_as_in_the_field(vectors: Path) -> None:
    """The sequences of kubelet, HAProxy, cloudprober and Gatus' alerts come out as there."""
    cases = json.loads((vectors / "health" / "threshold_sequences.json").read_text())["cases"]

    assert {case["model"] for case in cases} == {"k8s", "haproxy", "m-of-n", "gatus-alert"}
    for case in cases:
        assert states_after(Standing.start(rules_of(case)), case["probes"]) == case["state"], case


@pytest.mark.parametrize(
    ("preset", "source"),
    [
        (Preset.KUBERNETES, kubelet),
        (Preset.HAPROXY, haproxy),
        (Preset.ENVOY, envoy),
        (Preset.GATUS, gatus),
    ],
)
@given(results=st.text("SF", max_size=30), fail=st.integers(1, 4), pass_=st.integers(1, 4))
def test_two_states_change_as_their_source_says(
    preset: Preset, source: Source, results: str, fail: int, pass_: int
) -> None:
    """Whatever comes, the state is that of the system whose rules are followed."""
    rules = replace(preset.rules, fail=fail, pass_=pass_)

    assert states_after(Standing.start(rules), results) == "".join(source(rules, results))


@given(
    results=st.text("SDF", max_size=30),
    fail=st.integers(1, 4),
    pass_=st.integers(1, 4),
    warn=st.none() | st.integers(1, 4),
)
def test_three_states_change_as_consul_says(results: str, fail: int, pass_: int, warn: int | None) -> None:
    """Passing, warning and critical, by failures and by results."""
    rules = replace(Preset.CONSUL.rules, fail=fail, pass_=pass_, warn=warn and min(warn, fail))

    assert shown_after(rules, results) == [LETTERS[one] for one in consul(rules, results)]


@given(results=st.text("SF", max_size=30), fail=st.integers(1, 5), more=st.integers(0, 5))
def test_m_of_n_counts_as_cloudprober_does(results: str, fail: int, more: int) -> None:
    """So many failures among the latest results, in a row or not."""
    rules = replace(Preset.M_OF_N.rules, fail=fail, of=fail + more)

    assert states_after(Standing.start(rules), results) == "".join(cloudprober(rules, results))


ANY_RULES = st.builds(
    Rules,
    fail=st.integers(1, 4),
    pass_=st.integers(1, 4),
    of=st.none() | st.integers(4, 8),
    warn=st.none() | st.integers(1, 4),
    initial=st.sampled_from([H, U]),
    first_decides=st.booleans(),
    retriable=st.booleans(),
    counts_errors=st.booleans(),
    follows_latest=st.booleans(),
)


@given(rules=ANY_RULES, results=st.text("SDFE-M", max_size=20))
def test_what_says_nothing_changes_nothing(rules: Rules, results: str) -> None:
    """Skipped checks and those in maintenance might as well not have been made."""
    with_them = walked(Standing.start(rules), results)
    without = walked(Standing.start(rules), results.replace("-", "").replace("M", ""))

    assert [one for one, letter in zip(with_them, results, strict=True) if letter not in "-M"] == without
    assert not any(one.has_changed for one, letter in zip(with_them, results, strict=True) if letter in "-M")


@given(rules=ANY_RULES, results=st.text("SDFE-M", max_size=20))
def test_every_change_is_told_once(rules: Rules, results: str) -> None:
    """A step says that it changed something exactly if the state is another one than before."""
    before = Standing.start(rules)
    for standing in walked(before, results):
        assert standing.has_changed == (standing.state is not before.state)
        before = standing


@given(rules=ANY_RULES, results=st.text("SDF", max_size=20))
def test_enough_equal_results_always_decide(rules: Rules, results: str) -> None:
    """From wherever it stands, it gets healthy after enough passes and fails after enough failures."""
    standing = Standing.start(rules)
    enough = rules.pass_ + rules.window

    assert walked(standing, results + "S" * enough)[-1].state is H
    assert walked(standing, results + "F" * rules.fail)[-1].state is U


def test_a_check_is_degraded_as_long_as_its_passes_are() -> None:
    """While it passes, the latest pass is what it is, without waiting for a second one."""
    rules = Rules(fail=2, pass_=2, initial=H)

    assert shown_after(rules, "DSDFSFF") == [D, H, D, D, H, H, U]


def test_a_degraded_pass_counts_towards_being_healthy() -> None:
    """Passes in a row are passes, of whichever kind; the last one says which state begins."""
    rules = Rules(fail=1, pass_=2)

    assert shown_after(rules, "SDFDS") == [U, D, U, U, H]


def test_what_fails_shows_the_latest_kind_of_failure() -> None:
    """While it fails, it may turn from unhealthy to unreachable and to an error, at once."""
    standing = Standing.start(Rules(fail=2, pass_=2))

    assert standing.after(HealthState.UNREACHABLE).state is HealthState.UNREACHABLE
    assert standing.after(HealthState.ERROR).state is HealthState.ERROR


def test_kubernetes_throws_errors_away() -> None:
    """A probe that could not be carried out neither counts nor breaks a run."""
    rules = replace(Preset.KUBERNETES.rules, initial=H)

    assert shown_after(rules, "FFEF") == [H, H, H, U]
    assert shown_after(rules, "EEEE") == [H] * 4


def test_elsewhere_errors_are_failures() -> None:
    """A check that could not be carried out did not pass."""
    assert shown_after(Preset.GATUS.rules, "EEE") == [H, H, HealthState.ERROR]


def test_a_wrong_answer_is_enough_for_envoy() -> None:
    """An answer that is not what was expected fails at once; no answer has to come three times."""
    standing = Standing.start(Preset.ENVOY.rules).after(H)

    assert standing.after(U, answered=True).state is U
    assert standing.after(U, answered=False).state is H


def test_a_wrong_answer_may_be_retriable() -> None:
    """Where it counts as no answer does, it takes as many."""
    standing = Standing.start(replace(Preset.ENVOY.rules, retriable=True)).after(H)

    assert standing.after(U, answered=True).state is H


def test_the_first_result_decides_for_haproxy() -> None:
    """A server that starts is up, and the first check that fails takes it down."""
    assert shown_after(Preset.HAPROXY.rules, "FS") == [U, U]
    assert shown_after(Preset.HAPROXY.rules, "SFFF") == [H, H, H, U]


def test_failures_may_degrade_before_they_fail() -> None:
    """With `warn`, the first failures in a row make it degraded; a pass makes that good."""
    rules = Rules(fail=3, pass_=1, warn=1, initial=H)

    assert shown_after(rules, "FFSFFF") == [D, D, H, D, D, U]


def test_a_wait_wants_so_many_passes_in_a_row() -> None:
    """Any failure, also an error, begins the count anew; a round that says nothing does not."""
    assert states_after(stable(3), "SSFSSESS-SS") == "FFFFFFFFFSS"

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.health.making import MS, answered, make_check, unanswered
from tiktoktoe_cli.expressions.conditions import ConditionOutcome
from tiktoktoe_cli.health import Demand, HealthState, Observation
from tiktoktoe_cli.health.verdict import Verdict, judge
from tiktoktoe_cli.transport import Timing

if TYPE_CHECKING:
    from tiktoktoe_cli.health.settings import CheckSettings


def judged(check: CheckSettings, observation: Observation) -> Verdict:
    """Judge, on the first day of 1970."""
    return judge(check, observation, now_ns=0)


def state_of(observation: Observation, **settings: Any) -> HealthState:
    """Judge an observation by a check."""
    return judged(make_check(**settings), observation).state


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (199, HealthState.UNHEALTHY),
        (200, HealthState.HEALTHY),
        (299, HealthState.HEALTHY),
        (300, HealthState.UNHEALTHY),
    ],
)
def test_a_success_is_expected_by_default(status: int, state: HealthState) -> None:
    """Without expectations of its own, a check wants a status of the 200s."""
    assert state_of(answered(status)) is state


def test_all_expectations_must_hold() -> None:
    """One broken expectation is enough, and the verdict shows what it saw."""
    verdict = judged(
        make_check(expect=["status == 200", 'body.status == "UP"']), answered(200, {"status": "DOWN"})
    )

    assert verdict.state is HealthState.UNHEALTHY
    assert verdict.detail == '`body.status == "UP"` does not hold: `body.status` is "DOWN"'
    assert [one.result.outcome for one in verdict.expectations] == [
        ConditionOutcome.HELD,
        ConditionOutcome.BROKEN,
    ]
    assert verdict.expectations[0].result.saw == {"status": 200}


def test_a_missing_field_never_passes() -> None:
    """A field that the answer lacks is named, and is no pass, even for `!=`."""
    verdict = judged(make_check(expect=["body.queue != 5"]), answered(200, {"status": "UP"}))

    assert verdict.state is HealthState.UNHEALTHY
    assert verdict.detail == "`body.queue != 5` has no value: `body.queue` is missing"
    assert verdict.expectations[0].result.missing == "body.queue"


@pytest.mark.parametrize("body", ["", "<html>", None, [], 1])
def test_a_body_of_another_shape_never_passes(body: object) -> None:
    """A text where an object was expected has no fields that could be right."""
    assert state_of(answered(200, body), expect=['body.status != "DOWN"']) is HealthState.UNHEALTHY


@pytest.mark.parametrize(
    ("body", "kind", "words"),
    [
        (
            "<html>\n <b>gone</b>",
            "text/html; charset=utf-8",
            "the body is text/html, not JSON: `<html> <b>gone</b>`",
        ),
        ("UP", "", "the body is text, not JSON: `UP`"),
        (" ", "text/plain", "the body is empty, not JSON"),
    ],
)
def test_a_body_that_is_no_json_is_quoted(body: str, kind: str, words: str) -> None:
    """Who reads a field of a page of HTML is told that it is one, and how it begins."""
    seen = answered(200, body, headers={"content-type": kind} if kind else {})

    assert judged(make_check(expect=['body.status == "UP"']), seen).detail.endswith(f"; {words}")
    assert "not JSON" not in judged(make_check(expect=["status == 1"]), seen).detail


def test_only_true_is_a_pass() -> None:
    """An expectation that gives a number is no expectation."""
    verdict = judged(make_check(expect=["status"]), answered(200))

    assert verdict.state is HealthState.UNHEALTHY
    assert verdict.detail == "`status` has no value: it gives a value of type int, not true or false"


@pytest.mark.parametrize(
    ("body", "state"),
    [({"queue": 5}, HealthState.HEALTHY), ({"queue": 50}, HealthState.DEGRADED), ({}, HealthState.DEGRADED)],
)
def test_warnings_degrade(body: dict[str, int], state: HealthState) -> None:
    """What should hold and does not, or has no value, makes a service degraded."""
    assert state_of(answered(200, body), warn=["body.queue < 10"]) is state


def test_expectations_go_before_warnings() -> None:
    """A check that fails is unhealthy, however many warnings there are, and says what failed."""
    verdict = judged(make_check(expect=["status == 200"], warn=["status == 201"]), answered(500))

    assert verdict.state is HealthState.UNHEALTHY
    assert verdict.detail == "`status == 200` does not hold: `status` is 500"


def test_further_shortcomings_are_counted() -> None:
    """The first one is told, the others are counted."""
    verdict = judged(make_check(expect=["status == 1", "status == 2", "status == 3"]), answered(200))

    assert verdict.detail == "`status == 1` does not hold: `status` is 200; and 2 more"


def test_phases_can_be_expected() -> None:
    """Each phase that ended is a duration; one that did not happen is missing."""
    assert state_of(answered(), expect=['timing.connect < duration("6ms")']) is HealthState.HEALTHY
    assert state_of(answered(), expect=['timing.total < duration("6ms")']) is HealthState.UNHEALTHY
    verdict = judged(make_check(expect=['timing.tls < duration("6ms")']), answered())
    assert verdict.expectations[0].result.missing == "timing.tls"


@pytest.mark.parametrize(
    "expect", ["true", "status != 500", 'timing.total < duration("1h")', 'url != ""', "!has(body.errors)"]
)
def test_no_answer_fails_whatever_is_expected(expect: str) -> None:
    """A dead service is never green by an expectation that happens to hold."""
    verdict = judged(make_check(expect=[expect]), unanswered("refused"))

    assert (verdict.state, verdict.detail) == (HealthState.UNHEALTHY, "it was refused")


@pytest.mark.parametrize(
    ("expect", "state"),
    [
        ("!connected", HealthState.HEALTHY),
        ('error == "refused"', HealthState.HEALTHY),
        ('error == "timeout"', HealthState.UNHEALTHY),
        ("connected", HealthState.UNHEALTHY),
    ],
)
def test_no_answer_may_be_what_is_expected(expect: str, state: HealthState) -> None:
    """A check that asks about there being no answer decides by itself."""
    assert state_of(unanswered("refused"), expect=[expect]) is state


def test_a_connection_that_fails_says_why() -> None:
    """The reason says all; that there is no connection is not said again, and anything else is."""
    alone, beside = (
        judged(make_check(tcp={"address": "h:1"}, expect=expect), unanswered("refused"))
        for expect in (["connected"], ["connected", 'received == "hello"'])
    )

    assert alone.detail == "it was refused"
    assert beside.detail == 'it was refused; `received == "hello"` has no value: `received` is missing'


def test_asking_about_the_failure_excuses_only_itself() -> None:
    """Another expectation beside it, on what was not seen, still has no value."""
    assert state_of(unanswered(), expect=["!connected", "status == 200"]) is HealthState.UNHEALTHY


def test_a_probe_that_could_not_be_carried_out_is_an_error() -> None:
    """If we are to blame, nothing is said about the service, whatever is expected."""
    assert state_of(unanswered("invalid-url", is_ours=True), expect=["!connected"]) is HealthState.ERROR


def test_remarks_explain_a_failure() -> None:
    """What was odd about an answer is told with a failure, and not without one."""
    odd = answered(200, "{", remarks=("the body is not valid JSON",))

    broken = judged(make_check(expect=["status == 1"]), odd)
    fine = judged(make_check(expect=["status == 200"]), odd)

    assert broken.detail.endswith("; the body is not valid JSON")
    assert fine.detail == ""


def test_long_values_are_shown_in_part() -> None:
    """A body of a mebibyte does not become a message of a mebibyte."""
    verdict = judged(make_check(expect=['body == "x"']), answered(200, "y" * 2**20))

    assert verdict.expectations[0].result.saw == {"body": "y" * 120 + "…"}


def test_every_expectation_says_which_list_it_stands_in() -> None:
    """Results are in the order of the lists: what must hold, then what should."""
    verdict = judged(make_check(expect=["status == 200"], warn=["status == 201"]), answered(200))

    assert [(one.result.text, one.demand) for one in verdict.expectations] == [
        ("status == 200", Demand.EXPECT),
        ("status == 201", Demand.WARN),
    ]


@pytest.mark.parametrize(
    ("expectation", "state"),
    [
        ("!text.contains('FATAL')", HealthState.DEGRADED),
        ("size(body.all) == 2", HealthState.DEGRADED),
        ("text.contains('ok') && !text.contains('FATAL')", HealthState.DEGRADED),
        ("status == 200", HealthState.HEALTHY),
        ("text.contains('ok')", HealthState.HEALTHY),
        ("size(text) >= 2", HealthState.HEALTHY),
        ("text.contains('FATAL')", HealthState.UNHEALTHY),
    ],
)
def test_what_holds_on_a_part_may_not_hold_on_all(expectation: str, state: HealthState) -> None:
    """Of a value that was cut nobody knows the rest; only what is there cannot go away."""
    seen = replace(answered(200, {"all": [1, 2]}, text="ok"), cut=frozenset({"text", "body"}))

    assert state_of(seen, expect=[expectation]) is state


def test_what_does_not_hold_outweighs_what_was_cut() -> None:
    """A check that fails anyway says why, and nothing of doubts."""
    seen = replace(answered(500, "ok", text="ok"), cut=frozenset({"text"}))

    verdict = judged(make_check(expect=["status == 200", "text != 'FATAL'"]), seen)

    assert verdict.state is HealthState.UNHEALTHY
    assert verdict.detail == "`status == 200` does not hold: `status` is 500"


@given(
    expect=st.lists(
        st.sampled_from(
            ["status == 200", "status != 500", "body.a > 1", "!has(body.a)", "true", "size(body) >= 0"]
        ),
        min_size=1,
    ),
    reason=st.sampled_from(["dns", "refused", "timeout"]),
)
def test_nothing_is_green_without_an_answer(expect: list[str], reason: str) -> None:
    """No combination of expectations about an answer passes without one."""
    assert not state_of(unanswered(reason), expect=expect).is_passing


def test_a_slow_total_is_seen() -> None:
    """The values that a message shows include durations, as people write them."""
    slow = replace(answered(), timing=Timing(total_ns=1500 * MS))

    verdict = judged(make_check(warn=['timing.total < duration("300ms")']), slow)

    assert verdict.detail == '`timing.total < duration("300ms")` does not hold: `timing.total` is "1.5s"'

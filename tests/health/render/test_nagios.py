from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given

from tests.health.answers import expectation, make_facts, make_result, slow
from tests.report.hostile import ANY_TEXT, SECRET, mask
from tiktoktoe_cli.health import CheckResult, Demand, HealthFacts, HealthState, ServiceHealth
from tiktoktoe_cli.health.render.nagios import nagios_of
from tiktoktoe_cli.report import View

DATA = re.compile(r"'(?:[^'=|]|'')+'=(?:U|\d+\.\d+s);[\d.e-]*;[\d.e-]*;0")


def facts_in(*states: HealthState) -> HealthFacts:
    """Make a system of services in these states, one check each."""
    services = (
        ServiceHealth(f"s{number}", state, (make_result(state=state),)) for number, state in enumerate(states)
    )
    return HealthFacts(tuple(services), 0)


def first_line(*checks: CheckResult) -> str:
    """Say how one service is that has these checks."""
    facts = HealthFacts((ServiceHealth("a", HealthState.HEALTHY, checks),), 0)
    return nagios_of(facts, View())[0].splitlines()[0]


@pytest.mark.parametrize(
    ("states", "word", "code"),
    [
        ((HealthState.HEALTHY, HealthState.HEALTHY), "OK", 0),
        ((HealthState.HEALTHY, HealthState.MAINTENANCE, HealthState.SKIPPED), "OK", 0),
        ((HealthState.HEALTHY, HealthState.DEGRADED), "WARNING", 1),
        ((HealthState.DEGRADED, HealthState.UNHEALTHY), "CRITICAL", 2),
        ((HealthState.UNREACHABLE,), "CRITICAL", 2),
        ((HealthState.HEALTHY, HealthState.ERROR), "UNKNOWN", 3),
        ((HealthState.DEGRADED, HealthState.ERROR), "WARNING", 1),
        ((HealthState.UNHEALTHY, HealthState.ERROR), "CRITICAL", 2),
        ((HealthState.SKIPPED,), "UNKNOWN", 3),
        ((), "UNKNOWN", 3),
    ],
)
def test_the_worst_service_decides(states: tuple[HealthState, ...], word: str, code: int) -> None:
    """CRITICAL is worse than WARNING, that than UNKNOWN, and nothing checked is no OK."""
    text, found = nagios_of(facts_in(*states), View())

    assert (text.partition(" - ")[0], found) == (word, code)


def test_a_run_that_was_broken_off_is_no_ok() -> None:
    """What was not checked any more might have failed."""
    facts = replace(facts_in(HealthState.HEALTHY), is_partial=True)

    assert nagios_of(facts, View())[1] == 3


def test_the_whole_output() -> None:
    """One line with the verdict and the performance data, then a line for each check that is not well."""
    late = expectation('timing.total < duration("300ms")', demand=Demand.WARN)
    check = make_result(
        state=HealthState.DEGRADED, detail="slow || down", expectations=(late, expectation("status == 200"))
    )
    service = ServiceHealth("payments", HealthState.DEGRADED, (check, make_result("tls")))

    text, _ = nagios_of(HealthFacts((service,), 0), View())

    assert text == (
        "WARNING - 0 of 1 service healthy; `payments` is degraded | "
        "'payments/api'=0.003000s;0.3;;0 'payments/tls'=0.003000s;;;0\n"
        "degraded: payments/api: slow ¦¦ down\n"
    )


def test_what_could_not_be_measured_is_undetermined() -> None:
    """The guidelines write `U` where there is no value."""
    assert first_line(make_result(state=HealthState.ERROR)).endswith("| 'a/api'=U;;;0")


def test_quotes_and_equals_signs_do_not_end_a_label() -> None:
    """A quote is written twice; an equals sign cannot stand in a label."""
    assert first_line(make_result("it's a=b")).endswith("| 'a/it''s a_b'=0.003000s;;;0")


@pytest.mark.parametrize(
    ("texts", "bounds"),
    [
        ((), ";"),
        (("status == 200",), ";"),
        (('timing.total < duration("300ms")',), ";0.3"),
        (('timing.total <= duration("1m")', 'duration("2s") > timing.total'), ";2"),
        (('status == 200 && timing.total < duration("5s")',), ";5"),
        (('status == 200 || timing.total < duration("5s")',), ";"),
        (('!(timing.total < duration("5s"))',), ";"),
        (('timing.total > duration("5s")',), ";"),
        (('timing.ttfb < duration("5s")',), ";"),
    ],
)
def test_only_a_plain_limit_of_the_whole_time_is_a_bound(texts: tuple[str, ...], bounds: str) -> None:
    """A bound that an expectation does not set would lie to whoever draws the data."""
    check = make_result(expectations=tuple(map(expectation, texts)))

    assert first_line(check).endswith(f"'a/api'=0.003000s;{bounds};0")


def test_secrets_stay_hidden() -> None:
    """In names and in details."""
    check = make_result(SECRET, HealthState.UNHEALTHY, detail=f"it is {SECRET}")
    facts = HealthFacts((ServiceHealth("a", HealthState.UNHEALTHY, (check,)),), 0)

    assert SECRET not in nagios_of(facts, View(mask=mask))[0]


@given(ANY_TEXT, ANY_TEXT)
def test_no_text_begins_the_performance_data(name: str, detail: str) -> None:
    """Whatever names and details hold: one `|`, and behind it what the guidelines ask for."""
    check = make_result(f"x{name}", HealthState.UNHEALTHY, detail=detail)
    service = ServiceHealth("a", HealthState.UNHEALTHY, (check, slow()))

    text, _ = nagios_of(HealthFacts((service,), 0), View())

    first, *rest, last = text.split("\n")
    words, bar, data = first.partition(" | ")
    assert bar
    assert "|" not in words
    assert re.fullmatch(f"{DATA.pattern} {DATA.pattern}", data)
    assert (len(rest), last) == (2, "")
    assert "|" not in "".join(rest)


def test_a_whole_shop_fits_the_format() -> None:
    """Skipped checks have no data, and each trouble has its line."""
    text, code = nagios_of(make_facts(), View())

    first, *rest, _ = text.split("\n")
    assert code == 2
    assert len(DATA.findall(first)) == 7
    assert [line.split(": ")[1] for line in rest] == [
        "gateway/api",
        "orders/api",
        "payments/api",
        "ledger/api",
        "search/api",
    ]

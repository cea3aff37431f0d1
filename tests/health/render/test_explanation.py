from __future__ import annotations

import asyncio
import ssl
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import trustme

from tests.health.making import MS, ScriptedProbe, answered, make_check, make_graph, unanswered
from tiktoktoe_cli.config.masking import MASKED, Mask
from tiktoktoe_cli.health import Effects, HealthFacts, HealthState, Observation, ServiceHealth
from tiktoktoe_cli.health.documents import HealthDocument, Part
from tiktoktoe_cli.health.render.answer import answer_lines
from tiktoktoe_cli.health.render.explanation import draw_explanation, explanation_of, only
from tiktoktoe_cli.health.round import Round
from tiktoktoe_cli.health.runner import check_system
from tiktoktoe_cli.report import View
from tiktoktoe_cli.transport import Timing
from tiktoktoe_cli.transport.exchange import TlsSession

if TYPE_CHECKING:
    from tests.report.conftest import Golden
    from tiktoktoe_cli.health.settings import CheckSettings

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SESSION = TlsSession("TLSv1.3", "TLS_AES_256_GCM_SHA384", (), is_verified=True)


def facts_of(
    *checks: CheckSettings, seen: list[Observation], needs: tuple[str, ...] = (), answers_of: str = ""
) -> HealthFacts:
    """Make the checks of `shop` one after the other; what it needs is down."""
    probe = ScriptedProbe([*([unanswered()] * len(needs)), *seen], takes_ns=3 * MS)
    below = {name: (make_check(retries=0),) for name in needs}
    graph = make_graph(**{name: [] for name in needs}, shop=list(needs))
    round_ = Round({**below, "shop": checks}, graph)
    effects = Effects(probe, probe.clock, concurrency=1, answers_of=answers_of)
    return only(asyncio.run(check_system(round_, effects)), "shop")


def everything() -> HealthFacts:
    """Look at a service with all that can be explained: attempts, phases, expectations, parts, what was not made."""
    checks = (
        make_check(
            http={"url": "http://127.0.0.1:18082/health", "health_document": "auto"},
            retries=1,
            expect=["status == 200", 'body.service == "shop"', "body.stock.size() > 0"],
            warn=['timing.total < duration("10ms")', 'headers["x-region"].startsWith("eu-")'],
        ),
        make_check("books", enabled=False),
    )
    body = {"service": "another shop with quite a long name that fills the line", "stock": [1, 2]}
    timing = Timing(total_ns=40 * MS, dns_ns=1 * MS, connect_ns=5 * MS, ttfb_ns=30 * MS, transfer_ns=4 * MS)
    parts = (Part("db", HealthState.HEALTHY), Part("disk", HealthState.DEGRADED, "only 3% of it is free"))
    document = HealthDocument("spring", HealthState.HEALTHY, parts, remarks=("and 5 more parts",))
    seen = replace(answered(200, body), timing=timing, document=document)
    return facts_of(*checks, seen=[unanswered(), seen], needs=("ledger",))


@pytest.mark.parametrize(
    ("name", "view"),
    [
        ("explanation.80", View(terminal=True)),
        ("explanation.200", View(width=200, terminal=True)),
        ("explanation.pipe", View()),
        ("explanation.color", View(terminal=True, color=True)),
        ("explanation.ascii", View(terminal=True, unicode=False)),
    ],
)
def test_explains_a_check_to_a_person(golden: Golden, name: str, view: View) -> None:
    """Everything that was tried, spent, expected and said stands below the check, in the width there is."""
    golden(name, draw_explanation(everything(), view, NOW))


def test_a_narrow_terminal_gets_every_word() -> None:
    """Long texts go on in the next line, and nothing is cut away."""
    wide, narrow = (
        draw_explanation(everything(), View(width=width, terminal=True), NOW) for width in (1000, 60)
    )

    assert narrow.split() == wide.split()
    assert narrow.count("\n") > wide.count("\n")


def chain(authority: trustme.CA, until: datetime) -> tuple[bytes, ...]:
    """Issue a certificate for two names, a month before its end, and return it with its authority's, in DER."""
    begin = until - timedelta(days=30)
    issued = authority.issue_cert(
        "shop.example", "127.0.0.1", not_before=begin, not_after=until, common_name="shop.example"
    )
    pems = [*issued.cert_chain_pems, authority.cert_pem]
    return tuple(ssl.PEM_cert_to_DER_cert(pem.bytes().decode()) for pem in pems)


@pytest.mark.parametrize(
    ("until", "words"),
    [
        (timedelta(days=10), "expires in 10d, on 2026-12-03"),
        (timedelta(days=-1), "expired 1d ago, on 2026-11-22"),
        (timedelta(days=40), "valid only from 2026-12-03"),
    ],
)
def test_a_certificate_is_counted_to_its_end(until: timedelta, words: str) -> None:
    """Each certificate of the chain is named, with its validity, its names and who issued it."""
    authority = trustme.CA()
    session = replace(SESSION, chain=chain(authority, NOW + until))
    seen = replace(answered(), session=session)

    lines = draw_explanation(facts_of(make_check(), seen=[seen]), View(), NOW).splitlines()

    start = lines.index("  certificates (verified, TLSv1.3, TLS_AES_256_GCM_SHA384)")
    own, issuer, names, key, root = lines[start + 1 : start + 6]
    assert own.startswith(f"    {'✓' if words.startswith('expires') else '✗'} `CN=shop.example,")
    assert own.endswith(f"`: {words}")
    assert issuer.startswith("      issued by OU=Testing CA #")
    assert names == "      for shop.example, 127.0.0.1"
    assert key.startswith("      EC P-256, ECDSA with SHA256, SHA-256 ")
    assert root.startswith("    ✓ `OU=Testing CA #")


def test_a_certificate_that_nobody_verified_is_called_so() -> None:
    """With `verify: false` the chain is shown all the same."""
    authority = trustme.CA()
    session = replace(SESSION, chain=chain(authority, NOW + timedelta(days=10)), is_verified=False)

    drawn = draw_explanation(facts_of(make_check(), seen=[replace(answered(), session=session)]), View(), NOW)

    assert "  certificates (not verified, TLSv1.3, TLS_AES_256_GCM_SHA384)\n" in drawn


@pytest.mark.parametrize("holds", [True, False])
def test_secrets_are_hidden(holds: bool) -> None:  # noqa: FBT001  # a case
    """What stands under a name that sounds secret is not shown, whether the expectation holds or not."""
    sign = "==" if holds else "!="
    expect = [f'body.token {sign} "s3cret"', f'headers.authorization {sign} "s3cret"', f"body.pin {sign} 12"]
    seen = answered(200, {"token": "s3cret", "pin": 12}, headers={"authorization": "s3cret"})

    drawn = draw_explanation(
        facts_of(make_check(retries=0, expect=expect), seen=[seen]), View(mask=Mask().line), NOW
    )

    assert "s3cret" not in drawn
    assert drawn.count(MASKED) >= 4  # each of the two as it is asked for, and as it was seen
    assert "`body.pin` is 12" in drawn


def test_attempts_that_went_the_same_way_stand_together() -> None:
    """A message is said once, with how long the attempts took at least and at most."""
    seen = [unanswered(), replace(unanswered(), timing=Timing(9 * MS)), answered(500), answered(500)]

    drawn = draw_explanation(facts_of(make_check(), seen=seen), View(), NOW)

    start = drawn.index("  attempts\n")
    assert drawn[start:].splitlines()[:3] == [
        "  attempts",
        "    ✗ 1-2 unhealthy in 3ms: it was refused",
        "    ✗ 3-4 unhealthy in 3ms",
    ]
    assert drawn.count("`status >= 200 && status < 300` does not hold") == 1


def test_the_answer_is_shown_where_it_was_kept() -> None:
    """Short values, the headers, and the beginning of the body; what is secret in them is not."""
    text = '{"token": "s3cret", "note": "' + "x" * 600 + '"}'
    headers = {"set-cookie": "s3cret", "x-region": "eu\x1b[31m"}
    seen = answered(200, {"token": "s3cret"}, text=text, headers=headers)

    drawn, without = (
        draw_explanation(facts_of(make_check(), seen=[seen], answers_of=service), View(mask=Mask().line), NOW)
        for service in ("shop", "")
    )

    answer = drawn.partition("  answer\n")[2]
    assert "    status 200\n" in answer
    assert f"    headers\n      set-cookie: {MASKED}\n      x-region: eu\\x1b[31m\n" in answer
    assert f'    text\n      {{"token": "{MASKED}", "note": "xxx' in answer
    assert "s3cret" not in drawn
    assert 400 < answer.count("x") < 500
    assert "  body" not in answer
    assert "answer" not in without


def test_of_a_program_the_end_is_shown() -> None:
    """The last characters of what it wrote say most."""
    values = {"exit_code": 1, "stdout": "", "stderr": "a" * 600 + "\nthe end"}

    drawn = list(answer_lines(values, str))

    assert drawn[:2] == ["exit_code 1", 'stdout ""']
    assert drawn[2] == "stderr"
    assert drawn[3].startswith("  …aaa")
    assert drawn[4] == "  the end"
    assert len("".join(drawn[3:])) < 520


def test_what_a_service_says_cannot_draw_on_the_terminal() -> None:
    """Colours, a new title and letters in another order arrive as escapes."""
    hostile = "\x1b[31mred\x1b]0;title\x07 \u202egnp.exe\nnew line"
    document = HealthDocument(
        "spring", HealthState.UNHEALTHY, (Part(hostile, HealthState.UNHEALTHY, hostile),)
    )
    seen = replace(answered(200, hostile), document=replace(document, detail=hostile, remarks=(hostile,)))
    facts = facts_of(make_check(retries=0, expect=['body == "x"']), seen=[seen])

    drawn = draw_explanation(facts, View(), NOW)

    assert drawn.replace("\n", "").isprintable()
    assert r"\x1b[31mred\x1b]0;title\x07 \u202egnp.exe\nnew line" in drawn


def test_a_body_that_is_no_health_document_is_told() -> None:
    """What should have been a document and is none has no format and no parts."""
    document = HealthDocument("", HealthState.UNHEALTHY, detail="the body is no health document")
    seen = replace(answered(), document=document)

    drawn = draw_explanation(facts_of(make_check(retries=0), seen=[seen]), View(), NOW)

    assert "    the body is no health document\n" in drawn
    assert drawn.endswith("  health document: unhealthy\n")


def test_the_verdict_is_about_the_service() -> None:
    """It says how the service is, and because of whom."""
    because = explanation_of(everything())
    well = explanation_of(facts_of(make_check(), seen=[answered()]))
    nothing = explanation_of(facts_of(seen=[]))
    one = explanation_of(replace(everything(), is_partial=True))

    assert (because.command, because.ok) == ("health explain", False)
    assert because.verdict == "`shop` is unreachable because of `ledger`"
    assert (well.verdict, well.ok) == ("`shop/api` is healthy", True)
    assert (nothing.verdict, nothing.ok) == ("`shop` has no health check", False)
    assert one.verdict == "interrupted; `shop` is unreachable because of `ledger`"


def test_one_check_is_judged_by_itself() -> None:
    """A check that passes is a yes, although another one of its service fails."""
    checks = (make_check(retries=0), make_check("books", retries=0))
    facts = facts_of(*checks, seen=[unanswered(), answered()])

    api, books = (explanation_of(only(facts, "shop", name)) for name in ("api", "books"))

    assert (api.verdict, api.ok) == ("`shop/api` is unhealthy", False)
    assert (books.verdict, books.ok) == ("`shop/books` is healthy", True)


@pytest.mark.parametrize(("service", "check"), [("b", ""), ("a", "x")])
def test_only_what_there_is_can_be_left(service: str, check: str) -> None:
    """A wrong name is an error, and no end of a generator."""
    services = (ServiceHealth("a", HealthState.HEALTHY, ()),)

    with pytest.raises(ValueError, match="not enough values"):
        only(HealthFacts(services, 0), service, check)


def test_a_cause_says_whom_it_affects() -> None:
    """The verdict of a service that fails by itself names those that hang on it."""
    probe = ScriptedProbe([unanswered()])
    checks = {name: (make_check(retries=0),) for name in ("a", "b", "c", "d", "e")}
    graph = make_graph(a=[], b=["a"], c=["b"], d=["a"], e=["a"])

    facts = asyncio.run(check_system(Round(checks, graph), Effects(probe, probe.clock)))

    verdict = explanation_of(only(facts, "a")).verdict
    assert verdict == "`a/api` is unhealthy and the cause of what is wrong with `b`, `c`, `d` and 1 more"

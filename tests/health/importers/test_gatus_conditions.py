from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.health.importers.gatus_oracle import Answer, holds
from tiktoktoe_cli.expressions import Duration, EvaluationError, compile_expression
from tiktoktoe_cli.health.importers.gatus_conditions import translate
from tiktoktoe_cli.health.importers.gatus_operands import CannotSayError

if TYPE_CHECKING:
    from pathlib import Path

NS_PER_MS = 1_000_000
UNTRANSLATABLE = {
    "[STATUS] ? 201": "Gatus refuses to start with it",
    "[STATUS] == [CONTEXT].expected_statusz": "only the requests of a suite have a context",
    "[RESPONSE_TIME] < [CONTEXT].invalid_key": "only the requests of a suite have a context",
}
OTHER_VERDICT = {
    "[BODY].data > 0": "the text `0x1` is a number to Gatus, and a text to everybody else",
    "len([BODY][0]) == 23": "Gatus counts the bytes of a map as it would write it; nobody else knows how that is",
}
"""The cases of Gatus' own tests in which our verdict is another, or there is none, and why."""


def test_gives_the_verdict_of_gatus_own_tests(vectors: Path) -> None:
    """Each case of Gatus' tests comes out the same, but for those that are listed with their reason."""
    cases = json.loads((vectors / "health" / "gatus_conditions.json").read_text())
    evaluated = [case for case in cases if case["expected_success"] is not None]

    verdicts = {case["id"]: verdict_of(case["condition"], answer_of(case["result"])) for case in evaluated}

    different = {
        case["condition"] for case in evaluated if verdicts[case["id"]] is not case["expected_success"]
    }
    assert len(evaluated) == 31
    assert different == UNTRANSLATABLE.keys() | OTHER_VERDICT.keys()
    assert {case["condition"] for case in evaluated if verdicts[case["id"]] is None} == UNTRANSLATABLE.keys()


def test_the_oracle_is_gatus(vectors: Path) -> None:
    """What the other tests compare with says what Gatus' own tests say."""
    cases = json.loads((vectors / "health" / "gatus_conditions.json").read_text())
    evaluated = [case for case in cases if case["expected_success"] is not None and not case["expect_error"]]

    wrong = [
        case["condition"]
        for case in evaluated
        if holds(case["condition"], answer_of(case["result"])) is not case["expected_success"]
    ]

    assert wrong == []


WORDS = st.sampled_from(["UP", "john.doe", "a b", "0.1.2", "true", "", "7", "x-1"])
NUMBERS = st.integers(-1000, 999_999) | st.sampled_from([0.5, 24.99, -3.25])
VALUES = WORDS | NUMBERS | st.booleans()
ANSWERS = st.builds(
    lambda fields, more: Answer(
        body=json.dumps(fields), connected=True, ip="10.0.0.1", certificate_ms=86_400_000, **more
    ),
    st.fixed_dictionaries({"a": VALUES, "b": st.fixed_dictionaries({"c": VALUES}), "l": st.lists(VALUES)}),
    st.fixed_dictionaries({"status": st.integers(100, 599), "elapsed_ms": st.integers(1, 3000)}),
)
LITERALS = VALUES.map(lambda value: str(value).lower() if isinstance(value, bool) else str(value))
EQUALITIES = st.builds(
    "{} {} {}".format,
    st.sampled_from(
        ["[STATUS]", "[BODY].a", "[BODY].b.c", "[CONNECTED]", "[IP]", "has([BODY].a)", "has([BODY].b.c)"]
    ),
    st.sampled_from(["==", "!="]),
    LITERALS.filter(bool)
    | st.integers(100, 599).map(hex)
    | st.lists(LITERALS.filter(bool), min_size=1).map(lambda items: f"any({', '.join(items)})")
    | st.sampled_from(
        ["pat(*)", "pat(*o*)", "pat(U*)", "pat(*1)", "pat(?*.*)", "pat([0-9]*)", "pat(john.doe)"]
    ),
)
ORDERS = st.builds(
    "{} {} {}".format,
    st.sampled_from(
        ["[STATUS]", "[RESPONSE_TIME]", "[CERTIFICATE_EXPIRATION]", "len([BODY].l)", "len([BODY].a)"]
    ),
    st.sampled_from(["<", "<=", ">", ">="]),
    st.integers(0, 3000).map(str) | st.sampled_from(["1s", "250ms", "24h", "0x10", "2h45m"]),
)


@given(EQUALITIES | ORDERS, ANSWERS)
def test_gives_the_verdict_of_gatus_on_good_answers(condition: str, answer: Answer) -> None:
    """Where everything that a condition reads is there, the verdict is that of Gatus."""
    assert verdict_of(condition, answer) is holds(condition, answer), translate(condition, "http").cel


@given(st.sampled_from(["<", "<=", ">", ">="]), st.integers(-50, 50), st.integers(-50, 50))
def test_compares_numbers_in_json_by_size(word: str, value: int, bound: int) -> None:
    """A number is as large as it is, whether JSON has it as a number or as a text."""
    condition = f"[BODY].a {word} {bound}"

    verdicts = {
        verdict_of(condition, Answer(json.dumps({"a": written}), 200, connected=True))
        for written in (value, str(value))
    }

    assert verdicts == {holds(condition, Answer(json.dumps({"a": value}), 200))}


@example("[STATUS] == pat([0-9]*)")
@given(EQUALITIES | ORDERS)
def test_tells_what_gatus_lets_pass_without_an_answer(condition: str) -> None:
    """A condition is called lenient if Gatus lets it pass on the zeros that it has when nothing answers."""
    assert translate(condition, "http").lenient is holds(condition, Answer())


@given(EQUALITIES | ORDERS)
def test_a_part_that_is_missing_never_passes(condition: str) -> None:
    """What reads a part of the answer fails without it; but that a part is not there may be what is asked."""
    translation = translate(condition, "http")
    asks_for_absence = "has(" in condition and not translation.cel.endswith("!= null")

    if translation.is_part and not asks_for_absence:
        assert verdict_of(condition, Answer("{}", 200, connected=True), tls=False) is False


@pytest.mark.parametrize(
    ("condition", "cel"),
    [
        ("[STATUS] == 200", "status == 200"),
        ("200 == [STATUS]", "status == 200"),
        ("500 > [RESPONSE_TIME]", 'timing.total < duration("500ms")'),
        ("[STATUS] == 0xC8", "status == 200"),
        ("[STATUS] == any(200, 429)", "status in [200, 429]"),
        ("[STATUS] != any(500, 502)", "!(status in [500, 502])"),
        ("[BODY].status == UP", 'body.status == "UP"'),
        ("[BODY].id == 1", 'body.id in [1, "1"]'),
        ("[BODY].id == 0x1", 'body.id in [1, "1", "0x1"]'),
        ("[BODY].price == 19.99", 'body.price in [19.99, "19.99"]'),
        ("[BODY].price == 19.90", 'body.price == "19.90"'),
        ("[BODY].ok == true", 'body.ok in [true, "true"]'),
        ("[BODY].id == any(1, x)", 'body.id in [1, "1", "x"]'),
        ("[BODY].user-id == a", 'body["user-id"] == "a"'),
        ("[BODY].in == a", 'body["in"] == "a"'),
        ("[BODY][0].name == a", 'body[0].name == "a"'),
        ("[BODY].rows[1][2] == a", 'body.rows[1][2] == "a"'),
        ("[BODY].a == [BODY].b", "string(body.a) == string(body.b)"),
        ("[STATUS] == [BODY].code", "string(status) == string(body.code)"),
        ("[BODY].used < [BODY].limit", "double(body.used) < double(body.limit)"),
        ("[BODY].load < 0.5", "double(body.load) < 0.5"),
        ("[BODY] == OK", 'text.trim() == "OK"'),
        ("[BODY] == pat(*OK*)", 'text.contains("OK")'),
        ("[BODY] == pat(<html>*)", 'text.trim().startsWith("<html>")'),
        ("[BODY] != pat(*down)", '!text.trim().endsWith("down")'),
        (r"[BODY] == pat(a\*b)", 'text.trim() == "a*b"'),
        ("[IP] == pat(10.?.*)", r'ip.matches(r"(?s)^10\..\..*$")'),
        ("[BODY] == pat(*$$*)", 'text.contains("$$")'),
        ("[BODY] == pat(?$$*)", 'text.trim().matches("(?s)^.[$$].*$")'),
        ("has([BODY].a.b) == true", "body.a.b != null"),
        ("has([BODY].errors) == false", "!has(body.errors) || body.errors == null"),
        ("has([BODY].a-b) == false", '!("a-b" in body) || body["a-b"] == null'),
        ("has([BODY][1]) == false", "size(body) <= 1 || body[1] == null"),
        ("has([BODY]) == true", 'text.trim() != ""'),
        ("[HEADER].Content-Type == pat(*json*)", 'headers["content-type"].contains("json")'),
        ("has([HEADER].X-A) == false", '!("x-a" in headers)'),
        ("[CONNECTED] == false", "!connected"),
        ("[CERTIFICATE_EXPIRATION] > 48h", 'tls.expires_in > duration("48h")'),
        ("[CERTIFICATE_EXPIRATION] > 90m30s", 'tls.expires_in > duration("1h30m30s")'),
        ("[RESPONSE_TIME] == 5", 'timing.total >= duration("5ms") && timing.total < duration("6ms")'),
        ("len([BODY].items) > 0", "size(type(body.items) == list ? body.items : string(body.items)) > 0"),
        ("len([IP]) > 0", "size(ip) > 0"),
        ("len([STATUS]) == 3", "size(string(status)) == 3"),
        ("len([HEADER].Via) > 0", "size(headers.via) > 0"),
        ("len([BODY]) > 0", "size(type(body) == list ? body : text) > 0"),
        ("[CONNECTED] == yes", 'string(connected) == "yes"'),
        ("[STATUS] == ok", 'string(status) == "ok"'),
        ("[IP] == 0x1", 'ip in ["1", "0x1"]'),
        ("[RESPONSE_TIME] < [CERTIFICATE_EXPIRATION]", "timing.total < tls.expires_in"),
        ("[IP] == any(1.1.1.1, 1.0.0.1)", 'ip in ["1.1.1.1", "1.0.0.1"]'),
        ("a == 1", '"a" == "1"'),
        ("0x10 == 16", "16 == 16"),
    ],
)
def test_writes_what_people_would_write(condition: str, cel: str) -> None:
    """The expectation is the shortest that is right."""
    translation = translate(condition, "http")

    assert translation.cel == cel
    compile_expression(translation.cel)


@pytest.mark.parametrize(
    ("probe", "condition", "cel"),
    [
        ("dns", "[BODY] == 10.0.0.1", 'answers.exists(answer, answer == "10.0.0.1")'),
        ("dns", "[BODY] != 10.0.0.1", 'size(answers) > 0 && !answers.exists(answer, answer == "10.0.0.1")'),
        ("dns", "[DNS_RCODE] == NOERROR", 'rcode == "NOERROR"'),
        ("icmp", "[RESPONSE_TIME] < 50", 'rtt < duration("50ms")'),
        ("tcp", "[BODY] == pat(*PONG*)", 'received.contains("PONG")'),
        ("websocket", "[BODY].a == b", 'message.a == "b"'),
        ("grpc", "[BODY].status == SERVING", 'status == "SERVING"'),
        ("tls", "[CERTIFICATE_EXPIRATION] > 1h", 'tls.expires_in > duration("1h")'),
    ],
)
def test_knows_what_each_probe_calls_it(probe: str, condition: str, cel: str) -> None:
    """A placeholder is another variable with another probe."""
    assert translate(condition, probe).cel == cel


@pytest.mark.parametrize(
    ("probe", "condition", "reason"),
    [
        ("http", "[STATUS]==200", "a space on both sides"),
        ("http", "[DOMAIN_EXPIRATION] > 720h", "when a domain expires"),
        ("http", "[CONTEXT].a == 1", "only the requests of a suite"),
        ("http", "age([BODY].at) < 1h", "age of a timestamp"),
        ("http", "[BODY].items[*].id == 1", "not a path"),
        ("http", "[STATUS] < abc", "takes it for 0"),
        ("http", "[RESPONSE_TIME] == fast", "never are equal"),
        ("http", "[RESPONSE_TIME] < [BODY].max", "not a duration"),
        ("http", "[CONNECTED] > 0", "not a number"),
        ("http", "[BODY] == pat([)", "not a pattern"),
        ("http", "len(x) == 1", "no placeholder"),
        ("http", "len([RESPONSE_TIME]) == 1", "says nothing"),
        ("http", "[HEADER] == a", "needs a name"),
        ("http", "[RESPONSE_TIME] == [IP]", "has no text"),
        ("http", "has([STATUS]) == true", "says nothing"),
        ("tcp", "[STATUS] == 0", "sees nothing like it"),
        ("icmp", "[BODY].a == 0", "reads no JSON"),
    ],
)
def test_says_why_a_condition_cannot_be_said(probe: str, condition: str, reason: str) -> None:
    """What has no counterpart is refused with the reason, never translated by halves."""
    with pytest.raises(CannotSayError, match=reason):
        translate(condition, probe)


@pytest.mark.parametrize(
    ("condition", "note"),
    [
        ("[body].status == UP", "reads no body"),
        ("raw == raw", "nothing about the answer"),
        ("[STATUS] == ${CODE}", "compared as a text"),
        ("[STATUS] == 200 == 300", "second operator"),
        ("[BODY].a == [1 2]", "never equal"),
    ],
)
def test_says_what_is_not_quite_the_same(condition: str, note: str) -> None:
    """What means something else than before is said with the condition."""
    assert note in " ".join(translate(condition, "http").notes)


def answer_of(result: dict[str, Any]) -> Answer:  # JSON
    """Read the result of a case."""
    return Answer(
        result["body"],
        result["status"],
        result["connected"],
        result["ip"],
        result["dns_rcode"],
        result["cert_expiration_ms"],
        result["response_time_ms"],
    )


def verdict_of(condition: str, answer: Answer, *, tls: bool = True) -> bool | None:
    """Translate a condition and evaluate it on an answer as the http probe would see it; None if it cannot be said."""
    try:
        expression = compile_expression(translate(condition, "http").cel)
    except CannotSayError:
        return None
    is_json = answer.body.lstrip().startswith(("{", "["))
    bindings = {
        "status": answer.status,
        "body": json.loads(answer.body) if is_json else answer.body,
        "text": answer.body,
        "ip": answer.ip,
        "headers": {},
        "connected": answer.connected,
        "timing": {"total": Duration(answer.elapsed_ms * NS_PER_MS)},
        **({"tls": {"expires_in": Duration(answer.certificate_ms * NS_PER_MS)}} if tls else {}),
    }
    try:
        return expression(bindings) is True
    except EvaluationError:
        return False

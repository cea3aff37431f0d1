"""`request send`, against real servers on the loopback."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest

from tests.cli.test_startup import HEAVY, _modules_after
from tests.client.flapping import HANG, flapping
from tests.transport.servers import closed_port

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.conftest import Result
    from tests.client.flapping import Answer

    Run = Callable[..., Result]

BREAKER = "minimum_calls: 2, reset_timeout: 500ms, half_open_calls: 1"
QUICK = ("--attempts", "3", "--base", "1ms")


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work where no configuration is found."""
    monkeypatch.chdir(tmp_path)


def sent(run: Run, *arguments: str) -> tuple[int, dict[str, Any]]:
    """Send, and return the exit code and the answer as data."""
    result = run("request", "send", *arguments, "-o", "json")
    return result.code, json.loads(result.out)


def kinds(answer: dict[str, Any]) -> list[tuple[str, str]]:
    """List what happened, and how it came out."""
    return [(item["kind"], item["outcome"]) for item in answer["items"]]


@pytest.mark.parametrize(
    ("answers", "options", "code"),
    [
        ([200], (), 0),
        ([500, 200], QUICK, 0),
        ([500], QUICK, 1),
        ([404], (), 1),
        ([404], ("--expect", "status == 404"), 0),
        ([200], ("--expect", "status == 201"), 1),
        ([500], ("--fallback", "sorry"), 1),
        ([HANG], ("--timeout", "100ms"), 3),
        ([HANG], ("--deadline", "100ms"), 3),
        ([500, 500, 200], ("--breaker", BREAKER, "--repeat", "3"), 3),
        ([200, 500, 200], ("--repeat", "3"), 1),
    ],
)
def test_the_exit_code_says_whether_there_was_an_answer(
    tiktoktoe: Run, answers: list[Answer], options: tuple[str, ...], code: int
) -> None:
    """0 as expected, 1 by the fallback or with another status, 3 not at all; of several the worst."""
    with flapping(*answers) as server:
        result = tiktoktoe("request", "send", server.url, *options)

    assert result.code == code, result.err


def test_nobody_listens(tiktoktoe: Run) -> None:
    """Refused is not answered; the reason is told to machines and to persons."""
    url = f"http://127.0.0.1:{closed_port()}/"

    code, answer = sent(tiktoktoe, url)
    result = tiktoktoe("request", "send", url)

    assert (code, answer["items"][0]["error"], answer["summary"]["reasons"]) == (3, "refused", {"refused": 1})
    assert "refused the connection" in result.out
    assert "was not answered in " in result.err


def test_shows_each_attempt_with_its_wait_and_phases(tiktoktoe: Run) -> None:
    """The first one fails, the second one comes after a wait and succeeds; the body is below."""
    with flapping((500, {"X-A": "1"}, b"oh no"), (200, {"Content-Type": "text/plain"}, b"fine\n")) as server:
        result = tiktoktoe("request", "send", server.url, *QUICK)

    head, first, second, _, body, _, policy, retry = result.out.splitlines()
    titles = "STEP WAIT OUTCOME CAUSE STATUS DNS CONNECT TTFB TRANSFER TOTAL DETAIL"
    assert " ".join(head.split()) == titles
    assert first.split()[:6] == ["attempt", "1", "-", "failed", "status", "500"]
    assert first.endswith(" answered 500 Internal Server Error")
    assert [second.split()[at] for at in (0, 1, 3, 4, 6)] == ["attempt", "2", "backoff", "succeeded", "200"]
    assert body == "fine"
    assert policy.endswith("1 call, 2 attempts")
    assert retry == "  retry: retries 1"
    assert f"`{server.url}` was answered 200 after 2 attempts in " in result.err


def test_a_server_says_when_to_come_back(tiktoktoe: Run) -> None:
    """`Retry-After` of a second is waited for, and shown as the reason."""
    with flapping((429, {"Retry-After": "1"}, b""), 200) as server:
        code, answer = sent(tiktoktoe, server.url, *QUICK)

    first, second, request = answer["items"]
    assert (code, first["retry_after_ms"]) == (0, 1_000.0)
    assert (second["wait_ms"], second["wait_reason"]) == (1_000.0, "retry-after")
    assert request["timing"]["total_ms"] >= 1_000


def test_the_requests_of_the_configuration_are_listed(tiktoktoe: Run, config: Callable[[int], None]) -> None:
    """With the method and the policy that each would be sent with; nothing is."""
    config(1)

    result = tiktoktoe("request", "list", "-o", "json")

    found = [tuple(item.values()) for item in json.loads(result.out)["items"]]
    assert found == [
        ("charge", "POST", "http://127.0.0.1:1/charge", "careful"),
        ("backup", "GET", "http://127.0.0.1:1/backup", None),
    ]


def test_a_deadline_does_not_lose_the_last_answer(tiktoktoe: Run) -> None:
    """Where nothing can follow in time, be it for the server's wait or for ours, it ends with what it has."""
    with flapping((429, {"Retry-After": "1"}, b"")) as server:
        code, answer = sent(tiktoktoe, server.url, "--attempts", "5", "--deadline", "900ms")
    with flapping(503) as server:
        ours = sent(tiktoktoe, server.url, "--attempts", "99", "--base", "5s", "--deadline", "500ms")

    assert (code, answer["items"][-1]["status"], answer["summary"]["attempts"]) == (1, 429, 1)
    assert answer["items"][-1]["timing"]["total_ms"] < 900
    assert (ours[0], ours[1]["items"][-1]["status"]) == (1, 503)


def test_a_fallback_that_has_nothing_says_so(tiktoktoe: Run) -> None:
    """The last good answer is kept by the process, and so a single call has none."""
    Path("tiktoktoe.yaml").write_text(
        "version: 1\nresilience: {default: [{fallback: {cached: {max_age: 1m}}}]}\n", encoding="utf-8"
    )

    with flapping(503) as server:
        _, answer = sent(tiktoktoe, server.url)

    assert kinds(answer) == [("attempt", "failed"), ("fallback", "missing"), ("request", "unexpected")]


def test_without_a_name_the_known_requests_are_told(tiktoktoe: Run, config: Callable[[int], None]) -> None:
    """If there is only one, it is the one that is meant."""
    config(1)
    several = tiktoktoe("request", "send", "--dry-run")
    Path("tiktoktoe.yaml").write_text("version: 1\nrequests: {a: {url: 'http://h/'}}\n", encoding="utf-8")
    single = tiktoktoe("request", "send", "--dry-run")

    assert (several.code, "choose one of `charge` or `backup`" in several.err) == (2, True)
    assert (single.code, "would send `a`" in single.err) == (0, True)


def test_a_breaker_opens_tries_and_closes(tiktoktoe: Run) -> None:
    """Two failures open it, it refuses, after its time a probe passes, and it is closed."""
    with flapping(500, 500, 200) as server:
        code, answer = sent(tiktoktoe, server.url, "--breaker", BREAKER, "--repeat", "16", "--rate", "20/s")

    turns = [item["outcome"] for item in answer["items"] if item["kind"] == "transition"]
    summary = answer["summary"]
    assert (code, turns) == (3, ["open", "half-open", "closed"])
    assert len(server.asked) == summary["attempts"]
    assert summary["unexpected"] == 2
    assert summary["rejected"] + summary["answered"] == 14
    assert summary["causes"]["breaker"] == summary["rejected"] > 0
    (layer,) = summary["policies"][0]["layers"]
    assert (layer["kind"], layer["state"], layer["not_permitted"]) == (
        "circuit_breaker",
        "closed",
        summary["rejected"],
    )


def test_a_fallback_is_shown_as_what_it_is(tiktoktoe: Run) -> None:
    """The text stands where the body would, and the failure is not forgotten."""
    with flapping(503) as server:
        result = tiktoktoe("request", "send", server.url, *QUICK, "--fallback", "come back later")

    assert result.code == 1
    assert "\ncome back later\n" in result.out
    assert "fallback " in result.out
    assert "was answered by the fallback after 3 attempts" in result.err


def test_many_requests_have_a_line_each(tiktoktoe: Run) -> None:
    """And a summary at the end, which is part of the answer."""
    with flapping(200) as server:
        result = tiktoktoe("request", "send", server.url, "--repeat", "5", "--concurrency", "2", "-q")

    head, *rows, _, counts, times = result.out.splitlines()
    assert [head.split()[0], *(row.split()[0] for row in rows)] == ["REQUEST", "1", "2", "3", "4", "5"]
    assert counts.startswith("5 requests: 5 answered in ")
    assert times.startswith("response times of the 5 that were sent: p50 ")
    assert result.err == ""


def test_a_timeout_of_the_policy_is_no_lost_hedge(tiktoktoe: Run) -> None:
    """The attempts that it gave up were too late; each has the limit that it did not keep."""
    Path("tiktoktoe.yaml").write_text(
        "resilience: {default: [{hedging: {delay: 50ms}}, {timeout: 150ms}]}\n", encoding="utf-8"
    )

    with flapping(HANG) as server:
        code, answer = sent(tiktoktoe, server.url)

    *attempts, request = answer["items"]
    assert (code, request["cause"]) == (3, "timeout")
    assert [(item["attempt"], item["hedge"], item["outcome"]) for item in attempts[:2]] == [
        (1, None, "timed-out"),
        (1, 1, "timed-out"),
    ]
    assert {(item["cause"], item["detail"]) for item in attempts} == {("timeout", "no answer within 150ms")}


def test_without_a_policy_none_is_shown(tiktoktoe: Run) -> None:
    """`--no-policy` makes no policy of its own."""
    with flapping(200) as server:
        _, answer = sent(tiktoktoe, server.url, "--no-policy")
        result = tiktoktoe("request", "send", server.url, "--no-policy")

    assert (answer["summary"]["policy"], answer["summary"]["policies"]) == (None, [])
    assert "policy" not in result.out


def test_headers_are_shown_to_who_asks(tiktoktoe: Run) -> None:
    """In the data always, to a person with `-v`."""
    with flapping((200, {"X-Trace": "7"}, b"")) as server:
        _, answer = sent(tiktoktoe, server.url)
        quiet, told = (tiktoktoe("request", "send", server.url, *more) for more in ((), ("-v",)))

    assert answer["items"][-1]["headers"]["x-trace"] == "7"
    assert ("x-trace: 7" in quiet.out, "x-trace: 7" in told.out) == (False, True)


def test_states_have_their_colours(tiktoktoe: Run) -> None:
    """What a server sends has none: its escape sequences are made harmless."""
    with flapping((200, {"Content-Type": "text/plain"}, b"\x1b[31mred")) as server:
        result = tiktoktoe("request", "send", server.url, "--color", "always")

    assert "\x1b[32msucceeded" in result.out
    assert "\\x1b[31mred\n" in result.out


def test_progress_tells_what_one_request_waits_for(tiktoktoe: Run) -> None:
    """Each attempt and each wait as it happens; off a terminal a line each."""
    with flapping(500, 200) as server:
        result = tiktoktoe("request", "send", server.url, *QUICK)

    states = [line.removeprefix(f"{server.url}: ").split(" (")[0] for line in result.err.splitlines()]
    assert [state.partition(",")[0] for state in states[:-1]] == [
        "sending",
        "attempt failed",
        "waiting",
        "attempt succeeded",
        "answered",
    ]


def test_progress_of_many_tells_the_turns_of_the_breaker(tiktoktoe: Run) -> None:
    """What happens to each of them is in the answer."""
    with flapping(500) as server:
        result = tiktoktoe("request", "send", server.url, "--breaker", BREAKER, "--repeat", "4")

    turn = f"{server.url}: the breaker went from closed to open: failure rate"
    assert result.err.splitlines()[:2] == [f"{server.url}: sending", turn]


def test_the_stream_has_a_line_for_each_thing_that_happened(tiktoktoe: Run) -> None:
    """For programs that read while others write."""
    with flapping(500, 200) as server:
        result = tiktoktoe("request", "send", server.url, *QUICK, "-o", "ndjson")

    lines = [json.loads(line) for line in result.out.splitlines()]
    assert [line["kind"] for line in lines] == ["header", "item", "item", "item", "summary"]
    assert [line["item"]["kind"] for line in lines[1:-1]] == ["attempt", "attempt", "request"]


def test_reports_are_written_beside_the_answer(tiktoktoe: Run) -> None:
    """A case for a request, and counters to scrape."""
    with flapping(200, 500) as server:
        tiktoktoe(
            *("request", "send", server.url, "--repeat", "2"),
            *("--report", "junit=out/r.xml", "--report", "openmetrics=out/r.prom"),
        )

    suites = ET.fromstring(Path("out/r.xml").read_text(encoding="utf-8"))
    assert (suites.get("tests"), suites.get("failures"), suites.get("errors")) == ("2", "1", "0")
    assert f'tiktoktoe_requests_total{{request="{server.url}",outcome="answered"}} 1.0\n' in Path(
        "out/r.prom"
    ).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("options", "method", "content_type", "body"),
    [
        (("-d", "a=1"), "POST", "application/x-www-form-urlencoded", b"a=1"),
        (("--json", '{"a": 1}'), "POST", "application/json", b'{"a": 1}'),
        (("--json", "1", "-H", "Content-Type: x/y"), "POST", "x/y", b"1"),
        (("-d", "@body.bin", "-X", "put"), "PUT", "application/x-www-form-urlencoded", b"\0\xff\n"),
        ((), "GET", None, b""),
    ],
)
def test_sends_what_it_is_given(
    tiktoktoe: Run, options: tuple[str, ...], method: str, content_type: str | None, body: bytes
) -> None:
    """The options mean what they mean to curl."""
    Path("body.bin").write_bytes(b"\0\xff\n")

    with flapping(200) as server:
        tiktoktoe("request", "send", f"{server.url}?x=1", *options)

    ((asked, path, headers, content),) = server.asked
    assert (asked, path, headers.get("content-type"), content) == (method, "/work?x=1", content_type, body)


def test_the_body_can_be_written_to_a_file(tiktoktoe: Run) -> None:
    """Byte by byte, also what is no text."""
    with flapping((200, {"Content-Type": "image/png"}, b"\x89PNG\r\n\0")) as server:
        result = tiktoktoe("request", "send", server.url, "--output-body", "picture.png")

    assert Path("picture.png").read_bytes() == b"\x89PNG\r\n\0"
    assert "(7 bytes of image/png)" in result.out


@pytest.mark.timeout(30)
def test_a_pipe_for_the_body_is_refused_before_anything_is_sent(tiktoktoe: Run) -> None:
    """It might wait for ever, whatever the deadline, whether somebody reads it or not."""
    os.mkfifo("pipe")

    with flapping(200) as server:
        unread = tiktoktoe("request", "send", server.url, "--output-body", "pipe")
        reader = os.open("pipe", os.O_RDONLY | os.O_NONBLOCK)
        read = tiktoktoe("request", "send", server.url, "--output-body", "pipe")
        os.close(reader)

    assert (unread.code, read.code, server.asked) == (2, 2, [])
    assert "it is neither a file nor a device" in read.err


def test_a_body_that_cannot_be_written_takes_no_answer_away(tiktoktoe: Run) -> None:
    """The disk is full: the request was sent, its answer is shown with the problem, and the end is no success."""
    with flapping((200, {}, b"fine")) as server:
        code, answer = sent(tiktoktoe, server.url, "--output-body", "/dev/full")

    assert (code, answer["ok"], answer["summary"]["answered"]) == (3, False, 1)
    assert [one["code"] for one in answer["problems"]] == ["body-not-written"]


def test_the_body_of_no_answer_replaces_an_old_one(tiktoktoe: Run) -> None:
    """A shorter one leaves nothing of a longer one either."""
    path = Path("body.txt")
    path.write_text("an old answer")

    with flapping((200, {}, b"fine")) as server:
        tiktoktoe("request", "send", server.url, "--output-body", "body.txt")

    assert path.read_bytes() == b"fine"


CONFIG = """\
version: 1
requests:
  charge:
    url: "http://127.0.0.1:${PORT}/charge"
    auth: {bearer: "${TOKEN}"}
    body: {json: {amount: 5}}
    expect: ['body.ok']
    policy: careful
  backup: {url: "http://127.0.0.1:${PORT}/backup"}
resilience:
  careful:
    - fallback: {request: backup}
    - retry: {max_attempts: 2, base: 1ms}
"""


@pytest.fixture
def config(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Return a function that writes a configuration for a port."""

    def write(port: int) -> None:
        monkeypatch.setenv("PORT", str(port))
        monkeypatch.setenv("TOKEN", "t0psecret")
        Path("tiktoktoe.yaml").write_text(CONFIG, encoding="utf-8")

    return write


def test_a_request_of_the_configuration(tiktoktoe: Run, config: Callable[[int], None]) -> None:
    """Its variables, credentials, body, expectation and policy are those of the YAML."""
    with flapping(500, (200, {}, b'{"ok": true}')) as server:
        config(server.port)
        code, answer = sent(tiktoktoe, "charge")

    assert (code, answer["summary"]["policy"], answer["summary"]["attempts"]) == (0, "careful", 2)
    method, path, headers, body = server.asked[0]
    assert (method, path, json.loads(body)) == ("POST", "/charge", {"amount": 5})
    assert headers["authorization"] == "Bearer t0psecret"


def test_another_request_stands_in(tiktoktoe: Run, config: Callable[[int], None]) -> None:
    """Its attempt is among the steps, under its own name, and its answer is shown."""
    with flapping(500, 500, (200, {"Content-Type": "text/plain"}, b"from elsewhere")) as server:
        config(server.port)
        result = tiktoktoe("request", "send", "charge")

    assert result.code == 1
    assert "attempt 3 of backup" in result.out
    assert "\nfrom elsewhere\n" in result.out
    assert [path for _, path, _, _ in server.asked] == ["/charge", "/charge", "/backup"]


def test_options_change_a_request_for_once(tiktoktoe: Run, config: Callable[[int], None]) -> None:
    """Headers are added, the policy is left out, the expectation is another one."""
    with flapping(500) as server:
        config(server.port)
        result = tiktoktoe(
            "request", "send", "charge", "--no-policy", "-H", "X-Trace: 7", "--expect", "status == 500"
        )

    ((_, _, headers, _),) = server.asked
    assert (result.code, headers["x-trace"], headers["authorization"]) == (0, "7", "Bearer t0psecret")


@pytest.mark.parametrize(
    "output", [("-o", "table"), ("-o", "wide"), ("-o", "json"), ("--dry-run",), ("-vv",)]
)
def test_no_credential_is_ever_shown(
    tiktoktoe: Run, config: Callable[[int], None], output: tuple[str, ...]
) -> None:
    """Not those of the configuration or the options, and not even if the server sends them back."""
    echo = b'{"ok": true, "you": "Bearer t0psecret", "cookie": "c00kie=1"}'
    with flapping((200, {"Content-Type": "application/json"}, echo)) as server:
        config(server.port)
        named = tiktoktoe("request", "send", "charge", *output)
        address = f"http://me:hunter22@127.0.0.1:{server.port}/"
        typed = tiktoktoe(
            *("request", "send", address, "--no-policy", "-H", "Cookie: c00kie=1"),
            *("-H", "Authorization: Bearer t0psecret", *output),
        )

    assert (named.code, typed.code) == (0, 0)
    assert "t0psecret" not in named.out + named.err
    assert not any(secret in typed.out + typed.err for secret in ("t0psecret", "hunter22", "c00kie"))


def test_masking_leaves_the_rest_of_an_answer(tiktoktoe: Run) -> None:
    """What a server sends back stays JSON, and nothing behind a secret is lost, also in a text within it."""
    echo = {"headers": {"Authorization": "Bearer t0ps"}, "raw": '{"token": "abc", "x": 1}', "n": 1}
    with flapping((200, {"Content-Type": "application/json"}, json.dumps(echo).encode())) as server:
        said = ("request", "send", server.url, "-H", "Authorization: Bearer t0ps", "-q")
        person, program = tiktoktoe(*said), tiktoktoe(*said, "-o", "json")

    masked = {"headers": {"Authorization": "••••"}, "raw": '{"token": "••••", "x": 1}', "n": 1}
    assert json.loads(next(line for line in person.out.splitlines() if line.startswith("{"))) == masked
    assert json.loads(program.out)["items"][-1]["body"] == masked


def test_a_default_policy_is_found_and_can_be_left_out(tiktoktoe: Run) -> None:
    """An address goes through `default` of the configuration that is found; `--no-policy` asks for none."""
    Path("tiktoktoe.yaml").write_text("version: 1\nresilience: {default: [{retry: {base: 1ms}}]}\n")

    with flapping(500) as server:
        _, through = sent(tiktoktoe, server.url)
        _, without = sent(tiktoktoe, server.url, "--no-policy")

    assert (through["summary"]["policy"], through["summary"]["attempts"]) == ("default", 3)
    assert without["summary"]["attempts"] == 1


def test_a_broken_configuration_is_no_matter_where_nothing_is_taken_from_it(tiktoktoe: Run) -> None:
    """An address with a policy of its own works anywhere."""
    Path("tiktoktoe.yaml").write_text("version: [")

    with flapping(200) as server:
        fine = tiktoktoe("request", "send", server.url, "--attempts", "1")
        broken = tiktoktoe("request", "send", server.url)

    assert (fine.code, broken.code) == (0, 2)


def test_a_dry_run_sends_nothing(tiktoktoe: Run) -> None:
    """It shows what would be sent, through what."""
    with flapping(200) as server:
        result = tiktoktoe("request", "send", server.url, *QUICK, "--dry-run")

    assert (result.code, server.asked) == (0, [])
    assert "layer 1 retry" in result.out
    assert "nothing was sent" in result.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("charge",), "no configuration"),
        (("h/path",), "no configuration"),
        (("ftp://h/",), "error[bad-url]"),
        (("http://h/", "--attempts", "many"), "expected a whole number, found `many`"),
        (("http://h/", "--breaker", "semantics: nope"), "there is no breaker `nope`"),
        (("http://h/", "--timeout", "3"), "a duration needs its unit"),
        (("http://h/", "--expect", "status = 200"), "error[expression]"),
        (("http://h/", "-H", "nonsense"), "`nonsense` is no header"),
        (("http://h/", "--rate", "10"), "`--rate`: `10` is not a rate"),
        (("http://h/", "--rate", "0/s"), "`--rate`: nothing would ever be sent"),
        (("http://h/", "-d", "a", "--json", "b"), "`--data` and `--json` are two bodies"),
        (("http://h/", "--json", '{"s":2'), "`--json` is no JSON: unexpected end of data (line 1, column 7)"),
        (("http://h/", "--json", "NaN"), "`--json` is no JSON"),
        (("http://h/", "--output-body", "-"), "`--output-body -`: standard output has the answer"),
        (("http://h/", "--attempts", "2", "--deadline", "3"), "a duration needs its unit"),
        (("http://h/", "-d", "@nope"), "cannot read the body `nope`"),
        (("http://h/", "--policy", "x"), "`resilience` has no `x`"),
        (
            ("http://h/", "--policy", "x", "--attempts", "2"),
            "`--policy` names a policy, and other options build one",
        ),
        (("http://h/", "--no-policy", "--attempts", "2"), "`--no-policy`, and other options build one"),
        (("http://h/", "--repeat", "2", "--output-body", "x"), "`--output-body` has room for one answer"),
        (("http://h/", "--output-body", "none/x"), "cannot write `none/x`: no such file or directory"),
        (("http://h/", "--output-body", "."), "cannot write `.`: is a directory"),
        (("http://h/", "--attempts", "3}\n    - timeout: 1s #"), "`--attempts`: expected a whole"),
        (("http://h/", "--breaker", ""), "`--breaker` is no line of options"),
        (("http://h/", "--breaker", "a: 1}\n    - retry: {}"), "`--breaker` is no line of options"),
        (("http://h/", "-H", "X-A: 1", "-H", "x-a: 2"), "`--header` has `x-a` twice"),
        (("http://h/", "--repeat", "0"), "greater than or equal to 1"),
        (("http://h/", "--key", "k.pem"), "`key` has no `cert`"),
        (("http://h/", "--proxy", "socks5://h:1"), "is not the address of an HTTP proxy"),
    ],
)
def test_asking_wrongly_is_told(tiktoktoe: Run, arguments: tuple[str, ...], message: str) -> None:
    """With the exit code 2, before anything is sent."""
    result = tiktoktoe("request", "send", *arguments)

    assert result.code == 2
    assert message in result.err


def test_an_unknown_name_is_told_with_the_nearest(tiktoktoe: Run, config: Callable[[int], None]) -> None:
    """Or, where it looks like one, how an address begins."""
    config(1)

    typo = tiktoktoe("request", "send", "chrage")
    almost = tiktoktoe("request", "send", "127.0.0.1/x")

    assert (typo.code, "did you mean `charge`?" in typo.err) == (2, True)
    assert "an address starts with `http://` or `https://`" in almost.err


def test_a_circle_of_fallbacks_is_refused(tiktoktoe: Run) -> None:
    """With a frame, before anything is sent."""
    Path("tiktoktoe.yaml").write_text(
        "requests: {a: {url: 'http://h/'}}\nresilience: {default: [{fallback: {request: a}}]}\n"
    )

    result = tiktoktoe("request", "send", "a")

    assert result.code == 2
    assert "error[fallback-circle]: the fallbacks go round in a circle: `a` → `a`" in result.err


def test_names_of_requests_are_completed(
    config: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A TAB knows what the configuration holds."""
    from types import SimpleNamespace

    from tiktoktoe_cli.cli.completion import request_names

    config(1)
    monkeypatch.setenv("TIKTOKTOE_CONFIG", "tiktoktoe.yaml")

    assert request_names(SimpleNamespace(params={}), "ch") == ["charge"]  # type: ignore[arg-type]  # what it reads


def test_its_help_loads_nothing_heavy() -> None:
    """Whoever looks up an option does not wait."""
    assert not (HEAVY - {"pydantic"}) & _modules_after(
        "request", "send", "--help"
    )  # typer itself loads that one


@pytest.mark.parametrize("how", [(), ("-o", "json")])
def test_a_token_that_was_fetched_is_never_shown(tiktoktoe: Run, how: tuple[str, ...]) -> None:
    """What the token server gave is hidden like any other secret, also where a server repeats it."""
    grant = b'{"access_token": "FETCHED-AND-SECRET", "token_type": "Bearer", "expires_in": 3600}'
    echo = b'{"seen": "Bearer FETCHED-AND-SECRET"}'
    head = {"Content-Type": "application/json"}

    with flapping((200, head, grant), (200, head, echo)) as server:
        credentials = f"{{token_url: '{server.url}', client_id: me, client_secret: hush-hush}}"
        text = f"version: 1\nrequests: {{echo: {{url: '{server.url}', auth: {{oauth2: {credentials}}}}}}}\n"
        Path("tiktoktoe.yaml").write_text(text, encoding="utf-8")
        result = tiktoktoe("request", "send", "echo", *how)

    assert result.code == 0, result.err
    assert "FETCHED-AND-SECRET" not in result.out + result.err
    assert "••••" in result.out

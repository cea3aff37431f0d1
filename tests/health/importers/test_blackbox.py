from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.health.importers.importing import Import, Write, read_back
from tiktoktoe_cli.expressions import EvaluationError, compile_expression
from tiktoktoe_cli.importing.facts import RemarkKind

if TYPE_CHECKING:
    from pathlib import Path

UNTRANSLATED = {
    "http.preferred_ip_protocol",
    "http.ip_protocol_fallback",
    "http.skip_resolve_phase_with_proxy",
    "http.proxy_connect_header",
    "icmp.preferred_ip_protocol",
    "icmp.source_ip_address",
    "dns.preferred_ip_protocol",
    "websocket.query_response",
    "the module",
    "PONG ${1}",
}
FILES_THAT_ARE_NOT_HERE = 2


def modules(write: Write, text: str) -> Any:  # a tree
    """Import one file's modules."""
    return Import.of("blackbox", write("blackbox.yml", f"modules:\n  m: {text}")).document["health"][
        "modules"
    ]


def test_imports_the_exporters_own_example(vectors: Path, tmp_path: Path) -> None:
    """Each module of the exporter's example is read back as it was written, and what is left out is known."""
    one = Import.of("blackbox", vectors / "health" / "other_configs" / "blackbox_example.yml")

    problems = read_back(one.text, tmp_path, {})

    assert yaml.safe_load(one.text) == one.document
    assert [problem.code for problem in problems] == ["secret-file"] * FILES_THAT_ARE_NOT_HERE
    assert {
        message.split("`")[1 if message[0] == "`" else 0].strip()
        for message in one.said(RemarkKind.UNTRANSLATED)
    } == UNTRANSLATED


def test_an_http_module_becomes_a_check_without_a_target(write: Write) -> None:
    """What is asked and what would be a failure stand where ours do."""
    found = modules(
        write,
        """
    prober: http
    timeout: 3s
    http:
      method: POST
      headers: {A: "$1 ${x}"}
      http_headers: {B: {values: [one, two]}, C: {files: [/c]}}
      body: "{}"
      basic_auth: {username: u, password_file: /p}
      tls_config: {ca_file: /ca, cert_file: /c, key_file: /k, server_name: s, insecure_skip_verify: true}
      proxy_url: http://p:1
      compression: gzip
      follow_redirects: false
      body_size_limit: 2MB
      valid_status_codes: [200, 204]
      valid_http_versions: [HTTP/1.1, HTTP/2.0, HTTP/2]
      fail_if_not_ssl: true
""",
    )

    assert found["m"] == {
        "http": {
            "method": "POST",
            "headers": {"A": "$$1 $${x}", "B": "one", "C": "${file:/c}", "Accept-Encoding": "gzip"},
            "body": "{}",
            "auth": {"basic": {"username": "u", "password": "${file:/p}"}},
            "tls": {"ca": "/ca", "cert": "/c", "key": "/k", "verify": False, "server_name": "s"},
            "proxy": {"url": "http://p:1"},
            "http2": True,
            "follow_redirects": False,
            "max_body": "2Mi",
        },
        "timeout": "3s",
        "expect": [
            "status in [200, 204]",
            'http_version in ["HTTP/1.1", "HTTP/2"]',
            'url.startsWith("https:")',
        ],
        "targets": ["*"],
        "retries": 0,
    }


@pytest.mark.parametrize(
    ("rule", "answer", "passes"),
    [
        ("fail_if_body_matches_regexp: [down]", {"text": "all down"}, False),
        ("fail_if_body_matches_regexp: [down]", {"text": "fine"}, True),
        ("fail_if_body_not_matches_regexp: ['^U.$']", {"text": "UP"}, True),
        ("fail_if_body_not_matches_regexp: ['^U.$']", {"text": "DOWN"}, False),
        ("fail_if_body_json_matches_cel: 'body.a == 1'", {"body": {"a": 1}}, False),
        ("fail_if_body_json_not_matches_cel: 'body.a == 1'", {"body": {"a": 1}}, True),
        ("fail_if_body_json_not_matches_cel: 'body.a == 1'", {"body": {}}, False),
        ("fail_if_header_matches: [{header: X-A, regexp: b}]", {"headers": {"x-a": "abc"}}, False),
        ("fail_if_header_matches: [{header: X-A, regexp: b}]", {"headers": {}}, False),
        ("fail_if_header_matches: [{header: X-A, regexp: b, allow_missing: true}]", {"headers": {}}, True),
        ("fail_if_header_not_matches: [{header: X-A, regexp: b}]", {"headers": {"x-a": "abc"}}, True),
        ("fail_if_header_not_matches: [{header: X-A, regexp: b}]", {"headers": {}}, False),
        (
            "fail_if_header_not_matches: [{header: X-A, regexp: b, allow_missing: true}]",
            {"headers": {}},
            True,
        ),
        ("fail_if_ssl: true", {"url": "https://h/"}, False),
        ("fail_if_ssl: true", {"url": "http://h/"}, True),
        ("fail_if_ssl: false", {"url": "https://h/"}, True),
    ],
)
def test_fails_where_the_exporter_fails(
    write: Write, rule: str, answer: dict[str, Any], *, passes: bool
) -> None:
    """Each way to fail is an expectation that does not hold then."""
    expect = modules(write, f"{{prober: http, http: {{{rule}}}}}")["m"]["expect"]

    assert (
        all_hold(expect, {"status": 200, "text": "", "headers": {}, "url": "http://h/", **answer}) is passes
    )


RECORDS = [
    {"name": "a.example.", "type": "A", "ttl": 300, "value": "10.0.0.1"},
    {"name": "a.example.", "type": "A", "ttl": 300, "value": "10.0.0.2"},
]


@pytest.mark.parametrize(
    ("rule", "records", "passes"),
    [
        (r"fail_if_matches_regexp: ['10\.0\.0\.2$']", RECORDS, False),
        (r"fail_if_matches_regexp: ['10\.9\.']", RECORDS, True),
        (r"fail_if_not_matches_regexp: ['^a.example.\t300\tIN\tA\t']", RECORDS, True),
        (r"fail_if_not_matches_regexp: ['10\.0\.0\.1$']", RECORDS, False),
        ("fail_if_not_matches_regexp: ['.']", [], False),
        (r"fail_if_none_matches_regexp: ['9$', '2$']", RECORDS, True),
        (r"fail_if_none_matches_regexp: ['9$']", RECORDS, False),
        ("fail_if_all_match_regexp: ['10']", RECORDS, True),
        ("fail_if_all_match_regexp: ['1$']", RECORDS, False),
    ],
)
def test_judges_records_as_the_exporter_does(
    write: Write, rule: str, records: list[Any], *, passes: bool
) -> None:
    """The rules of `prober/dns.go`, also where they do not do what their name says."""
    module = modules(write, f"{{prober: dns, dns: {{query_name: a, validate_answer_rrs: {{{rule}}}}}}}")["m"]

    assert all_hold(module["expect"], {"rcode": "NOERROR", "records": records}) is passes


def test_lines_are_matched_one_by_one(write: Write) -> None:
    """The exporter reads line by line, so that `^` and `$` are the ends of one; it ends what it sends, too."""
    found = modules(
        write,
        r"""
    prober: tcp
    tcp: {tls: true, query_response: [{expect: "^220 .*$"}, {send: "QUIT\r"}, {expect: "OK", send: "a"}]}
""",
    )

    assert found["m"]["tcp"] == {
        "tls": {"verify": True},
        "dialogue": [{"expect": r"(?m)^220 .*\r?$"}, {"send": "QUIT\r\n"}, {"expect": "OK"}, {"send": "a\n"}],
    }


@pytest.mark.parametrize(
    ("module", "made"),
    [
        (
            "{prober: icmp, icmp: {payload_size: 100, ttl: 5}}",
            {"icmp": {"size": 100, "ttl": 5}, "expect": ["connected"]},
        ),
        (
            (
                "{prober: dns, dns: {query_name: a, query_type: MX, transport_protocol: tcp, "
                "valid_rcodes: [NOERROR, NXDOMAIN]}}"
            ),
            {
                "dns": {"name": "a", "type": "MX", "protocol": "tcp"},
                "expect": ['rcode in ["NOERROR", "NXDOMAIN"]'],
            },
        ),
        (
            "{prober: grpc, grpc: {service: s, tls: true}}",
            {"grpc": {"service": "s", "tls": {"verify": True}}, "expect": ['status == "SERVING"']},
        ),
        (
            "{prober: websocket, websocket: {http_config: {basic_auth: {username: user, password: pass}}}}",
            {
                "websocket": {"headers": {"Authorization": "Basic dXNlcjpwYXNz"}},
                "expect": ["connected"],
                "targets": ["*"],
            },
        ),
        (
            "{prober: websocket, websocket: {http_config: {authorization: {credentials_file: /t}}}}",
            {
                "websocket": {"headers": {"Authorization": "Bearer ${file:/t}"}},
                "expect": ["connected"],
                "targets": ["*"],
            },
        ),
        ("{prober: tcp, tcp: {tls_config: {ca_file: /ca}}}", {"tcp": {}, "expect": ["connected"]}),
        (
            "{prober: tcp, tcp: {query_response: [{send: EHLO x}, {starttls: true}]}}",
            {"tls": {"starttls": "smtp"}, "expect": ["connected"]},
        ),
    ],
)
def test_each_prober_has_its_probe(write: Write, module: str, made: dict[str, Any]) -> None:
    """A module keeps what its prober is told, and what it has to find."""
    assert modules(write, module)["m"] == {**made, "retries": 0}


@pytest.mark.parametrize(
    "text",
    [
        "{modules: {}, unheard-of: 1}",
        "modules: {m: {prober: http, unheard-of: 1}}",
        "modules: {m: {prober: http, http: {unheard-of: 1}}}",
        "modules: {m: {prober: http, http: {tls_config: {unheard-of: 1}}}}",
        "modules: {m: {prober: http, http: {oauth2: {unheard-of: 1}}}}",
        "modules: {m: {prober: tcp, tcp: {query_response: [{unheard-of: 1}]}}}",
        "modules: {m: {prober: dns, dns: {query_name: a, validate_answer_rrs: {unheard-of: 1}}}}",
        "modules: {unheard-of: {prober: pigeon}}",
    ],
)
def test_a_key_that_nobody_expects_is_said_wherever_it_stands(write: Write, text: str) -> None:
    """The exporter refuses a key that it does not know; an import names it."""
    one = Import.of("blackbox", write("blackbox.yml", text))

    assert "unheard-of`" in " ".join(one.said(RemarkKind.UNTRANSLATED))


def all_hold(texts: list[str], bindings: dict[str, Any]) -> bool:
    """Evaluate expectations: what has no value does not hold."""
    try:
        return all(compile_expression(text)(bindings) is True for text in texts)
    except EvaluationError:
        return False

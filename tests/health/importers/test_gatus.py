from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.health.importers.importing import Import, Write, read_back
from tiktoktoe_cli.config.composer import compose
from tiktoktoe_cli.config.nodes import ListNode, MapNode, ScalarNode, Source
from tiktoktoe_cli.config.reader import read_source
from tiktoktoe_cli.errors import ConfigError
from tiktoktoe_cli.importing.facts import RemarkKind

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tiktoktoe_cli.config.nodes import Node, Spot

FILES = 85
RENAMED = {
    "true": {"insecure": "verify: false", "ignore-redirect": "follow_redirects: false", "graphql": "query"},
    "false": {"insecure": "verify: true", "ignore-redirect": "follow_redirects: true"},
}
"""Where a switch has another name here, and so perhaps the opposite value."""
OF_OTHER_PLACES = {
    "url": ("tcp://", "udp://", "icmp://", "ssh://", "tls://", "starttls://", "grpc://", "grpcs://")
}


def sources(vectors: Path) -> list[list[Path]]:
    """List the configurations of Gatus' repository; those of one folder are one."""
    folder = vectors / "health" / "gatus_configs"
    single = [[path] for path in sorted([*folder.glob("*.yaml"), *folder.glob("readme/*.yaml")])]
    return [*single, sorted(folder.glob("multi/*.yaml"))]


def test_imports_every_configuration_of_gatus(vectors: Path, tmp_path: Path) -> None:
    """All of Gatus' examples become configurations that PyYAML and our own reader read without an error."""
    configurations = sources(vectors)

    wrong = {
        str(names[0]): problems
        for names in configurations
        if (problems := read_back(Import.of("gatus", *names).text, tmp_path, {}))
    }

    assert sum(map(len, configurations)) == FILES
    assert wrong == {}


def test_writes_what_it_has(vectors: Path) -> None:
    """The YAML of every example reads back to the same data."""
    for names in sources(vectors):
        one = Import.of("gatus", *names)

        assert yaml.safe_load(one.text) == one.document


def test_drops_nothing_silently(vectors: Path) -> None:
    """Every key of every example is in the result, or a remark names it or something around it."""
    for names in sources(vectors):
        one = Import.of("gatus", *names)
        noted = {
            (remark.place.file, remark.place.line, remark.place.column) for remark in one.imported.remarks
        }

        for name in names:
            source = read_source(str(name))
            assert isinstance(source, Source)
            root = compose(source).root
            assert root
            lost = [
                path for path, key, node in unnoted(root, noted) if not is_there(path, node, key, one.text)
            ]
            assert lost == [], name


def unnoted(node: Node, noted: set[Any], path: str = "") -> Iterator[tuple[str, str, ScalarNode]]:
    """Yield the single values that no remark stands at or around, with their paths and keys."""
    if isinstance(node, MapNode):
        for key, entry in node.entries.items():
            if not is_noted(entry.key, noted):
                yield from unnoted_value(entry.value, noted, f"{path}.{key}", key)
    elif isinstance(node, ListNode):
        for item in node.items:
            yield from unnoted_value(item, noted, path, path.rpartition(".")[2])


def unnoted_value(node: Node, noted: set[Any], path: str, key: str) -> Iterator[tuple[str, str, ScalarNode]]:
    """Yield one value, or what is inside it."""
    if isinstance(node, ScalarNode):
        if not is_noted(node, noted) and node.raw:
            yield path, key, node
    elif not is_noted(node, noted):
        yield from unnoted(node, noted, path)


def is_noted(spot: Spot, noted: set[Any]) -> bool:
    """Tell whether a remark stands at a spot."""
    return (spot.place.file, spot.place.line, spot.place.column) in noted


def is_there(path: str, node: ScalarNode, key: str, text: str) -> bool:
    """Tell whether a value, or what became of it, is in the text."""
    value = node.raw.partition("://")[2] if node.raw.startswith(OF_OTHER_PLACES.get(key, ())) else node.raw
    if path.endswith(".conditions"):
        return True  # those of which nothing is made have remarks: test_keeps_every_condition
    return value in text or RENAMED.get(value, {}).get(key, "\0") in text or value.split("\n")[0] in text


def test_keeps_every_condition(vectors: Path) -> None:
    """Each condition of a check is an expectation, or a remark says why it is not."""
    for names in sources(vectors):
        one = Import.of("gatus", *names)
        given = [yaml.safe_load(name.read_text()) for name in names]
        conditions = [
            condition
            for document in given
            for endpoint in document.get("endpoints", ())
            for condition in endpoint.get("conditions", ())
        ]
        checks = [
            check for service in one.document["services"].values() for check in service.get("health", ())
        ]
        without_probe = [
            message for message in one.said(RemarkKind.UNTRANSLATED) if "nothing here speaks" in message
        ]
        refused = [message for message in one.said(RemarkKind.UNTRANSLATED) if message.startswith("`[")]

        kept = sum(len(check.get("expect", ())) for check in checks)

        assert kept + len(refused) + len(without_probe) == len(conditions), names


def test_an_endpoint_becomes_a_service_with_one_check(write: Write) -> None:
    """Name, group, interval, what is asked and what has to be found stand where ours do, in our order."""
    file = write(
        "gatus.yaml",
        """
endpoints:
  - name: Front End
    group: core/web
    enabled: false
    url: "https://h/health"
    method: POST
    headers: {X-A: "1"}
    body: 'about [ENDPOINT_NAME] of [ENDPOINT_GROUP]'
    interval: 5m
    client:
      timeout: 2s
      insecure: true
      ignore-redirect: true
      proxy-url: http://proxy:3128
      oauth2: {token-url: "https://t/", client-id: me, client-secret: s, scopes: [a]}
      tls: {certificate-file: /c.pem, private-key-file: /k.pem}
    conditions: ["[STATUS] == 200"]
""",
    )

    one = Import.of("gatus", file)

    assert one.document["services"]["core-web_front-end"]["group"] == "core/web"
    assert one.check("core-web_front-end") == {
        "name": "Front End",
        "http": {
            "url": "https://h/health",
            "method": "POST",
            "headers": {"X-A": "1"},
            "body": "about Front End of core/web",
            "auth": {
                "oauth2": {
                    "token_url": "https://t/",
                    "client_id": "me",
                    "client_secret": "s",
                    "scopes": ["a"],
                }
            },
            "tls": {"verify": False, "cert": "/c.pem", "key": "/k.pem"},
            "proxy": {"url": "http://proxy:3128"},
            "follow_redirects": False,
        },
        "timeout": "2s",
        "retries": 0,
        "interval": "5m",
        "enabled": False,
        "expect": ["status == 200"],
    }
    assert one.imported.remarks == ()


@pytest.mark.parametrize(
    ("endpoint", "probe"),
    [
        ('{url: "tcp://h:1", body: PING}', {"tcp": {"address": "h:1", "dialogue": [{"send": "PING"}]}}),
        (
            '{url: "tcp://h:1", conditions: ["[BODY] == pat(*x*)"]}',
            {"tcp": {"address": "h:1", "dialogue": [{"expect": "(?s).+"}]}},
        ),
        ('{url: "tls://h:1", client: {insecure: true}}', {"tls": {"address": "h:1", "verify": False}}),
        ('{url: "starttls://h:25"}', {"tls": {"address": "h:25", "starttls": "smtp"}}),
        ('{url: "icmp://h"}', {"icmp": {"host": "h"}}),
        ('{url: "wss://h/", body: hi}', {"websocket": {"url": "wss://h/", "send": "hi"}}),
        ('{url: "grpc://h:1"}', {"grpc": {"address": "h:1"}}),
        ('{url: "grpcs://h:1"}', {"grpc": {"address": "h:1", "tls": {"verify": True}}}),
        (
            '{url: "ssh://h", ssh: {username: ""}}',
            {"tcp": {"address": "h:22", "dialogue": [{"expect": "^SSH-"}]}},
        ),
        (
            '{url: "8.8.8.8", dns: {query-name: a.b, query-type: MX}}',
            {"dns": {"name": "a.b", "type": "MX", "server": "8.8.8.8:53"}},
        ),
        ('{url: "2001:db8::1", dns: {query-name: a}}', {"dns": {"name": "a", "server": "[2001:db8::1]:53"}}),
    ],
)
def test_the_scheme_says_which_probe_it_is(write: Write, endpoint: str, probe: dict[str, Any]) -> None:
    """Each kind of endpoint has its probe."""
    file = write("gatus.yaml", f"endpoints: [{{name: a, {endpoint[1:]}]")

    check = Import.of("gatus", file).check("a")

    assert {key: check[key] for key in probe} == probe


@pytest.mark.parametrize(
    ("endpoint", "reason"),
    [
        ('{url: "udp://h:1"}', "calls every udp address connected"),
        ('{url: "gopher://h"}', "no scheme that is known"),
        ('{url: "tcp://h"}', "names no port"),
        ('{url: "ssh://h", ssh: {username: me}}', "no probe logs in"),
        ('{url: "http://h", client: {tunnel: t}}', "SSH tunnel"),
        ('{url: "http://h", client: {dns-resolver: "tcp://d:53"}}', "as this machine does"),
        ('{url: "http://h", client: {proxy-url: "socks5://p:1"}}', "by HTTP only"),
        ('{url: "http://h", body: "[RANDOM_STRING_3]"}', "sent as it stands"),
        ('{url: "http://h", extra-labels: {a: b}}', "no labels"),
        ('{url: "http://h", interval: soon}', "no counterpart"),
        ('{url: "http://h", unheard-of: 1}', "`unheard-of`"),
    ],
)
def test_says_what_has_no_counterpart(write: Write, endpoint: str, reason: str) -> None:
    """What is left out is said with its reason."""
    file = write("gatus.yaml", f"endpoints: [{{name: a, {endpoint[1:]}]")

    one = Import.of("gatus", file)

    assert reason in " ".join(one.said(RemarkKind.UNTRANSLATED))
    assert reason in one.text


def test_a_graphql_request_is_wrapped_as_gatus_does(write: Write) -> None:
    """The body becomes the query of a JSON map, and says so in its type."""
    file = write("gatus.yaml", 'endpoints: [{name: a, url: "http://h", graphql: true, body: "{ a }"}]')

    http = Import.of("gatus", file).check("a")["http"]

    assert http["body"] == '{"query": "{ a }"}'
    assert http["headers"] == {"Content-Type": "application/json"}


def test_windows_keep_their_clock(write: Write) -> None:
    """`23:00` without quotes is a time of day, although YAML 1.1 makes 1380 of it."""
    file = write(
        "gatus.yaml",
        """
maintenance: {start: 23:00, duration: 1h, every: [Saturday]}
endpoints:
  - {name: a, url: "http://h", maintenance-windows: [{start: 07:30, duration: 40m, timezone: Europe/Berlin}]}
  - {name: b, url: "http://h", maintenance-windows: [{enabled: false, start: 07:30, duration: 40m}]}
""",
    )

    one = Import.of("gatus", file)

    assert one.document["health"]["maintenance"] == [
        {"start": "23:00", "duration": "1h", "every": ["saturday"]},
        {"start": "07:30", "duration": "40m", "timezone": "Europe/Berlin", "services": ["a"]},
    ]
    assert yaml.safe_load(one.text)["health"]["maintenance"][0]["start"] == "23:00"
    assert "not enabled" in " ".join(one.said(RemarkKind.UNTRANSLATED))


def test_the_lowest_thresholds_of_the_alerts_are_kept(write: Write) -> None:
    """Alerts are not sent, but when they would be is what `thresholds` says."""
    file = write(
        "gatus.yaml",
        'endpoints: [{name: a, url: "http://h", alerts: [{type: x, failure-threshold: 5}, {type: y, '
        "failure-threshold: 2, success-threshold: 4}]}]",
    )

    one = Import.of("gatus", file)

    assert one.check("a")["thresholds"] == {"preset": "gatus", "fail": 2, "pass": 4}
    assert "nothing is sent by `x` and `y`" in " ".join(one.said(RemarkKind.UNTRANSLATED))


def test_several_files_are_one_configuration(write: Write) -> None:
    """Lists append and maps merge; the same value said twice differently is refused with both places."""
    first = write("a.yaml", 'endpoints: [{name: a, url: "http://h"}]\nconcurrency: 5')
    second = write("b.yaml", 'endpoints: [{name: a, url: "http://i"}]')
    third = write("c.yaml", "concurrency: 6")

    one = Import.of("gatus", first, second)

    assert list(one.document["services"]) == ["a", "a-2"]
    assert one.document["health"] == {"concurrency": 5}
    assert "this one is `a-2`" in " ".join(one.said(RemarkKind.CHANGED))
    with pytest.raises(ConfigError):
        Import.of("gatus", first, third)


def test_a_folder_is_all_yaml_files_in_it(write: Write, tmp_path: Path) -> None:
    """As Gatus does with a folder that it is given."""
    write("conf/b.yml", 'endpoints: [{name: b, url: "http://h"}]')
    write("conf/a/a.yaml", 'endpoints: [{name: a, url: "http://h"}]')
    write("conf/notes.txt", "x")

    assert list(Import.of("gatus", tmp_path / "conf").document["services"]) == ["a", "b"]


def test_variables_stay_variables(write: Write) -> None:
    """Variables are ours, too; that a missing one is a mistake here is said once."""
    file = write("gatus.yaml", 'endpoints: [{name: a, url: "${BASE}/x", headers: {A: "$TOKEN $$5"}}]')

    one = Import.of("gatus", file)

    assert one.check("a")["http"] == {"url": "${BASE}/x", "headers": {"A": "$TOKEN $$5"}}
    assert [message for message in one.said(RemarkKind.CHANGED) if "`BASE` and `TOKEN`" in message]
    assert "taken for that of a web server" in " ".join(one.said(RemarkKind.INFERRED))


def test_a_condition_that_gatus_lets_pass_too_easily_is_named(write: Write) -> None:
    """A missing part is always worth a word; no answer at all only where nothing else would notice it."""
    file = write(
        "gatus.yaml",
        """
endpoints:
  - {name: a, url: "http://h", conditions: ["[STATUS] == 200", "[BODY].errors != 1", "[RESPONSE_TIME] < 500"]}
  - {name: b, url: "http://h", conditions: ["[STATUS] != 500"]}
  - {name: c, url: "http://h", conditions: ["[CONNECTED] == false"]}
""",
    )

    said = Import.of("gatus", file).said(RemarkKind.CHANGED)

    assert len(said) == 2
    assert "`[BODY].errors != 1` pass if it is missing" in said[0]
    assert "`[STATUS] != 500` pass if nothing answers" in said[1]


def test_without_any_condition_left_it_says_what_is_expected(write: Write) -> None:
    """What is usual for the probe is expected then, and nobody should be surprised."""
    file = write(
        "gatus.yaml", 'endpoints: [{name: a, url: "http://h", conditions: ["[DOMAIN_EXPIRATION] > 1h"]}]'
    )

    one = Import.of("gatus", file)

    assert "expect" not in one.check("a")
    assert "what is usual for the probe is expected" in " ".join(one.said(RemarkKind.CHANGED))


@pytest.mark.parametrize(
    "text",
    [
        "{endpoints: [], unheard-of: 1}",
        'endpoints: [{name: a, url: "http://h", unheard-of: 1}]',
        'endpoints: [{name: a, url: "http://h", client: {unheard-of: 1}}]',
        'endpoints: [{name: a, url: "http://h", client: {oauth2: {token-url: "http://t", unheard-of: 1}}}]',
        'endpoints: [{name: a, url: "http://h", client: {tls: {unheard-of: 1}}}]',
        'endpoints: [{name: a, url: "1.1.1.1", dns: {query-name: a, unheard-of: 1}}]',
        'endpoints: [{name: a, url: "ssh://h", ssh: {unheard-of: 1}}]',
        'endpoints: [{name: a, url: "tcp://h:1", unheard-of: 1}]',
        "maintenance: {start: 23:00, duration: 1h, unheard-of: 1}",
        'endpoints: [{name: a, url: "http://h", maintenance-windows: [{start: "01:00", duration: 1h, unheard-of: 1}]}]',
    ],
)
def test_a_key_that_nobody_expects_is_said_wherever_it_stands(write: Write, text: str) -> None:
    """Gatus passes over a key that it does not know; an import that did the same would hide a mistake."""
    one = Import.of("gatus", write("gatus.yaml", text))

    assert "unheard-of`" in " ".join(one.said(RemarkKind.UNTRANSLATED))

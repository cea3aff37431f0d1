from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
import yaml

from tests.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Result

Run = Callable[..., "Result"]
SAMPLES = ROOT / "samples" / "imports"
GATUS = str(SAMPLES / "gatus.yaml")


def test_prints_yaml_and_tells_what_is_not_in_it(tiktoktoe: Run) -> None:
    """Standard output is the configuration and nothing else; what is left out stands on standard error, too."""
    result = tiktoktoe("health", "import", "gatus", GATUS)

    document = yaml.safe_load(result.out)
    assert result.code == 0
    assert list(document["services"]) == ["core_payments", "certificate"]
    assert "# untranslated: `[DOMAIN_EXPIRATION] > 720h`" in result.out
    assert "[import-untranslated]" in result.err
    assert f"{GATUS}:22" in result.err


@pytest.mark.parametrize(
    ("source", "file", "code"),
    [("gatus", "gatus.yaml", 1), ("blackbox", "blackbox.yml", 1), ("compose", "compose.yaml", 1)],
)
def test_strict_answers_no_if_something_is_lost(tiktoktoe: Run, source: str, file: str, code: int) -> None:
    """A pipeline can insist on a whole translation; the YAML is printed all the same."""
    result = tiktoktoe("health", "import", source, str(SAMPLES / file), "--strict")

    assert result.code == code
    assert yaml.safe_load(result.out)["version"] == 1


def test_strict_is_content_with_guesses_and_with_what_is_not_about_health(
    tiktoktoe: Run, write: Callable[[str, str], str]
) -> None:
    """Only what is lost counts."""
    file = write("compose.yaml", "services: {a: {image: x, healthcheck: {test: [CMD, x]}}}")

    result = tiktoktoe("health", "import", "compose", file, "--strict")

    assert result.code == 0
    assert "inferred" in result.out


def test_json_has_the_remarks_and_the_document(tiktoktoe: Run) -> None:
    """The remarks are the items, the counts and the configuration the summary."""
    answer = json.loads(tiktoktoe("health", "import", "gatus", GATUS, "-o", "json").out)

    assert answer["ok"] is True
    assert answer["summary"]["untranslated"] == 3
    assert answer["summary"]["changed"] == 3
    assert answer["summary"]["services"] == 2
    assert answer["summary"]["document"]["services"]["certificate"]["health"][0]["interval"] == "1h"
    lost = [item for item in answer["items"] if "DOMAIN" in item["message"]]
    assert lost == [
        {
            "kind": "untranslated",
            "message": "`[DOMAIN_EXPIRATION] > 720h`: nothing here asks when a domain expires",
            "file": GATUS,
            "line": 22,
            "column": 53,
            "end_column": 81,
            "at": "services.certificate.health.0.expect",
        }
    ]


def test_what_was_imported_is_a_configuration(tiktoktoe: Run, tmp_path: Path) -> None:
    """The result is checked without an error."""
    for source, file in (("gatus", "gatus.yaml"), ("blackbox", "blackbox.yml"), ("compose", "compose.yaml")):
        target = tmp_path / file
        target.write_text(tiktoktoe("health", "import", source, str(SAMPLES / file)).out)

        assert tiktoktoe("config", "check", "-c", str(target)).code == 0, source


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("icinga", GATUS), "unknown value of `FORMAT`: `icinga`"),
        (("gatus", "nowhere.yaml"), "cannot read `nowhere.yaml`"),
    ],
)
def test_says_what_was_asked_wrongly(tiktoktoe: Run, arguments: tuple[str, ...], words: str) -> None:
    """An unknown format and a missing file are told as everywhere."""
    result = tiktoktoe("health", "import", *arguments)

    assert result.code == 2
    assert words in result.err


@pytest.mark.parametrize("text", ["", "- a", "a: [", "a: 1\na: 2"])
def test_a_file_that_is_no_configuration_is_told(
    tiktoktoe: Run, write: Callable[[str, str], str], text: str
) -> None:
    """What cannot be read is a problem with its place, never a traceback."""
    result = tiktoktoe("health", "import", "gatus", write("gatus.yaml", text))

    assert result.code == 2
    assert result.out == ""
    assert "Traceback" not in result.err


@pytest.mark.parametrize(
    ("source", "text", "hint"),
    [
        ("blackbox", "endpoints: []", "it looks like one of `gatus`"),
        ("gatus", "modules: {}", "it looks like one of `blackbox`"),
        ("gatus", "services: {}", "it looks like one of `compose`"),
        ("compose", "colour: red", "it would have `include` or `services`"),
    ],
)
def test_the_file_of_another_tool_is_refused(
    tiktoktoe: Run, write: Callable[[str, str], str], source: str, text: str, hint: str
) -> None:
    """An empty configuration and a good exit code would be the worst answer."""
    result = tiktoktoe("health", "import", source, write("other.yaml", text))

    assert (result.code, result.out) == (2, "")
    assert f"this is no configuration of `{source}`" in result.err
    assert hint in result.err


def test_relative_paths_are_remarked_on_once(tiktoktoe: Run, write: Callable[[str, str], str]) -> None:
    """They start at the folder of the file that names them, and the import is saved wherever one likes."""
    tls = "tls_config: {ca_file: certs/ca.pem, cert_file: /etc/cert.pem, key_file: certs/key.pem}"
    http = f"{{bearer_token_file: token, {tls}}}"
    file = write(
        "blackbox.yml", f"modules: {{a: {{prober: http, http: {http}}}, b: {{prober: tcp, tcp: {{{tls}}}}}}}"
    )

    remarks = json.loads(tiktoktoe("health", "import", "blackbox", file, "-o", "json").out)["items"]

    (told,) = [one["message"] for one in remarks if "relative" in one["message"]]
    assert "`token`" in told
    assert told.count("`certs/ca.pem`") == told.count("`certs/key.pem`") == 1
    assert "/etc" not in told

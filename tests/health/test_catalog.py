"""A probe is one file and one line: what both say about it agrees."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import trustme

from tiktoktoe_cli.health import Observation, probes
from tiktoktoe_cli.health.certificates import tls_variables
from tiktoktoe_cli.health.probes.variables import ALWAYS, FIELDS, misread
from tiktoktoe_cli.health.settings import PROBES, HealthSettings, ModuleSettings
from tiktoktoe_cli.transport import Timing
from tiktoktoe_cli.transport.exchange import TlsSession
from tiktoktoe_cli.transport.variables import PHASES

if TYPE_CHECKING:
    from tiktoktoe_cli.health.probes.settings import ProbeSettings

FOLDER = Path(probes.__file__).parent


@pytest.mark.parametrize("kind", PROBES)
def test_a_probe_stands_in_the_file_of_its_name(kind: str) -> None:
    """Who looks for the probe `tcp` finds it in `probes/tcp.py`."""
    assert PROBES[kind].__module__ == f"{probes.__name__}.{kind}"


@pytest.mark.parametrize("probe", PROBES.values())
def test_what_a_probe_assumes_is_about_what_it_sees(probe: type[ProbeSettings]) -> None:
    """Its usual expectations read its own variables, which its documentation names."""
    from tiktoktoe_cli.expressions import compile_expression

    known = (*probe.variables, *ALWAYS)

    assert probe.assumed
    for text in (*probe.assumed, *probe.assumed_warn):
        compile_expression(text, variables=known)
    assert [name for name in probe.variables if name not in (probe.__doc__ or "")] == []


def test_the_fields_of_maps_are_those_that_are_seen() -> None:
    """What is said of `timing` and `tls` is what an observation holds."""
    ends = datetime(2027, 1, 1, tzinfo=UTC)
    issued = trustme.CA().issue_cert("h", not_after=ends).cert_chain_pems[0].bytes().decode()
    session = TlsSession("TLSv1.3", "AES", (ssl.PEM_cert_to_DER_cert(issued),), is_verified=True)

    assert FIELDS["timing"].keys() == set(PHASES)
    assert FIELDS["tls"].keys() == tls_variables(session, "", 0).keys()
    assert ALWAYS.keys() == Observation(Timing(0)).bindings.keys()


@pytest.mark.parametrize(
    ("probe", "name", "hint"),
    [
        ("http", "latency", "did you mean `timing.total`? there is `status`"),
        (
            "exec",
            "response_time",
            "did you mean `timing.total`? there is `exit_code`, `stdout`, `stderr`, `timing`",
        ),
        ("http", "code", "did you mean `status`?"),
        ("exec", "code", "did you mean `exit_code`?"),
        ("dns", "code", "did you mean `rcode`?"),
        ("http", "statsu", "did you mean `status`?"),
        ("http", "timing.totl", "did you mean `total`? there is `dns`, `connect`"),
        ("tls", "tls.expires.x", "did you mean `expires_in`?"),
        ("exec", "tls", "there is `exit_code`, `stdout`, `stderr`, `timing`, `connected` and `error`"),
    ],
)
def test_what_a_probe_does_not_see_is_told_with_what_was_meant(probe: str, name: str, hint: str) -> None:
    """The names of other tools lead to ours, as far as the probe has them, and what there is is listed."""
    told = misread(name, (*PROBES[probe].variables, *ALWAYS))

    assert told is not None
    assert told.startswith(hint)


@pytest.mark.parametrize(
    "name", ["status", "body.timing.x", "headers.code", "timing", "timing.total", "tls.names"]
)
def test_what_a_probe_sees_is_right(name: str) -> None:
    """Fields of what a service answers may have any name."""
    assert misread(name, (*PROBES["http"].variables, *ALWAYS)) is None


@pytest.mark.parametrize("probe", [one for one in PROBES.values() if one.target])
def test_the_target_of_a_probe_is_one_of_its_settings(probe: type[ProbeSettings]) -> None:
    """A module leaves it out, and `/probe` puts it in."""
    assert probe.target in probe.model_fields


def test_a_module_is_a_check_without_a_target() -> None:
    """What asks nobody else cannot be aimed at anybody, and is no module."""
    settings = HealthSettings.model_validate({"modules": {"up": {"http": {"method": "HEAD"}}}})

    assert settings.modules["up"].kind == "http"
    assert {"exec", "file"}.isdisjoint(kind for kind in ModuleSettings.model_fields if PROBES.get(kind))

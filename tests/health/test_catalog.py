"""A probe is one file and one line: what both say about it agrees."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tiktoktoe_cli.health import probes
from tiktoktoe_cli.health.probes.settings import ALWAYS
from tiktoktoe_cli.health.settings import PROBES, HealthSettings, ModuleSettings

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


@pytest.mark.parametrize("probe", [one for one in PROBES.values() if one.target])
def test_the_target_of_a_probe_is_one_of_its_settings(probe: type[ProbeSettings]) -> None:
    """A module leaves it out, and `/probe` puts it in."""
    assert probe.target in probe.model_fields


def test_a_module_is_a_check_without_a_target() -> None:
    """What asks nobody else cannot be aimed at anybody, and is no module."""
    settings = HealthSettings.model_validate({"modules": {"up": {"http": {"method": "HEAD"}}}})

    assert settings.modules["up"].kind == "http"
    assert {"exec", "file"}.isdisjoint(kind for kind in ModuleSettings.model_fields if PROBES.get(kind))

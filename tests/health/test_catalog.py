"""A probe is one file, its settings, and its line in two tables, which agree."""

from __future__ import annotations

from typing import get_args

import pytest

from tiktoktoe_cli.health.probe_settings import PROBE_SETTINGS
from tiktoktoe_cli.health.probes.catalog import PROBES
from tiktoktoe_cli.health.settings import CheckSettings


def test_every_probe_that_can_be_written_can_be_made() -> None:
    """What the YAML knows and what touches the world are the same set."""
    assert PROBES.keys() == PROBE_SETTINGS.keys()


@pytest.mark.parametrize("kind", PROBE_SETTINGS)
def test_a_check_holds_each_probe_under_its_kind(kind: str) -> None:
    """The key of a probe in the YAML has the settings of its kind."""
    assert PROBE_SETTINGS[kind] in get_args(CheckSettings.model_fields[kind].annotation)


@pytest.mark.parametrize("settings", PROBE_SETTINGS.values())
def test_each_kind_says_what_a_run_needs_to_know(settings: type) -> None:
    """Its variables, what it usually expects, and where somebody must listen."""
    assert {"variables", "assumed", "listens_at"} <= set(dir(settings))

"""Where checks ask, seen in what is written."""

from __future__ import annotations

from tiktoktoe_cli.health.addresses import LISTENING_TARGETS
from tiktoktoe_cli.health.probes.settings import ProbeSettings
from tiktoktoe_cli.health.settings import PROBES


def test_the_targets_are_those_of_the_probes() -> None:
    """Whatever setting a probe names whom to ask with is looked for, if that must listen; no other setting is."""
    listening = [probe for probe in PROBES.values() if probe.listens_at is not ProbeSettings.listens_at]

    assert {probe.target for probe in listening} == LISTENING_TARGETS

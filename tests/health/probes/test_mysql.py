"""What MySQL has beside what both SQL databases promise."""

from __future__ import annotations

from typing import Any

import pytest

from tiktoktoe_cli.health.probes.mysql import MysqlProbe


@pytest.mark.parametrize(("tls", "is_private"), [(None, False), ({"verify": False}, False), ({}, True)])
def test_only_a_known_server_may_be_told_a_password(tls: dict[str, Any] | None, *, is_private: bool) -> None:
    """Over TLS that does not ask who answers, anybody may be at the other end."""
    probe = MysqlProbe.model_validate({"address": "h:1", "username": "u", "tls": tls})

    assert probe.is_private is is_private

"""The systems whose thresholds a check can follow: one row each, with the rules and numbers that are their defaults."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from tiktoktoe_cli.health.state import HealthState
from tiktoktoe_cli.health.thresholds.rules import Rules


class Preset(StrEnum):
    """Whose rules a check follows; `rules` are what its row says."""

    rules: Rules

    # as Kubernetes, but a check that cannot be carried out is a failure: nobody may take it for healthy
    TIKTOKTOE = "tiktoktoe", Rules(fail=3, pass_=1)
    # the kubelet's `pkg/kubelet/prober/worker.go` (`doProbe`), as for readiness, which fails until it passes; a probe
    # that could not be carried out is thrown away
    KUBERNETES = "kubernetes", Rules(fail=3, pass_=1, counts_errors=False)
    # `src/check.c` (`set_server_check_status`): a server begins as `init-state up` says, up, but the first check that
    # fails takes it down
    HAPROXY = "haproxy", Rules(fail=3, pass_=2, initial=HealthState.HEALTHY, first_decides=True)
    # `health_checker_base_impl.cc` (`handleSuccess`, `setUnhealthy`): it asks for both numbers and has none of its
    # own, so HAProxy's stand in for them
    ENVOY = "envoy", Rules(fail=3, pass_=2, first_decides=True, retriable=False)
    # `agent/checks/check.go` (`StatusHandler`), whose 0 means what 1 does: `success_before_passing` is `pass`,
    # `failures_before_critical` `fail`, and `failures_before_warning` `warn`, where it is degraded here
    CONSUL = "consul", Rules(fail=1, pass_=1, first_decides=True, follows_latest=False)
    # `watchdog/alerting.go`: it counts for alerts only, and what has one is unhealthy here
    GATUS = "gatus", Rules(fail=3, pass_=2, initial=HealthState.HEALTHY)
    # cloudprober's `internal/alerting/alerting.go` (`Record`): `failures` of `total`, by default 1 of as many; it
    # counts by differences, so that its very first result only begins them, and here that counts too
    M_OF_N = "m_of_n", Rules(fail=1, pass_=1, initial=HealthState.HEALTHY)

    def __new__(cls, word: str, rules: Rules) -> Self:
        """Make one row."""
        made = str.__new__(cls, word)
        made._value_, made.rules = word, rules
        return made

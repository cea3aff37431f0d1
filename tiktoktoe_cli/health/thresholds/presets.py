"""The rules of systems with hysteresis, with the numbers that they have by themselves: one row each.

- tiktoktoe: as Kubernetes, but a check that cannot be carried out is a failure: nobody may take it for healthy.
- kubernetes: the kubelet's `pkg/kubelet/prober/worker.go` (`doProbe`), as for readiness, which fails until it passes.
  A probe that could not be carried out is thrown away.
- haproxy: `src/check.c` (`set_server_check_status`). A server begins as `init-state up` says: up, but the first check
  that fails takes it down.
- envoy: `health_checker_base_impl.cc` (`handleSuccess`, `setUnhealthy`). It asks for both numbers and has none of its
  own; HAProxy's stand in for them.
- consul: `agent/checks/check.go` (`StatusHandler`). Its numbers of 0 mean what 1 does. `success_before_passing` is
  `pass`, `failures_before_critical` `fail` and `failures_before_warning` `warn`; its warning is degraded here.
- gatus: `watchdog/alerting.go`. It counts for alerts only: what has one is unhealthy here.
- m_of_n: cloudprober's `internal/alerting/alerting.go` (`Record`): `failures` of `total`, by default 1 of as many.

cloudprober counts by differences, so that its very first result only begins them; here it counts too.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from tiktoktoe_cli.health.facts import HealthState
from tiktoktoe_cli.health.thresholds.rules import Rules


class Preset(StrEnum):
    """Whose rules a check follows."""

    TIKTOKTOE = "tiktoktoe"
    KUBERNETES = "kubernetes"
    HAPROXY = "haproxy"
    ENVOY = "envoy"
    CONSUL = "consul"
    GATUS = "gatus"
    M_OF_N = "m_of_n"


PRESETS: Final = {
    Preset.TIKTOKTOE: Rules(fail=3, pass_=1),
    Preset.KUBERNETES: Rules(fail=3, pass_=1, counts_errors=False),
    Preset.HAPROXY: Rules(fail=3, pass_=2, initial=HealthState.HEALTHY, first_decides=True),
    Preset.ENVOY: Rules(fail=3, pass_=2, first_decides=True, retriable=False),
    Preset.CONSUL: Rules(fail=1, pass_=1, first_decides=True, follows_latest=False),
    Preset.GATUS: Rules(fail=3, pass_=2, initial=HealthState.HEALTHY),
    Preset.M_OF_N: Rules(fail=1, pass_=1, initial=HealthState.HEALTHY),
}

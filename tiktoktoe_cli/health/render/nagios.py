"""The health of a system as a monitoring plugin says it, with the exit code that its caller reads.

Behind its line, whose form is that of every plugin, come further ones as long output. The worst of several states is
chosen as in the Monitoring Plugins themselves: CRITICAL, WARNING, UNKNOWN, OK.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.config.units import NS_PER_S
from tiktoktoe_cli.health.render.latency_limit import latency_limit_ns
from tiktoktoe_cli.health.render.report import verdict_of
from tiktoktoe_cli.health.render.rows import Row, rows_of
from tiktoktoe_cli.health.state import Demand, HealthState
from tiktoktoe_cli.report.plugin import PluginState, plugin_line, plugin_text

if TYPE_CHECKING:
    from tiktoktoe_cli.health.facts import HealthFacts
    from tiktoktoe_cli.report.view import View

_WORST_LAST: Final = (PluginState.OK, PluginState.UNKNOWN, PluginState.WARNING, PluginState.CRITICAL)
_STATES: Final = {
    HealthState.SKIPPED: PluginState.OK,
    HealthState.HEALTHY: PluginState.OK,
    HealthState.MAINTENANCE: PluginState.OK,
    HealthState.DEGRADED: PluginState.WARNING,
    HealthState.UNREACHABLE: PluginState.CRITICAL,
    HealthState.ERROR: PluginState.UNKNOWN,
    HealthState.UNHEALTHY: PluginState.CRITICAL,
}
_LABEL: Final = str.maketrans({"'": "''", "=": "_"})


def nagios_of(facts: HealthFacts, view: View) -> tuple[str, int]:
    """Write what a plugin prints, with a newline at its end, and the code that it exits with: 0, 1, 2 or 3.

    Nothing checked is UNKNOWN, and so is a run that was broken off before it found anything wrong. Each check has
    its latency as performance data; where nothing was found out, that is `U`.
    """
    state = _state_of(facts)
    rows = [row for row in rows_of(facts) if row.is_made]
    data = " ".join(_performance(row, view) for row in rows)
    first = plugin_line(state, verdict_of(facts), view, data)
    troubles = [
        f"{row.state}: {row.name}: {row.detail}" for row in rows if row.state is not HealthState.HEALTHY
    ]
    return "\n".join([first, *(plugin_text(line, view) for line in troubles), ""]), state.value


def _state_of(facts: HealthFacts) -> PluginState:
    states = [
        _STATES[service.state] for service in facts.services if service.state is not HealthState.SKIPPED
    ]
    if not states or facts.is_partial:
        states.append(PluginState.UNKNOWN)
    return max(states, key=_WORST_LAST.index)


def _performance(row: Row, view: View) -> str:
    """Write `'label'=value;warn;crit;min`; a bound is there only where expectations set one for the whole time."""
    label = plugin_text(row.name, view).translate(_LABEL)
    value = "U" if row.check.state is HealthState.ERROR else f"{row.check.timing.total_ns / NS_PER_S:.6f}s"
    warn, crit = (_bound(row, demand) for demand in (Demand.WARN, Demand.EXPECT))
    return f"'{label}'={value};{warn};{crit};0"


def _bound(row: Row, demand: Demand) -> str:
    """Write a range that the latency must not leave: `0.3` is from zero to 300 ms."""
    texts = [one.result.text for one in row.check.expectations if one.demand is demand]
    limit_ns = latency_limit_ns(texts)
    return "" if limit_ns is None else f"{limit_ns / NS_PER_S:g}"

"""A site without a watch behind it, for the tests of what is served."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tiktoktoe_cli.health.settings import HealthSettings, ModuleSettings
from tiktoktoe_cli.report import Metric, MetricKind, Report, Sample

if TYPE_CHECKING:
    from collections.abc import Mapping

SECRET = "hunter2"  # noqa: S105  # hidden on every page


def hide(text: str) -> str:
    """Hide the secret of the tests."""
    return text.replace(SECRET, "••••")


def make_modules(**modules: Any) -> Mapping[str, ModuleSettings]:
    """Make modules as the configuration does."""
    return HealthSettings.model_validate({"modules": modules}).modules


@dataclass
class FixedSite:
    """A site that always shows the same report."""

    ok: bool = True
    modules: Mapping[str, ModuleSettings] = field(
        default_factory=lambda: make_modules(http_2xx={"http": {"method": "GET"}}, tcp={"tcp": {}})
    )

    @staticmethod
    def mask(text: str) -> str:
        """Hide the secret."""
        return hide(text)

    def report(self) -> Report:
        """Return a report without anything but a verdict."""
        return Report("health watch", ok=self.ok, verdict=f"all is {SECRET}")

    def metrics(self) -> tuple[Metric, ...]:
        """Return one counter."""
        counter = Metric(
            "tiktoktoe_checks", MetricKind.COUNTER, f"with {SECRET}", samples=(Sample(3.0, (("a", SECRET),)),)
        )
        return (counter,)

"""The facts of health as reports and pictures: tables, metrics, a plugin's line, health+json, a status page. Pure."""

from tiktoktoe_cli.health.render.report import report_of

__all__ = ["report_of"]

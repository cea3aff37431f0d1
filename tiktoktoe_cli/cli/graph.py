"""`tiktoktoe graph`: each of its commands is a module, which registers itself when it is imported."""

from __future__ import annotations

from tiktoktoe_cli.cli import (  # noqa: F401  # imported to be registered
    graph_capacity,
    graph_critical,
    graph_diff,
    graph_impact,
    graph_import,
    graph_plan,
    graph_resolve,
    graph_show,
    graph_validate,
    graph_why,
)
from tiktoktoe_cli.cli.graph_options import app

__all__ = ["app"]

"""`tiktoktoe graph`: each of its commands is a module, which registers itself when it is imported."""

from __future__ import annotations

from tiktoktoe_cli.cli import (  # noqa: F401  # imported to be registered
    graph_plan,
    graph_show,
    graph_validate,
)
from tiktoktoe_cli.cli.graph_options import app

__all__ = ["app"]

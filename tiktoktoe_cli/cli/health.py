"""`tiktoktoe health`: each of its commands is a module, which registers itself when it is imported."""

from __future__ import annotations

from tiktoktoe_cli.cli import (  # noqa: F401  # imported to be registered
    health_check,
    health_explain,
    health_import,
    health_wait,
    health_watch,
)
from tiktoktoe_cli.cli.health_options import app

__all__ = ["app"]

"""`tiktoktoe replay`: each of its commands is a module, which registers itself when it is imported."""

from __future__ import annotations

from tiktoktoe_cli.cli import replay_diff, replay_letters, replay_run, replay_test, replay_trace  # noqa: F401  # imported to be registered
from tiktoktoe_cli.cli.replay_options import app

app.add_typer(replay_letters.app, name="dead-letters")

__all__ = ["app"]

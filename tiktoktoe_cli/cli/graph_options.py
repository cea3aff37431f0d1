"""The group of the commands `tiktoktoe graph`."""

from __future__ import annotations

from tiktoktoe_cli.cli.app import make_group

app = make_group("graph")

"""YAML text becomes located values: read, interpolate, include, merge, give units, check, describe.

May touch files and the environment mapping it is given. Must not know any feature: settings classes come from the
features and are handed in. Every value keeps its file, line and column; every problem is a value.
"""

from tiktoktoe_cli.config.document import Document, load
from tiktoktoe_cli.config.reader import FILE_NAME, FILE_VARIABLE, discover

__all__ = ["FILE_NAME", "FILE_VARIABLE", "Document", "discover", "load"]

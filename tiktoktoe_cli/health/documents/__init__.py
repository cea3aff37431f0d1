"""Health documents: what a service says of itself and of its parts, in the formats that services write. Pure.

A format is one module with a `FORMAT`, and one line in the table of `reading`. Whatever a body holds, reading it
raises nothing and stays small.
"""

from tiktoktoe_cli.health.documents.document import UNREADABLE, HealthDocument, Part
from tiktoktoe_cli.health.documents.health_json import MEDIA_TYPE
from tiktoktoe_cli.health.documents.reading import read_document

__all__ = ["MEDIA_TYPE", "UNREADABLE", "HealthDocument", "Part", "read_document"]

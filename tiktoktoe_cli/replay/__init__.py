"""Event pipelines: files of events → validated, enriched, deduplicated, correlated, routed, delivered; or dead letters.

Every event is accounted for: read = delivered + dead letters + left out on purpose. The same input gives the same
bytes. This room may read input files, schemas and tables, and write destinations, dead letters and a temporary folder.
It may not read the environment, nor use the network. Decisions are pure and work on one event or one window at a
time; effects are in `checks`, `reader`, `sources`, `ordering`, `line_file`, `lookup` and `schema`; what the YAML says
is in `settings`.
"""

from tiktoktoe_cli.replay.checks import check_pipeline
from tiktoktoe_cli.replay.facts import Ending, ReplayFacts
from tiktoktoe_cli.replay.observer import Phase, ReplayObserver, SilentObserver
from tiktoktoe_cli.replay.pipeline import run_pipeline
from tiktoktoe_cli.replay.report import report_of

__all__ = [
    "Ending",
    "Phase",
    "ReplayFacts",
    "ReplayObserver",
    "SilentObserver",
    "check_pipeline",
    "report_of",
    "run_pipeline",
]

"""Event pipelines: files of events → validated, enriched, deduplicated, correlated, routed, delivered; or dead letters.

Every event is accounted for. The same input gives the same bytes, with any number of workers, and however often the run
was cut short and went on. Blocks of records (`reading`) become batches of events in columns (`events`, `decoding`); the
head of the pipeline looks at each event alone, in any process, and its course lets batches through what remembers
events (`flow`, `stages`, `correlating`); `delivering` writes, `resuming` takes down how far it is. May read inputs,
schemas and tables, start processes of its own, write outputs, its state and a temporary folder. May not read the
environment, and use the network only for lookups and destinations that name a web server. Decisions are pure,
`settings` is what the YAML says.
"""

from tiktoktoe_cli.replay.checks import check_pipeline
from tiktoktoe_cli.replay.choosing import Chosen
from tiktoktoe_cli.replay.facts import Ending, ReplayFacts
from tiktoktoe_cli.replay.observer import Phase, ReplayObserver, SilentObserver
from tiktoktoe_cli.replay.options import RunOptions, Start
from tiktoktoe_cli.replay.rehearsal import rehearse
from tiktoktoe_cli.replay.report import report_of
from tiktoktoe_cli.replay.run import run_pipeline

__all__ = [
    "Chosen",
    "Ending",
    "Phase",
    "ReplayFacts",
    "ReplayObserver",
    "RunOptions",
    "SilentObserver",
    "Start",
    "check_pipeline",
    "rehearse",
    "report_of",
    "run_pipeline",
]

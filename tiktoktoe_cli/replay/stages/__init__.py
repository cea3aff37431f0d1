"""The stages of a pipeline, one file each; `catalog` is the table that names them."""

from tiktoktoe_cli.replay.stages.catalog import STAGES

__all__ = ["STAGES"]

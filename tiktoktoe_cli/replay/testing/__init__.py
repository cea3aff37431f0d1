"""The `tests` of a pipeline: events go in, in memory, and what comes out is compared."""

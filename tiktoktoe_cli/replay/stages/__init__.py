"""The stages of a pipeline, and the table of them."""

"""Compares what two pipelines would deliver, or what two runs have delivered: which events, where to, and in what."""

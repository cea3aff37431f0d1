"""Tests of dead letters after a run."""

"""Tests of the tests of pipelines."""

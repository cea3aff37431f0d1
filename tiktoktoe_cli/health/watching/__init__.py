"""Checks again and again: when each is due, where it stands, what has changed, and what there is to say at the end.

`schedule`, `tally`, `watch`, `report` and `metrics` are pure; `runner` makes the checks, `session` opens what they
need. What is kept of a check does not grow, however long it is watched.
"""

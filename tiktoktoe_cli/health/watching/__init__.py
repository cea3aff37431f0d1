"""Checks again and again: when each is due, where it stands, what has changed, and what there is to say at the end.

`runner` makes the checks and `session` opens what they need; all else is pure. What is kept of a check does not grow,
however long it is watched.
"""

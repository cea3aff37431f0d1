"""Checks as other tools write them become ours, and what cannot is listed, never dropped.

A source is one module with one function and its line in `formats.CheckFormat`; what it takes out of the source it
takes through `Fields`, so that the rest is known. Pure; the room `importing` reads the files.
"""

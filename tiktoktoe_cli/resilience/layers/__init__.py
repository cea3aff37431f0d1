"""The policies around a live call, a file each: they wait, count and tell; what they decide is in the room's steps.

A kind is a file with `build` and a line in `catalog`. Layers are for threads and tasks alike, and belong to one policy.
"""

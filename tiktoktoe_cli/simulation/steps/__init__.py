"""The policies around a simulated call, a file each: what they decide is `resilience`'s own, only time is another.

A kind is a file with a step and a line in `catalog`. Unlike the live layers they have no tasks, threads or locks: a
step is told when something happens, and tells the engine when it wants to be told again.
"""

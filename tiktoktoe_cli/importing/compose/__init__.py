"""Compose files as Compose reads them: with variables, `extends`, `include` and profiles, they become one application.

Follows the Compose specification, and compose-go where that says more. What Compose would refuse is remarked on, and
the rest is read. `application` is the way in.
"""

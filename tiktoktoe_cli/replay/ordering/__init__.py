"""Puts events in the order of their time, in bounded memory whatever the input is."""

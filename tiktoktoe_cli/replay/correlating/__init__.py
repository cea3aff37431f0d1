"""Windows in event time: which events of a key belong together, decided by the events' own times alone."""

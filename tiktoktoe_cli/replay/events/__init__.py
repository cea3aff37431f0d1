"""Events as data: records with their places, batches of events in columns, field paths, times, faults, dead letters.

Pure: nothing here reads a file or a clock. A *record* is the bytes of one event as they stood in a file; an *event* is
its JSON object with its time; a *batch* is some hundred events that go through the stages together.
"""

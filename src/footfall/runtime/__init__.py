"""The only place that wires: which parts there are, in what order they start, and in what order they stop.

One noun per module. `serving` runs the server, `offline` the command-line tools; importing the package imports nothing.
"""

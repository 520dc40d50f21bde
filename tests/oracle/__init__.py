"""The answers that the surfaces must give, derived from what clients sent, in plain Python.

A second opinion on every figure: readable and slow, and written from the definitions (docs/semantics.md,
docs/api) alone. Nothing here imports the product; a test sees to that. In the order of reading:

- `facts`: the closed world that test histories live in: agents, addresses, who refers.
- `urls`: a page's URL taken apart, the source and the channel of a referrer.
- `intake`: what was sent becomes events: who the visitor is, what is refused, what was sent twice.
- `sessions`: a visitor's events become sessions.
- `site`: all events and sessions of a project, and the ids under which they are shown.
- `moments`: instants, ranges, buckets, time zones.
- `filters`: the filter string, and whether an event holds it.
- `query`: the parameters of a request, parsed.
- `figures`, `lists`, `people`, `journeys`, `files`: the answers.
- `answers`: which path of the web surface is answered by what.
- `network`, `proxy`: these surfaces, from what was sent to answers.
"""

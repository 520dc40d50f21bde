"""B15: as B1, for what browsers send: 300 agents from 50,000 addresses, through `POST /api/collect`."""

from __future__ import annotations

from dataclasses import replace

from bench.b1_single import BAR as SINGLE
from bench.b1_single import BROWSERS, run

BAR = replace(
    SINGLE, name="B15", what="single reports of browsers, against an echo", run=lambda work: run(work, BROWSERS)
)

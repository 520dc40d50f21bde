"""The application of a process that only collects: without the engine, the query package, and polars."""

from __future__ import annotations

from footfall.api.building import Application, build_api, in_front
from footfall.api.state import Collecting, State


def create_collector(collecting: Collecting) -> Application:
    """Writing endpoints, public collection, probes and pages."""
    return in_front(build_api(State(collecting=collecting), reading={}), collecting)

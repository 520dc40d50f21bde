"""Checks, each of which looks at one thing and says in words how it is.

They wait for disks and the store: not for an event loop.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from shutil import disk_usage

from footfall.api.state import Collecting, Querying, fails_since, stale_since
from footfall.clock import MINUTE
from footfall.model.period import iso_seconds
from footfall.spool.glance import rejections

LEAST_FREE = 1 << 30
"""Bytes that should be free on the disk: merges need room beside what they merge."""


MAX_REASONS = 10


class Condition(StrEnum):
    OK = "ok"
    WARNING = "warning"
    FAILING = "failing"


@dataclass(frozen=True, slots=True)
class Report:
    """What a check found. `text` names no path."""

    name: str
    condition: Condition
    text: str


@dataclass(frozen=True, slots=True)
class Installation:
    """The parts that checks look at."""

    collecting: Collecting
    querying: Querying


def examine(installation: Installation, *, whole: bool) -> list[Report]:
    """Every check, or, unless the `whole` installation is the caller's, those that tell nothing of others' projects.

    A server that only answers queries knows of the store alone.
    """
    checks = CHECKS if whole else OF_PROJECTS
    if installation.querying.settings.role == "query":
        checks = (_elsewhere, _store)
    return [check(installation) for check in checks]


def worst(reports: list[Report]) -> Condition:
    order = list(Condition)
    return max((one.condition for one in reports), key=order.index)


def _collection(installation: Installation) -> Report:
    refusal = installation.collecting.refusal()
    if refusal:
        return Report("collection", Condition.FAILING, f"Events are refused: {refusal}.")
    return Report("collection", Condition.OK, "Events are accepted.")


def _elsewhere(_: Installation) -> Report:
    text = "Collection and drain are other processes: their /readyz says how they are."
    return Report("collection", Condition.OK, text)


def _accepted(installation: Installation) -> Report:
    """The same without the reason, which counts the events of all projects."""
    found = _collection(installation)
    text = found.text if found.condition is Condition.OK else "Events are refused for now."
    return Report(found.name, found.condition, text)


def _spool(installation: Installation) -> Report:
    state = installation.collecting.buffer()
    waiting = "1 event waits" if state.waiting == 1 else f"{state.waiting:,} events wait"
    text = f"{waiting} to be written to the store; {state.capacity:,} may."
    return Report("spool", Condition.WARNING if state.waiting * 2 > state.capacity else Condition.OK, text)


def _drain(installation: Installation) -> Report:
    stale = installation.collecting.stale()
    if stale:
        return Report("drain", Condition.FAILING, f"The drain stands still: {stale_since(stale)}.")
    at = installation.collecting.buffer().last_drained_at
    if not at:
        return Report("drain", Condition.OK, "No event has come yet.")
    return Report("drain", Condition.OK, f"The last batch was written at {iso_seconds(at)}.")


def _rejected(installation: Installation) -> Report:
    """What was acknowledged and never reached the store."""
    state = installation.collecting.buffer()
    found: Counter[str] = Counter()
    for path in sorted(installation.collecting.settings.data.glob("spool/*.db")):
        found.update(rejections(path))
    ranked = sorted(found.items(), key=lambda item: (-item[1], item[0]))[:MAX_REASONS]
    told = [f"{count:,} could not be processed ({reason})" for reason, count in ranked]
    told += [f"{state.damaged:,} did not pass their checksum"] if state.damaged else []
    told += [f"{state.lost:,} are gone with a damaged file"] if state.lost else []
    if not told:
        return Report("rejected", Condition.OK, "Every event that was accepted is in the store or on its way.")
    return Report("rejected", Condition.WARNING, f"Of the accepted events, {'; '.join(told)}.")


def _store(installation: Installation) -> Report:
    if installation.querying.store.ping():
        return Report("store", Condition.OK, "The store answers.")
    return Report("store", Condition.FAILING, "The store does not answer: figures can't be read.")


def _figures(installation: Installation) -> Report:
    at = installation.querying.last_flush()
    if installation.querying.clock() - at < MINUTE:
        return Report("figures", Condition.OK, "Figures are up to date.")
    return Report("figures", Condition.WARNING, f"Figures are as of {iso_seconds(at)}.")


def _jobs(installation: Installation) -> Report:
    failing = installation.querying.failing_jobs()
    if not failing:
        return Report("jobs", Condition.OK, "Work in the background goes on.")
    return Report("jobs", Condition.WARNING, f"In the background, {'; '.join(map(fails_since, failing))}.")


def _disk(installation: Installation) -> Report:
    disk = disk_usage(installation.collecting.settings.data)
    text = f"{disk.free >> 30:,} GiB of {disk.total >> 30:,} GiB are free on the disk of the data directory."
    return Report("disk", Condition.WARNING if disk.free < LEAST_FREE else Condition.OK, text)


CHECKS: tuple[Callable[[Installation], Report], ...] = (
    _collection,
    _spool,
    _drain,
    _rejected,
    _store,
    _figures,
    _jobs,
    _disk,
)
OF_PROJECTS: tuple[Callable[[Installation], Report], ...] = (_accepted, _store, _figures)
"""What a token of some projects may know: no count, reason or time that other projects' events make."""

"""What answers ask of the engine, and what the engine alone takes for it: `python -m bench statements`.

An answer's statements are kept, then each is run by itself in turn with further answers: on the same engine, by the
same client, its rows read. The difference is what Footfall adds; the limit is what it could reach without asking less.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field

from bench.asking import Answer, Asked, asked
from bench.b4_reading import enough, prepared
from bench.bars import Work
from bench.endpoints import Endpoint, chosen
from bench.harness import Result, median, wait_idle
from bench.scale import Scale

SAMPLES = 9
"""Answers of each endpoint and range, and as many runs of each of their statements."""

COLUMNS = {
    "wall": "p50",
    "cpu": "cpu_p50",
    "statements": "asked",
    "engine": "engine_cpu",
    "planning": "plan_cpu",
    "cpu / engine": "cpu_ratio",
    "limit": "limit",
    "distance": "distance",
}
"""Heads of the table's columns behind endpoint and range, and what of a result each shows."""

HEAD = f"| endpoint | range | {' | '.join(COLUMNS)} |\n{'|---' * (2 + len(COLUMNS))}|"


@dataclass
class _Alone:
    """A statement by itself; `runs` as `Asked.alone` tells them."""

    number: int
    sql: str
    runs: list[Result] = field(default_factory=list)

    def medians(self) -> Result:
        times = {name: median([run[name] for run in self.runs]) for name in ("millis", "cpu", "plan")}
        return {"sql": self.sql} | {name: round(value, 2) for name, value in times.items()}


@dataclass
class _Cell:
    """One endpoint over one range."""

    endpoint: Endpoint
    named: str
    answers: list[Answer] = field(default_factory=list)
    statements: list[_Alone] = field(default_factory=list)
    error: str = ""

    def turn(self, server: Asked, *, counted: bool) -> None:
        if self.error or enough([answer.millis for answer in self.answers]):
            return
        try:
            self._turn(server, counted=counted)
        except RuntimeError as error:
            self.error = str(error)

    def _turn(self, server: Asked, *, counted: bool) -> None:
        """Statements that are not counted run, too: the engine compiles an expression when it has met it a few times.

        Those of the last answer that is not counted are kept.
        """
        answer = self.endpoint.ask(server, self.named)
        if answer.status != 200:
            raise RuntimeError(f"{answer.status} {answer.body.decode(errors='replace'):.300}")
        if not counted:
            self.statements = [_Alone(one["number"], one["sql"]) for one in server.keep()]
        runs = [server.alone(each.number) for each in self.statements]
        if counted:
            self.answers.append(answer)
            for statement, found in zip(self.statements, runs, strict=True):
                statement.runs.append(found)

    def result(self, cores: int) -> Result:
        found: Result = {"samples": len(self.answers), "error": self.error}
        if self.error or not self.answers:
            return found
        wall, cpu = (median([getattr(each, name) for each in self.answers]) for name in ("millis", "cpu"))
        return found | compared(wall, cpu, [each.medians() for each in self.statements], cores)


def compared(wall: float, cpu: float, statements: Sequence[Result], cores: int) -> Result:
    """An answer and its statements, milliseconds: how far the one is from the others alone.

    `limit` is the least by the clock for these statements, however many run at once: the longest takes as long as by
    itself, and all of them keep the processors busy.
    """
    engine = sum(one["cpu"] for one in statements)
    limit = max([engine / cores, *(one["millis"] for one in statements)])
    return {
        "p50": round(wall, 1),
        "cpu_p50": round(cpu, 1),
        "asked": len(statements),
        "engine_cpu": round(engine, 1),
        "plan_cpu": round(sum(one["plan"] for one in statements), 1),
        "cpu_ratio": round(cpu / engine, 2) if engine else None,
        "limit": round(limit, 1),
        "distance": round(wall / limit, 2) if limit else None,
        "statements": statements,
    }


def measure(work: Work) -> Result:
    """By endpoint and range; prints the table line by line."""
    with asked(prepared(work)) as server:
        wait_idle(server.process.pid, work.scale.quiet)
        print(HEAD, flush=True)
        found: dict[str, Result] = {}
        for named in work.ranges or work.scale.ranges:
            for cell in _turns(server, work.scale, named, work.endpoints):
                result = cell.result(os.cpu_count() or 1)
                found.setdefault(cell.endpoint.name, {})[named] = result
                print(line(cell.endpoint.name, named, result), flush=True)
        return {"rows": {name: server.rows(name) for name in ("events", "requests", "logs")}, "cells": found}


def _turns(server: Asked, scale: Scale, named: str, endpoints: Sequence[str]) -> list[_Cell]:
    """Cells of a range, measured in turn."""
    cells = [_Cell(each, named) for each in chosen(server, named, endpoints)]
    for turn in range(scale.warm + scale.samples):
        for cell in cells:
            cell.turn(server, counted=turn >= scale.warm)
    return cells


def line(name: str, named: str, found: Result) -> str:
    """A line of the table, below `HEAD`."""
    if "limit" not in found:
        error = " ".join(found["error"].replace("|", " ").split())
        return f"| {name} | {named} | {error:.80}{' |' * len(COLUMNS)}"
    shown = ["" if found[key] is None else f"{found[key]:,}" for key in COLUMNS.values()]
    return f"| {' | '.join([name, named, *shown])} |"

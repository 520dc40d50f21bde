"""What happened to a project, and what is asked of it: made by `history_strategies`, printed to be read."""

from __future__ import annotations

import json
from dataclasses import dataclass
from urllib.parse import urlencode

from tests.oracle.intake import Intake, Receipt, Sent
from tests.oracle.moments import iso
from tests.oracle.site import Site

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Term:
    """A term of a filter, to be filled in with what the site has: `picks` choose values, `styles` how they are put."""

    key: str
    picks: tuple[tuple[int, str], ...]
    negated: bool


@dataclass(frozen=True)
class Asking:
    """A question. `span` is a named range (or `''`) or two picks among the site's instants; `who` picks a visitor."""

    path: str
    span: str | tuple[int, int, str]
    terms: tuple[Term, ...] = ()
    others: Pairs = ()
    who: int = 0
    steps: tuple[tuple[Term, ...], ...] = ()


@dataclass(frozen=True)
class History:
    """Requests in the order of their receipt, in rounds: after each round, what has come in is drained."""

    rounds: tuple[tuple[Sent, ...], ...]
    now: int
    askings: tuple[Asking, ...]
    retention_days: int | None = None

    def __str__(self) -> str:
        lines = [f"History: now {iso(self.now)}, retention {self.retention_days}"]
        for number, sent in enumerate(self.rounds, start=1):
            lines.append(f"  round {number}")
            lines += [line for each in sent for line in told(each)]
        return "\n".join(lines + [f"  {asking}" for asking in self.askings])

    def told(self) -> tuple[Site, list[Receipt]]:
        """What the oracle makes of it."""
        intake = Intake(self.retention_days)
        receipts = [intake.receive(sent) for each in self.rounds for sent in each]
        return Site.of(intake.events), receipts


def told(sent: Sent) -> list[str]:
    who = {name: value for name, value in sent.body.items() if name != "events"}
    head = f"    {iso(sent.at)} from {sent.address}, agent {sent.agent!r} {json.dumps(who)}"
    return [head, *(f"      {json.dumps(event, ensure_ascii=False)}" for event in sent.body["events"])]


def query_string(params: Pairs) -> str:
    return urlencode(params)

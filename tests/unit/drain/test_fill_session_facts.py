from __future__ import annotations

from contextlib import contextmanager

import pytest
from prometheus_client.parser import text_string_to_metric_families

from footfall.api.metrics import Metrics
from footfall.drain.session_facts import SessionFacts
from footfall.errors import TransientError
from footfall.spool.protocol import SpoolState


class Facts:
    """Two slices of April, one of March; `broken` calls fail."""

    def __init__(self):
        self.left = {202603: 1, 202604: 2}
        self.calls = []
        self.broken = 0

    def sessions_without_facts(self):
        self.calls.append("count")
        return {month: count for month, count in self.left.items() if count}

    def fill_session_facts(self, month, _limit):
        if self.broken:
            self.broken -= 1
            raise TransientError("busy")
        self.calls.append(month)
        self.left[month] -= 1


class Drain:
    quiet = True

    @contextmanager
    def quiesced(self):
        yield self.quiet


def test_the_newest_month_comes_first_and_the_end_is_asked_for_once():
    facts, reported = Facts(), []
    fill = SessionFacts(facts, Drain().quiesced, reported.append)
    for _ in range(6):
        fill()
    assert [call for call in facts.calls if call != "count"] == [202604, 202604, 202603]
    assert facts.calls.count("count") == 4
    assert reported == [3, 2, 1, 0]


def test_it_waits_while_a_batch_may_be_partly_written():
    facts, drain = Facts(), Drain()
    fill = SessionFacts(facts, drain.quiesced, lambda _left: None)
    drain.quiet = False
    fill()
    assert facts.calls == []
    drain.quiet = True
    fill()
    assert facts.calls == ["count", 202604]


def test_after_a_failure_it_waits_a_minute():
    facts, now = Facts(), [1000.0]
    facts.broken = 1
    fill = SessionFacts(facts, Drain().quiesced, lambda _left: None, tick=lambda: now[0])
    with pytest.raises(TransientError):
        fill()
    now[0] += 59
    fill()
    assert facts.calls == ["count"]
    now[0] += 1
    fill()
    fill()
    assert facts.calls == ["count", "count", 202604, "count", 202604]


def test_what_is_left_is_shown_in_metrics(tmp_path):
    metrics = Metrics()
    SessionFacts(Facts(), Drain().quiesced, metrics.sessions_without_facts)()
    state = SpoolState(waiting=0, capacity=1, damaged=0, rejected=0, drained=0, last_drained_at=None)
    families = text_string_to_metric_families(metrics.render(state, (), tmp_path).decode())
    values = {family.name: family.samples[0].value for family in families if family.samples}
    assert values["footfall_sessions_without_facts"] == 3

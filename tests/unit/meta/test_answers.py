"""Answers that replicas share: both implementations hold to the same text."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from footfall.clock import HOUR
from footfall.meta import Answer, Answers, MemoryAnswers, StoredAnswers, open_meta
from footfall.settings import Settings

SOON = 30_000


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def answers(request, clock, tmp_path) -> Iterator[Answers]:
    if request.param == "memory":
        yield MemoryAnswers(clock)
        return
    url = request.getfixturevalue("postgresql_server").migrated() if request.param == "postgresql" else ""
    meta = open_meta(Settings(data=tmp_path, meta_url=url), clock)
    yield StoredAnswers(meta.database, clock)
    meta.close()


def test_an_answer_is_there_for_everyone(answers, clock):
    assert answers.last("k") is None
    assert answers.claim("k", "a", clock.now + SOON)
    assert answers.last("k") is None
    kept = answers.keep("k", "a", b"body" * 1000)
    assert answers.last("k") == kept == Answer(b"body" * 1000, clock.now)
    assert answers.last("other") is None


def test_one_computes_at_a_time(answers, clock):
    assert answers.claim("k", "a", clock.now + SOON)
    assert not answers.claim("k", "b", clock.now + SOON)
    assert answers.claim("other", "b", clock.now + SOON)
    answers.keep("k", "a", b"1")
    assert answers.claim("k", "b", clock.now + SOON)
    assert answers.last("k").body == b"1", "until the next one is there"


def test_a_claim_is_prolonged_by_its_owner(answers, clock):
    for _ in range(3):
        assert answers.claim("k", "a", clock.now + SOON)
        clock.now += SOON - 1
        assert not answers.claim("k", "b", clock.now + SOON)


def test_a_claim_runs_out(answers, clock):
    assert answers.claim("k", "dead", clock.now + SOON)
    clock.now += SOON - 1
    assert not answers.claim("k", "b", clock.now + SOON)
    clock.now += 1
    assert answers.claim("k", "b", clock.now + SOON)


def test_who_lost_its_claim_answers_nobody_else(answers, clock):
    answers.claim("k", "slow", clock.now + SOON)
    clock.now += SOON
    answers.claim("k", "b", clock.now + SOON)
    assert answers.keep("k", "slow", b"late").body == b"late"
    assert answers.last("k") is None
    answers.release("k", "slow")
    assert not answers.claim("k", "c", clock.now + SOON)


def test_a_claim_is_given_up(answers, clock):
    answers.claim("k", "a", clock.now + SOON)
    answers.release("k", "a")
    assert answers.claim("k", "b", clock.now + SOON)


def test_old_answers_go(meta, clock):
    answers = StoredAnswers(meta.database, clock)
    for key in ("old", "new"):
        answers.claim(key, "a", clock.now + SOON)
        answers.keep(key, "a", b"1")
        clock.now += HOUR + SOON + 1
    assert answers.last("old") is None
    assert answers.last("new") is not None


@pytest.mark.parametrize(
    ("later", "fresh"), [(0, True), (9_999, True), (10_000, False), (-9_999, True), (-10_000, False)]
)
def test_fresh_by_clocks_that_differ(later, fresh):
    assert Answer(b"", 50_000).fresh(50_000 + later, 10_000) is fresh

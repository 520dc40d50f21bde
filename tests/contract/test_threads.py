"""The engine in this process uses the cores that it may, however little memory it has."""

from __future__ import annotations

import re

import pytest

from footfall.store.protocol import Store

pytestmark = pytest.mark.embedded


def test_a_query_takes_all_of_its_threads(store: Store) -> None:
    threads = store.query("SELECT value FROM system.settings WHERE name = 'max_threads'").scalar
    pipeline = store.query("EXPLAIN PIPELINE SELECT sum(number) FROM numbers_mt(100000000)").rows
    assert threads == "1" or any(re.search(rf"Range \S {threads}\b", line) for (line,) in pipeline), pipeline

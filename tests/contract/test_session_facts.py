"""Sessions that an earlier version stored get the facts that today's pipeline finds in all of their events."""

from __future__ import annotations

import contextlib
import json
from contextlib import contextmanager

import polars as pl
import pytest
from tests.support.draining import drain_all
from tests.support.populate import at

from footfall.catalog.columns import (
    ALL_VARY,
    GAPS,
    MAX_CURRENCIES,
    MAX_VARIANTS,
    NO_VARIANTS,
    UNEVEN,
    VARIES,
    VARIES_UNKNOWN,
)
from footfall.catalog.tables import Table
from footfall.drain import session_facts
from footfall.drain.drain import Drain
from footfall.drain.history import StoreHistory
from footfall.drain.journal import Journal
from footfall.drain.session_facts import SessionEarnings, SessionFacts
from footfall.errors import StoreError
from footfall.model.raw import EventRows, RawEvent, RawRequest, RequestRows
from footfall.pipeline.session_state import summarise
from footfall.spool.memory import MemorySpool
from footfall.spool.protocol import Submission
from footfall.store.clickhouse import open_store, session_earnings
from footfall.store.clickhouse import session_facts as statements
from footfall.store.gate import BatchGate

pytestmark = pytest.mark.embedded

MINUTE = 60_000
MARCH = at("2026-03-31T22:00:00Z")
APRIL = at("2026-04-12T10:00:00Z")
FACTS = ("region", "city", "language", "timezone", "screen", "varies", "variants", "flow", "earned")


@pytest.fixture
def store(settings):
    opened = open_store(settings)
    opened.migrate()
    yield opened
    opened.close()


class Silent:
    def step(self, _name, _seconds): ...

    def drained(self, _table, _rows): ...

    def failed(self, _stage): ...


def event(start, minute, number, visitor, project=1, **values):
    raw = RawEvent(
        **{"event_type": "pageview", "path": f"/{number}", **values},
        timestamp=start + minute * MINUTE,
        id_hi=1,
        id_lo=number,
        visitor=visitor,
    )
    return Submission(EventRows(project, APRIL + 90 * MINUTE, [raw]))


def request(minute, number, **values):
    raw = RawRequest(
        **values, timestamp=APRIL + minute * MINUTE, id_hi=1, id_lo=number, visitor=7, endpoint="/x", user_agent="curl"
    )
    return Submission(RequestRows(1, APRIL, [raw]))


CLUJ = {"country": "RO", "region": "Cluj", "city": "Cluj-Napoca", "language": "ro", "timezone": "Europe/Bucharest"}
CITIES = ("/", '"', "\\", "\x01\b\f\n\r\t\x7f", "Iași", "\U0001f600", "<&>'")
"""Names that JSON may write in several ways."""

BATCHES = [
    [
        *(event(APRIL, minute, 10 + minute, 1, **CLUJ) for minute in (3, 5, 7, 9, 11, 13, 15)),
        event(APRIL, 20, 50, 2, screen="100x200", revenue="1.5", currency="USD"),
        event(APRIL, 21, 51, 2, screen="200x100", event_type="custom", name="turn", revenue="3", currency="EUR"),
        event(APRIL, 20, 60, 1, project=2, country="DE"),
        event(MARCH, 110, 70, 3, language="de"),
        event(MARCH, 0, 80, 4, session_id="s", region="Ilfov"),
        *(event(APRIL, 0, 100 + place, 5, city=city) for place, city in enumerate(CITIES)),
        request(0, 90, country="RO"),
        request(50, 91, country="RO", region="Cluj"),
    ],
    [  # sessions that grow: at the end, at the start, over midnight into the next month, after a long pause
        event(APRIL, 30, 52, 2, revenue="0.25", currency="USD"),
        event(APRIL, 1, 11, 1, **CLUJ | {"city": "Turda"}),
        event(MARCH, 130, 71, 3, language="de", revenue="-2", currency='"\\/é'),
        event(MARCH, 200, 81, 4, session_id="s", region="Ilfov"),
        event(MARCH, 210, 82, 4),
        request(25, 92, country="HU"),  # joins two sessions
    ],
]


EARNED = (
    "",
    '[{"currency":"EUR","amount":"3"},{"currency":"USD","amount":"1.75"}]',
    '[{"currency":"\\"\\\\/é","amount":"-2"}]',
)


def drain_of(store, tmp_path, spool):
    return Drain(lambda: [("serve", spool)], store, Journal(tmp_path), Silent())


def filled(store, tmp_path):
    """A store as an earlier version filled it, superseded rows included."""
    store.command("SYSTEM STOP MERGES sessions")
    spool = MemorySpool()
    drain = drain_of(store, tmp_path, spool)
    for batch in BATCHES:
        spool.append(batch)
        drain_all(drain, spool)
    store.command("SYSTEM START MERGES sessions")
    unknown = ", ".join(f"{name} = ''" for name in FACTS[:5])
    with drain.changing_sessions():
        lacking = f"varies = {VARIES_UNKNOWN}, variants = '', flow = [], earned = '?'"
        store.command(f"ALTER TABLE sessions UPDATE {unknown}, {lacking} WHERE 1")
    return drain, spool


def found(store, table):
    """The facts of the sessions that no row cancels."""
    names = ", ".join((*VARIES, "varies", "earned", "variants", "flow"))
    sql = f"""
        SELECT project_id, session, {names} FROM sessions WHERE source_table = '{table}'
        GROUP BY ALL HAVING sum(sign) > 0 ORDER BY ALL"""  # noqa: S608 - names of the catalogue
    return [tuple(row) for row in store.query(sql).rows]


def expected(store, table):
    """The same, by the pipeline, from all stored events."""
    visitors = [(project, visitor) for project in (1, 2) for visitor in range(1, 10)]
    schema = {"project_id": pl.UInt32(), "visitor": pl.UInt64()}
    wanted = pl.DataFrame(visitors, schema=schema, orient="row")
    events = StoreHistory(store.facts, table).events(wanted, 0, 2**42)
    rows = summarise(events).select("project_id", "session", *VARIES, "varies", "earned", "variants", "flow").rows()
    return sorted(rows)


@contextmanager
def quiesced():
    yield True


def runs(store, reported, kinds=(SessionFacts, SessionEarnings)):
    """Fill in until nothing is left; each call is another process."""
    for make in kinds:
        while True:
            make(store.facts, quiesced, reported.append)()
            if not reported[-1]:
                break


@pytest.mark.parametrize("size", [1, 3, 100])
def test_they_are_those_of_all_events(store, tmp_path, size, monkeypatch):
    monkeypatch.setattr(session_facts, "SLICE", size)
    monkeypatch.setattr(session_facts, "EARNINGS_SLICE", size)
    filled(store, tmp_path)
    total = store.query("SELECT count() FROM sessions").scalar
    reported = []
    runs(store, reported)
    facts, earnings = reported[: reported.index(0) + 1], reported[reported.index(0) + 1 :]
    for of_kind in (facts, earnings):
        assert (of_kind[0], of_kind[-1]) == (total, 0)
        assert sorted(set(of_kind), reverse=True) == of_kind
        assert len(of_kind) >= min(total // size, 4)
    for table in (Table.EVENTS, Table.REQUESTS):
        assert found(store, table) == expected(store, table)
    assert any(row[-2] for row in found(store, Table.EVENTS))
    assert {row[-3] for row in found(store, Table.EVENTS)} == {*EARNED}
    assert all(bool(row[-4] & UNEVEN) == bool(row[-2]) for row in found(store, Table.EVENTS))
    # What cancels and what it cancels are alike in every column.
    alike = ", ".join(("session", "version", *FACTS))
    sql = f"SELECT count() FROM sessions GROUP BY {alike} HAVING sum(sign) < 0"  # noqa: S608 - constants
    assert store.query(sql).rows == []
    assert ("session_facts",) not in store.query("SHOW TABLES").rows


def test_a_session_that_grows_before_its_turn_is_still_filled(store, tmp_path):
    drain, spool = filled(store, tmp_path)
    spool.append([event(APRIL, 40, 53, 2), event(APRIL, 0, 12, 1, region="Ilfov")])
    drain_all(drain, spool)
    assert store.query("SELECT DISTINCT varies FROM sessions").rows == [(VARIES_UNKNOWN,)]
    with drain.changing_sessions() as quiet:
        assert quiet
        runs(store, [])
    assert found(store, Table.EVENTS) == expected(store, Table.EVENTS)
    spool.append([event(APRIL, 45, 54, 2, screen="200x100")])
    drain_all(drain, spool)
    assert found(store, Table.EVENTS) == expected(store, Table.EVENTS)


def test_nothing_is_claimed_of_sessions_whose_events_are_gone(store, tmp_path):
    filled(store, tmp_path)
    store.command("DELETE FROM events WHERE id_lo IN (51, 60)")
    reported = []
    runs(store, reported)
    sql = """
        SELECT DISTINCT varies, variants, flow FROM sessions WHERE visitor = 2 OR project_id = 2
        GROUP BY ALL HAVING sum(sign) > 0"""
    assert store.query(sql).rows == [(ALL_VARY, NO_VARIANTS, [])]
    assert reported[-1] == 0


def test_a_mutation_that_was_killed_changes_nothing_and_keeps_nobody(store, tmp_path):
    filled(store, tmp_path)
    store.command("SYSTEM STOP MERGES sessions")
    params = {"database": store.query("SELECT currentDatabase()").scalar}
    params |= {"table": "events", "month": 202604, "edge": APRIL + 90 * MINUTE}
    _, drop, create, update, _ = statements.statements(Table.EVENTS, 202604)
    for statement in (drop, create, f"{update}, mutations_sync = 0"):
        store.command(statement, params)
    assert store.query("SELECT count() FROM system.mutations WHERE database = currentDatabase() AND NOT is_done").scalar
    store.command("DROP TABLE session_facts SYNC")
    store.command("SYSTEM START MERGES sessions")
    runs(store, [])
    assert found(store, Table.EVENTS) == expected(store, Table.EVENTS)
    left = "SELECT count() FROM system.mutations WHERE database = currentDatabase() AND NOT is_done"
    assert store.query(left).scalar == 0


def test_variants_of_a_session_that_is_known_otherwise_are_filled_in(store, tmp_path):
    """As of those that the version before this column stored."""
    filled(store, tmp_path)
    runs(store, [])
    before = found(store, Table.EVENTS), found(store, Table.REQUESTS)
    store.command("ALTER TABLE sessions UPDATE variants = '' WHERE 1")
    reported = []
    runs(store, reported)
    assert 0 < reported[0] < store.query("SELECT count() FROM sessions").scalar
    assert (found(store, Table.EVENTS), found(store, Table.REQUESTS)) == before


@pytest.mark.parametrize(("cities", "told"), [(MAX_VARIANTS, True), (MAX_VARIANTS + 1, False)])
def test_of_too_many_variants_none_is_told(store, tmp_path, cities, told):
    spool = MemorySpool()
    drain = drain_of(store, tmp_path, spool)
    spool.append([event(APRIL, minute, minute, 1, city=f"City {minute}") for minute in range(cities)])
    drain_all(drain, spool)
    drained = found(store, Table.EVENTS)
    assert [len(json.loads(row[-2])) for row in drained] == [cities if told else 0]
    with drain.changing_sessions():
        store.command("ALTER TABLE sessions UPDATE variants = '' WHERE 1")
    runs(store, [])
    assert found(store, Table.EVENTS) == drained


def test_of_what_is_known_of_a_session_only_its_variants_are_filled_in(store, tmp_path):
    """Cells of roll-ups have counted it by the rest, which may say more than its events do."""
    filled(store, tmp_path)
    runs(store, [])
    store.command(f"ALTER TABLE sessions UPDATE varies = bitOr(varies, {GAPS}), variants = '', city = 'then' WHERE 1")
    before = store.query("SELECT * EXCEPT variants FROM sessions ORDER BY ALL").rows
    runs(store, [])
    assert store.query("SELECT * EXCEPT variants FROM sessions ORDER BY ALL").rows == before
    # Rows that are cancelled may tell as much as the session does in the end.
    told = store.query("SELECT session, any(variants) FROM sessions GROUP BY ALL HAVING sum(sign) > 0").rows
    assert all(len(json.loads(variants)) >= 1 for _, variants in told)


def test_what_sessions_earned_is_filled_in_alone(store, tmp_path):
    """As of those that the version before this column stored."""
    filled(store, tmp_path)
    runs(store, [])
    before = store.query("SELECT * FROM sessions ORDER BY ALL").rows
    store.command("ALTER TABLE sessions UPDATE earned = '?' WHERE 1")
    assert store.facts.sessions_without_facts() == {}
    reported = []
    runs(store, reported, [SessionEarnings])
    assert (reported[0], reported[-1]) == (len(before), 0)
    assert store.query("SELECT * FROM sessions ORDER BY ALL").rows == before


@pytest.mark.parametrize(("currencies", "told"), [(MAX_CURRENCIES, True), (MAX_CURRENCIES + 1, False)])
def test_of_too_many_currencies_none_is_told(store, tmp_path, currencies, told):
    spool = MemorySpool()
    drain = drain_of(store, tmp_path, spool)
    spool.append([event(APRIL, minute, minute, 1, revenue="1", currency=f"X{minute}") for minute in range(currencies)])
    drain_all(drain, spool)
    drained = store.query("SELECT earned FROM sessions").rows
    assert [len(json.loads(earned)) for (earned,) in drained] == [currencies if told else 0]
    with drain.changing_sessions():
        store.command("ALTER TABLE sessions UPDATE earned = '?' WHERE 1")
    runs(store, [])
    assert store.query("SELECT earned FROM sessions").rows == drained


def test_a_mutation_of_earnings_that_goes_on_without_its_table_changes_nothing(store, tmp_path):
    filled(store, tmp_path)
    runs(store, [])
    store.command("ALTER TABLE sessions UPDATE earned = '?' WHERE 1")
    params = {"database": store.query("SELECT currentDatabase()").scalar, "month": 202604, "edge": APRIL + 90 * MINUTE}
    _, drop, create, update, _ = session_earnings.statements(202604)
    store.command(drop, params)
    store.command(create, params)
    store.command("TRUNCATE TABLE session_facts")  # as after a start: it is in memory alone
    store.command(update, params)
    assert store.query("SELECT DISTINCT earned FROM sessions").rows == [("?",)]
    runs(store, [])
    assert found(store, Table.EVENTS) == expected(store, Table.EVENTS)


def test_a_slice_has_few_events(store, tmp_path, monkeypatch):
    monkeypatch.setattr(statements, "SLICE_EVENTS", 5)
    filled(store, tmp_path)
    reported = []
    runs(store, reported)
    assert len(reported) > 6
    assert found(store, Table.EVENTS) == expected(store, Table.EVENTS)


@pytest.mark.parametrize("fails", [False, True])
def test_answers_wait_for_sessions_that_change(store, tmp_path, fails):
    gate = BatchGate(answer_seconds=0.0)
    spool = MemorySpool()
    drain = Drain(lambda: [("serve", spool)], store, Journal(tmp_path), Silent(), gate=gate)
    drain.drain_once()
    assert not gate._written(1)
    with contextlib.suppress(StoreError), drain.changing_sessions() as quiet:
        assert quiet
        assert gate._written(1)
        if fails:
            raise StoreError("no")
    assert not gate._written(1)

"""What a command-line tool runs in its own process."""

from __future__ import annotations

import threading
from pathlib import Path

from footfall.clock import system_clock
from footfall.model.raw import EventRows, RawEvent
from footfall.runtime.offline import offline
from footfall.settings import Settings
from footfall.spool.protocol import Submission
from footfall.store.lock import holder


def own_threads() -> set[str]:
    return {thread.name for thread in threading.enumerate()} & {"drain", "periodic"}


def test_it_drains_and_runs_nothing_else(store_settings: Settings) -> None:
    settings = store_settings.model_copy(update={"flush_interval": 0.1})
    now = system_clock()
    with offline(settings) as tool:
        assert own_threads() == {"drain"}
        tool.spool.append([Submission(EventRows(1, now, [RawEvent(now, 1, 1)]))])
        tool.wait_drained()
        assert tool.spool.state().waiting == 0
        assert holder(settings.data) is not None
    assert own_threads() == set()
    assert holder(settings.data) is None


def test_who_waits_until_all_is_drained_does_not_wait_for_the_next_round(store_settings: Settings) -> None:
    now = system_clock()
    with offline(store_settings.model_copy(update={"flush_interval": 3600.0})) as tool:
        for number in (1, 2):
            tool.spool.append([Submission(EventRows(1, now, [RawEvent(now, 1, number)]))])
            waiting = threading.Thread(target=tool.wait_drained, daemon=True)
            waiting.start()
            waiting.join(60)
            assert not waiting.is_alive()


def test_a_tool_that_leaves_draining_to_the_server_opens_no_store(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data")
    with offline(settings, only="tail-a", drains=False) as tool:
        assert own_threads() == set()
        assert holder(settings.data) is None
        assert tool.spool.path.stem == "tail-a"

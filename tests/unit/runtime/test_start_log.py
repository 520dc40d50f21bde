"""Settings in the log."""

from __future__ import annotations

import pytest

from footfall.runtime.start_log import shown
from footfall.settings import Settings


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("", ""),
        ("chdb:///srv/store", "chdb:///srv/store"),
        ("clickhouse://me:pass@host:8123/footfall", "clickhouse://…"),
        ("clickhouse://me:p/a?s#s@host/footfall", "clickhouse://…"),
        ("clickhouse://host/footfall?password=pass", "clickhouse://…"),
    ],
)
def test_urls_keep_their_passwords(url, text):
    settings = shown(Settings(store_url=url, meta_url=url, retention_days=30))
    assert settings.keys() == Settings.model_fields.keys()
    assert (settings["store_url"], settings["meta_url"], settings["retention_days"]) == (text, text, "30")

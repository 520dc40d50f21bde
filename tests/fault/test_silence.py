"""What errors and logs never say."""

from __future__ import annotations

import json
import re

from tests.support.server import running

TELLTALE = re.compile(
    r"SELECT|INSERT|Traceback|File \"|site-packages|/home/|/tmp/|/root/|\.py\b|sqlite|chdb|clickhouse|polars|Code: \d",
    re.IGNORECASE,
)


def test_errors_and_logs_keep_secrets(tmp_path):
    with running(tmp_path / "data", log_level="debug") as server:
        own, other = server.project(), server.project()
        reader, writer = server.project("read"), server.project("ingest")
        tokens = [access.token for access in (own, other, reader, writer)]
        greeting = server.log.read_text()
        hostile = ["' OR 1=1 --", "\\", "\\'", "`x`", "{x:String}", "%s", "\x00", "😀", "a" * 3000]
        answers = [
            access.get(path, params=params)
            for access in (own, writer)
            for text in hostile
            for path, params in (
                ("/api/web-events/" + access.slug, {"filter": f'path:"{text}"'}),
                ("/api/web-events/" + access.slug + "/kpis", {"range": text, "filter": text}),
                ("/api/web-events/" + access.slug + "/top-pages", {"limit": text}),
                ("/api/tracking/stats", {"period": text}),
                ("/api/tracking/visits", {"endpoint": text, "user_hash": text}),
                ("/api/v1/analytics/stats", {"project": text}),
            )
        ]
        for path in ("/api/v1/analytics", "/api/v1/analytics/batch", "/api/collect/bulk", "/api/tracking/visits"):
            answers += [
                access.post(path, content=b'{"a": ' + text.encode()) for access in (own, reader) for text in hostile
            ]
            answers.append(own.post(path, json={}, headers={"X-Project": other.slug}))
            answers.append(server.http.post(path, params={"token": own.token}))
            answers.append(server.http.post(path, headers={"Authorization": "Bearer " + own.token[:-1] + "0"}))
        answers += [own.get("/nowhere"), own.get("/docs/../../etc/passwd"), own.post("/healthz"), own.get("/v2/apps/x")]
        refused = [answer for answer in answers if answer.status_code >= 400]
        assert len(refused) > 60
        assert [answer.text for answer in answers if answer.status_code >= 500] == []
        for answer in refused:
            assert isinstance(answer.json(), dict)
            message = json.dumps(answer.json())
            echoed = message.replace("site-packages", "")
            assert TELLTALE.search(echoed) is None, message
            assert not any(token in message for token in tokens)
        assert server.stop() == 0
        said = server.log.read_text().removeprefix(greeting)
        assert not any(token[7:40] in said for token in (*tokens, server.token))
        assert "ff_pat_" not in said

"""As much of S3 as backups need, in memory: one bucket, whose every request must be signed with the right secret."""

from __future__ import annotations

import hashlib
import hmac
import threading
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from xml.sax.saxutils import escape

KEY, SECRET, BUCKET, REGION = "AKIATESTKEY", "a secret/of+tests", "backups", "eu-test-1"
ENVIRONMENT = {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_REGION": REGION}


class S3:
    """`objects` by key; a request whose key contains `failing` is answered with 403."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.failing = ""
        self.requests: list[str] = []
        self.url = ""
        self.parts: dict[str, dict[int, bytes]] = {}

    def list(self, query: dict[str, str]) -> str:
        """At most three keys a page, so that pages are followed."""
        start = query.get("continuation-token", "")
        keys = sorted(key for key in self.objects if key.startswith(query.get("prefix", "")) and key > start)
        shown = keys[: min(3, int(query.get("max-keys", "1000")))]
        more = len(shown) < len(keys)
        items = "".join(
            f"<Contents><Key>{escape(key)}</Key><Size>{len(self.objects[key])}</Size>"
            f"<LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>x</ETag></Contents>"
            for key in shown
        )
        after = f"<NextContinuationToken>{escape(shown[-1])}</NextContinuationToken>" if more else ""
        return (
            '<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
            f"<Name>{BUCKET}</Name><KeyCount>{len(shown)}</KeyCount><IsTruncated>{str(more).lower()}</IsTruncated>"
            f"{after}{items}</ListBucketResult>"
        )


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    s3: S3

    def log_message(self, *_: object) -> None:
        """Nothing."""

    def _do(self) -> None:
        path, _, text = self.path.partition("?")
        query = dict(urllib.parse.parse_qsl(text, keep_blank_values=True))
        body = self._body()
        self.s3.requests.append(f"{self.command} {self.path}")
        bucket, _, key = urllib.parse.unquote(path).lstrip("/").partition("/")
        if bucket != BUCKET or not self._is_signed(path, query, body) or (self.s3.failing and self.s3.failing in key):
            self._answer(403, b"<Error><Code>AccessDenied</Code><Message>no</Message></Error>")
            return
        getattr(self, f"_{self.command.lower()}")(key, query, body)

    def __getattr__(self, name: str) -> Callable[[], None]:
        if name.startswith("do_"):
            return self._do
        raise AttributeError(name)

    def _body(self) -> bytes:
        sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if "aws-chunked" not in self.headers.get("Content-Encoding", ""):
            return sent
        found = b""
        while sent:
            head, _, sent = sent.partition(b"\r\n")
            size = int(head.partition(b";")[0], 16)
            found, sent = found + sent[:size], sent[size + 2 :] if size else b""
        return found

    def _is_signed(self, path: str, query: dict[str, str], body: bytes) -> bool:
        kind, _, text = self.headers.get("Authorization", "").partition(" ")
        fields = dict(part.strip().split("=", 1) for part in text.split(",") if "=" in part)
        if kind != "AWS4-HMAC-SHA256" or not fields["Credential"].startswith(f"{KEY}/"):
            return False
        digest = self.headers["x-amz-content-sha256"]
        if len(digest) == 64 and digest != hashlib.sha256(body).hexdigest():
            return False
        names = fields["SignedHeaders"].split(";")
        asked = "&".join(
            f"{urllib.parse.quote(name, safe='-_.~')}={urllib.parse.quote(value, safe='-_.~')}"
            for name, value in sorted(query.items())
        )
        heads = "".join(f"{name}:{' '.join((self.headers[name] or '').split())}\n" for name in names)
        canonical = "\n".join((self.command, path, asked, heads, ";".join(names), digest))
        _, date, region, service, end = fields["Credential"].split("/")
        scope = f"{date}/{region}/{service}/{end}"
        hashed = hashlib.sha256(canonical.encode()).hexdigest()
        key = f"AWS4{SECRET}".encode()
        for part in (date, region, service, end):
            key = hmac.digest(key, part.encode(), "sha256")
        text = "\n".join(("AWS4-HMAC-SHA256", self.headers["x-amz-date"], scope, hashed))
        return hmac.compare_digest(hmac.digest(key, text.encode(), "sha256").hex(), fields["Signature"])

    def _get(self, key: str, query: dict[str, str], _: bytes) -> None:
        if not key:
            self._answer(200, self.s3.list(query).encode())
        elif key not in self.s3.objects:
            self._answer(404, b"<Error><Code>NoSuchKey</Code><Message>no</Message></Error>")
        else:
            self._send(self.s3.objects[key])

    def _send(self, content: bytes) -> None:
        wanted = self.headers.get("Range", "")
        if not wanted:
            self._answer(200, content)
            return
        first, _, last = wanted.removeprefix("bytes=").partition("-")
        end = min(int(last) + 1 if last else len(content), len(content))
        self._answer(206, content[int(first) : end], **{"Content-Range": f"bytes {first}-{end - 1}/{len(content)}"})

    def _head(self, key: str, _: dict[str, str], __: bytes) -> None:
        there = self.s3.objects.get(key)
        self._answer(404 if there is None else 200, there or b"")

    def _put(self, key: str, query: dict[str, str], body: bytes) -> None:
        if "partNumber" in query:
            self.s3.parts[query["uploadId"]][int(query["partNumber"])] = body
        else:
            self.s3.objects[key] = body
        self._answer(200, b"", ETag='"x"')

    def _post(self, key: str, query: dict[str, str], _: bytes) -> None:
        if "uploads" in query:
            self.s3.parts[key] = {}
            said = f"<UploadId>{escape(key)}</UploadId>"
            self._answer(200, f"<InitiateMultipartUploadResult>{said}</InitiateMultipartUploadResult>".encode())
        else:
            parts = self.s3.parts.pop(query["uploadId"])
            self.s3.objects[key] = b"".join(parts[number] for number in sorted(parts))
            said = f"<Key>{escape(key)}</Key><ETag>x</ETag>"
            self._answer(200, f"<CompleteMultipartUploadResult>{said}</CompleteMultipartUploadResult>".encode())

    def _delete(self, key: str, _: dict[str, str], __: bytes) -> None:
        self.s3.objects.pop(key, None)
        self._answer(204, b"")

    def _answer(self, status: int, content: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in ({"ETag": '"x"', "Last-Modified": "Thu, 01 Jan 2026 00:00:00 GMT"} | headers).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)


@contextmanager
def s3() -> Iterator[S3]:
    made = S3()
    handler = type("Handler", (_Handler,), {"s3": made})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    made.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()

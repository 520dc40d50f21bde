"""As much of S3 as backups need: objects below one prefix of a bucket are written, read, listed and removed.

Requests are signed as https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html says. The bucket
stands in the path, which services other than Amazon's know as well.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import shutil
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import HTTPResponse
from pathlib import Path
from urllib.parse import quote, urlsplit
from xml.etree import ElementTree as ET

from footfall.errors import FatalError, TransientError
from footfall.settings import BUCKET

_ATTEMPTS = 3
_PAUSE = 1.0
_SECONDS = 60.0
_UNRESERVED = "-_.~"
_NONE = hashlib.sha256(b"").hexdigest()


@dataclass(frozen=True, slots=True)
class Credentials:
    key: str
    secret: str = field(repr=False)
    session: str = field(default="", repr=False)
    region: str = "us-east-1"

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Credentials:
        """From the variables that Amazon's own tools read, and the engine, too. FatalError where one is missing."""
        try:
            key, secret = environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"]
        except KeyError as error:
            raise FatalError(f"a backup to S3 needs {error.args[0]} in the environment") from None
        region = environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION") or "us-east-1"
        return cls(key, secret, environment.get("AWS_SESSION_TOKEN", ""), region)


def signed(
    method: str, url: str, headers: Mapping[str, str], digest: str, at: datetime, credentials: Credentials
) -> dict[str, str]:
    """All headers of a request whose body has this SHA-256. The URL's query is sorted and quoted already."""
    parts = urlsplit(url)
    stamp = f"{at:%Y%m%dT%H%M%SZ}"
    sent = {name.lower(): value for name, value in headers.items()}
    sent |= {"host": parts.netloc, "x-amz-content-sha256": digest, "x-amz-date": stamp}
    if credentials.session:
        sent["x-amz-security-token"] = credentials.session
    names = ";".join(sorted(sent))
    lines = "".join(f"{name}:{sent[name]}\n" for name in sorted(sent))
    request = f"{method}\n{parts.path}\n{parts.query}\n{lines}\n{names}\n{digest}"
    scope = (stamp[:8], credentials.region, "s3", "aws4_request")
    key = f"AWS4{credentials.secret}".encode()
    for part in scope:
        key = hmac.digest(key, part.encode(), "sha256")
    hashed = hashlib.sha256(request.encode()).hexdigest()
    text = "\n".join(("AWS4-HMAC-SHA256", stamp, "/".join(scope), hashed))
    signature = hmac.digest(key, text.encode(), "sha256").hex()
    sent["authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={credentials.key}/{'/'.join(scope)},SignedHeaders={names},Signature={signature}"
    )
    return sent


class Bucket:
    """What lies below a prefix; keys are relative to it. Every method raises TransientError where S3 refuses."""

    def __init__(self, name: str, prefix: str, environment: Mapping[str, str] = os.environ) -> None:
        """FatalError where credentials are missing."""
        self._credentials = Credentials.of(environment)
        endpoint = environment.get("AWS_ENDPOINT_URL_S3") or environment.get("AWS_ENDPOINT_URL")
        endpoint = (endpoint or f"https://s3.{self._credentials.region}.amazonaws.com").rstrip("/")
        if not endpoint.startswith(("http://", "https://")):
            raise FatalError(f"the endpoint of S3 is no URL: {endpoint}")
        self._bucket = f"{endpoint}/{quote(name, safe=_UNRESERVED)}"
        self._prefix = f"{prefix}/"
        self.address = f"{BUCKET}{name}/{prefix}"

    def url(self, key: str) -> str:
        return f"{self._bucket}/{quote(self._prefix + key, safe='/' + _UNRESERVED)}"

    def put(self, key: str, file: Path) -> None:
        with file.open("rb") as content:
            digest = hashlib.file_digest(content, "sha256").hexdigest()
        headers = {"Content-Length": str(file.stat().st_size)}
        with closing(self._asked("PUT", self.url(key), headers, digest, file)):
            pass

    def read(self, key: str) -> bytes:
        with closing(self._asked("GET", self.url(key))) as answer:
            return answer.read()

    def get(self, key: str, to: Path) -> None:
        with closing(self._asked("GET", self.url(key))) as answer, to.open("wb") as file:
            shutil.copyfileobj(answer, file)

    def remove(self, key: str) -> None:
        with closing(self._asked("DELETE", self.url(key))):
            pass

    def listed(self, below: str = "") -> Iterator[tuple[str, int]]:
        """(key, bytes) of all objects whose keys begin so."""
        after = ""
        while True:
            query = {"list-type": "2", "prefix": self._prefix + below}
            query |= {"continuation-token": after} if after else {}
            pairs = (f"{name}={quote(value, safe=_UNRESERVED)}" for name, value in sorted(query.items()))
            with closing(self._asked("GET", f"{self._bucket}?{'&'.join(pairs)}")) as answer:
                found = ET.fromstring(answer.read())  # noqa: S314 - from the service that holds the backups
            for item in found.iterfind("{*}Contents"):
                yield item.findtext("{*}Key", "").removeprefix(self._prefix), int(item.findtext("{*}Size", "0"))
            after = found.findtext("{*}NextContinuationToken", "")
            if not after:
                return

    def _asked(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        digest: str = _NONE,
        body: Path | None = None,
    ) -> HTTPResponse:
        for attempt in range(_ATTEMPTS):
            if attempt:
                time.sleep(_PAUSE * attempt)
            signed_now = signed(method, url, headers or {}, digest, datetime.now(UTC), self._credentials)
            content = body.open("rb") if body else None
            try:
                request = urllib.request.Request(url, content, signed_now, method=method)  # noqa: S310 - http or https, see above
                answer: HTTPResponse = urllib.request.urlopen(request, timeout=_SECONDS)  # noqa: S310 - as above
            except urllib.error.HTTPError as error:
                failure = f"it answered {error.code} {_code(error)}"
                if error.code < 500 and error.code != 429:
                    break
            except OSError as error:
                failure = str(error)
            else:
                return answer
            finally:
                if content:
                    content.close()
        raise TransientError(f"S3 can't be used ({self.address}): {failure}")


def _code(error: urllib.error.HTTPError) -> str:
    try:
        return ET.fromstring(error.read()).findtext("{*}Code") or ""  # noqa: S314 - as above
    except (ET.ParseError, OSError):
        return ""

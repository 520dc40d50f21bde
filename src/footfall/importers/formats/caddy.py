"""Caddy's structured log, as JSON or as its console encoder writes it.

Source: https://caddyserver.com/docs/logging.
"""

from __future__ import annotations

from footfall.collect.cdn import named_by
from footfall.importers.formats.records import Record, json_object


def decode(text: str) -> Record:
    """Whether the client spoke TLS stands in an object of its own."""
    record = json_object(text)
    request = record.get("request")
    if isinstance(request, dict):
        request["scheme"] = "https" if isinstance(request.get("tls"), dict) else "http"
    return record


def decode_console(text: str) -> Record:
    """Time, level, logger and message between tabs, then the rest as JSON."""
    time, _, rest = text.partition("\t")
    logger = next((part for part in rest.split("\t")[:3] if part.startswith("http.")), "")
    record = decode(text[max(text.find("\t{"), 0) :].strip())
    return {**record, "ts": time, "logger": logger}


def is_access(record: Record) -> bool:
    """The error log describes the same requests again."""
    logger = record.get("logger", "")
    return not logger or (isinstance(logger, str) and logger.startswith("http.log.access"))


def provider(record: Record) -> str:
    """The CDN that the request's headers name."""
    request = record.get("request")
    headers = request.get("headers") if isinstance(request, dict) else None
    if not isinstance(headers, dict):
        return ""
    return named_by({name: " ".join(map(str, values)) for name, values in headers.items() if isinstance(values, list)})

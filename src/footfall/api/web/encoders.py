"""Frames of raw events to bytes, one page at a time."""

from __future__ import annotations

import io
import queue
import threading
from collections.abc import Callable, Iterator
from typing import IO, Protocol, cast

import msgspec
import polars as pl
import polars.selectors as cs
from polars.io.plugins import register_io_source

DANGEROUS = r"^[=+\-@\t\r\n]"
"""First characters that make a spreadsheet run a text as a formula (OWASP, CSV Injection)."""

_GROUP = 10_000
"""Rows of a Parquet row group, which is held in memory until it is full."""

_MONEY = pl.Decimal(18, 4)


class Encoder(Protocol):
    """Every page has the same columns. `end` is called once, after the last page; `close` always, and last."""

    media_type: str
    extension: str

    def page(self, rows: pl.DataFrame) -> bytes: ...

    def end(self) -> bytes: ...

    def close(self) -> None: ...


class Csv:
    """RFC 4180 with a header; a text that a spreadsheet would run gets a leading `'`."""

    media_type = "text/csv; charset=utf-8"
    extension = "csv"

    def __init__(self) -> None:
        self._begun = False

    def page(self, rows: pl.DataFrame) -> bytes:
        header, self._begun = not self._begun, True
        texts = cs.string() - cs.by_name("revenue")
        safe = texts.str.replace(DANGEROUS, "'$0")
        text = _with_iso(rows).with_columns(safe).write_csv(include_header=header, line_terminator="\r\n")
        return text.encode()

    def end(self) -> bytes:
        return b""

    def close(self) -> None: ...


class NdJson:
    """One JSON object a line; `properties` is an object in it."""

    media_type = "application/x-ndjson"
    extension = "ndjson"

    def page(self, rows: pl.DataFrame) -> bytes:
        encode = msgspec.json.Encoder().encode_lines
        return encode(
            [
                row | {"properties": msgspec.Raw(row["properties"].encode())}
                for row in _with_iso(rows).iter_rows(named=True)
            ]
        )

    def end(self) -> bytes:
        return b""

    def close(self) -> None: ...


class Parquet:
    """Row groups as they fill up; `revenue` is a decimal number.

    The writer runs on a thread of its own, because it pulls its rows.
    """

    media_type = "application/vnd.apache.parquet"
    extension = "parquet"

    def __init__(self) -> None:
        self._pages: queue.Queue[pl.DataFrame | None] = queue.Queue(1)
        self._out = _Growing()
        self._thread: threading.Thread | None = None
        self._error: BaseException | None = None
        self._closed = False

    def page(self, rows: pl.DataFrame) -> bytes:
        typed = rows.with_columns(pl.col("revenue").cast(_MONEY))
        if self._thread is None:
            self._thread = threading.Thread(target=self._write, args=(typed.schema,), name="parquet", daemon=True)
            self._thread.start()
        self._give(typed)
        return self._out.take()

    def end(self) -> bytes:
        self._give(None)
        if self._thread is not None:
            self._thread.join()
        if self._error is not None:
            raise self._error
        return self._out.take()

    def close(self) -> None:
        self._closed = True

    def _give(self, rows: pl.DataFrame | None) -> None:
        while self._thread is not None and self._thread.is_alive():
            try:
                self._pages.put(rows, timeout=0.5)
            except queue.Full:
                continue
            break
        if self._error is not None:
            raise self._error

    def _write(self, schema: pl.Schema) -> None:
        try:
            frame = register_io_source(self._source, schema=schema)
            frame.sink_parquet(
                cast(IO[bytes], self._out), row_group_size=_GROUP, compression="zstd", maintain_order=True
            )
        except BaseException as error:  # noqa: BLE001 - raised again in `end`
            self._error = error

    def _source(self, *_: object) -> Iterator[pl.DataFrame]:
        while not self._closed:
            try:
                rows = self._pages.get(timeout=0.5)
            except queue.Empty:
                continue
            if rows is None:
                return
            yield rows


class _Growing(io.RawIOBase):
    """A buffer written on one thread and emptied on another."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        part = bytes(data)  # type: ignore[call-overload]  # a buffer of any kind
        with self._lock:
            self._parts.append(part)
        return len(part)

    def take(self) -> bytes:
        with self._lock:
            parts, self._parts = self._parts, []
        return b"".join(parts)


def _with_iso(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.with_columns(pl.col("timestamp").dt.strftime("%Y-%m-%dT%H:%M:%S%.3fZ"))


ENCODERS: dict[str, Callable[[], Encoder]] = {"csv": Csv, "ndjson": NdJson, "parquet": Parquet}

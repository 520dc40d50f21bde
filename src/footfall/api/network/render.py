"""Figures to the network surface's JSON."""

from __future__ import annotations

import polars as pl

from footfall.catalog.rollups import GROUPINGS

KEYS = dict(
    zip(
        GROUPINGS,
        ("countries", "devices", "os", "browsers", "protocols", "methods", "paths", "referers", "providers"),
        strict=True,
    )
)
"""The surface's name of each dimension."""

_POINT = ("type", "visits", "requests", "bytes", "date")


def analytics(figures: pl.DataFrame) -> bytes:
    """The whole body, of columns dimension, label, bucket, hits, sessions and bytes in the order that is shown."""
    points = figures.select(
        pl.col("dimension", "label").cast(pl.String),
        pl.col("hits").alias("requests"),
        pl.col("sessions").alias("visits"),
        pl.col("bytes"),
        date=pl.from_epoch("bucket", time_unit="ms").dt.strftime("%Y-%m-%dT%H:%M:%SZ"),
    ).rename({"label": "type"})
    by_dimension = points.partition_by("dimension", as_dict=True)
    none = points.clear()
    keys = {"visits": "", **{key: name for name, key in KEYS.items()}}
    parts = [f'"{key}":{_json(by_dimension.get((name,), none), total=not name)}' for key, name in keys.items()]
    return f'{{"status":"success","response":{{{",".join(parts)}}}}}'.encode()


def _json(points: pl.DataFrame, *, total: bool) -> str:
    return points.select(_POINT[1:] if total else _POINT).write_json()

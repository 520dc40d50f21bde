"""Settings: one frozen object, made once at start, and the only reader of the environment."""

from __future__ import annotations

import os
from collections.abc import Iterable
from difflib import get_close_matches
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

Network = IPv4Network | IPv6Network
Origin = Annotated[str, StringConstraints(pattern=r"^https?://[a-z0-9.:\[\]-]+$")]
BasePath = Annotated[
    str,
    BeforeValidator(lambda value: value.rstrip("/") if isinstance(value, str) else value),
    StringConstraints(max_length=200, pattern=r"^(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*$"),
]
"""`""`, or `/a/b`: no slash at its end."""

BUCKET = "s3://"
PLACES = "name a directory, or s3://bucket/prefix"


def bucket_of(place: str) -> tuple[str, str] | None:
    """Bucket and prefix of a place of backups; None for a directory. ValueError for what is neither."""
    name, _, prefix = place.removeprefix(BUCKET).strip("/").partition("/")
    if place.startswith(BUCKET) and name and prefix:
        return name, prefix
    if not place or "://" in place:
        raise ValueError(PLACES)
    return None


def _place(value: str) -> str:
    try:
        if value:
            bucket_of(value)
    except ValueError as error:
        raise PydanticCustomError("place", PLACES) from error
    return value


Role = Literal["all", "collect", "drain", "query"]
StoreIp = Literal["full", "truncated", "none"]

PREFIX = "FOOTFALL_"
MAX_RETENTION_DAYS = 36_500
_OF_CLIENTS = ("FOOTFALL_URL", "FOOTFALL_TOKEN", "FOOTFALL_PROJECT")  # footfall-client reads them


def _parts(value: object) -> object:
    """`10.0.0.0/8, ::1` is two networks; an empty text is none."""
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


class InstallationSettings(BaseModel):
    """What decides which data is stored, and how. It is the same for every process of an installation.

    The metadata records these settings (`meta.recorded`); each has a text form, which is that of the environment.
    """

    model_config = ConfigDict(frozen=True)

    store_ip: StoreIp | None = Field(
        None, description="What to keep of client addresses; unset: `none` for browser events, `full` for requests."
    )
    retention_days: int | None = Field(
        None,
        ge=1,
        le=MAX_RETENTION_DAYS,
        description="Age in days past which events are refused, and removed as parts merge; unset: never.",
    )
    trusted_proxies: Annotated[tuple[Network, ...], NoDecode, BeforeValidator(_parts)] = Field(
        (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128")),
        description="Networks whose headers are trusted to name the client, separated by commas.",
    )
    client_header: Literal["x-forwarded-for", "forwarded", "cf-connecting-ip"] = Field(
        "x-forwarded-for", description="The header in which trusted proxies name the client."
    )
    keep_query: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_parts)] = Field(
        (), description="Further query parameters of browsers' URLs that are kept, separated by commas."
    )
    opt_out: Annotated[tuple[Literal["gpc", "dnt"], ...], NoDecode, BeforeValidator(_parts)] = Field(
        (), description="`gpc`, `dnt`: headers by which browsers' events are left out here, whatever their script does."
    )

    @field_validator("store_ip", "retention_days", mode="before")
    @classmethod
    def _unset(cls, value: object) -> object:
        """An empty text unsets what may be unset."""
        return None if value == "" else value

    @property
    def request_ip(self) -> StoreIp:
        """What is kept of the client addresses of requests."""
        return self.store_ip or "full"

    def texts(self) -> dict[str, str]:
        """The text form of each installation setting."""
        return {name: _text(getattr(self, name)) for name in InstallationSettings.model_fields}


class Settings(BaseSettings, InstallationSettings):
    """Every setting, its environment variable being `FOOTFALL_` and the name in capitals."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore")

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, ge=1, le=65535, description="Port to listen on.")
    base_path: BasePath = Field(
        "", description="Path below which everything is served, such as `/stats`; empty: the host is Footfall's alone."
    )
    role: Role = Field(
        "all",
        description="`all`; `collect`: take events into a spool; `drain`: move spools into the store; `query`: answer.",
    )
    drain_url: Annotated[str, StringConstraints(pattern=r"^(https?://[^\s/]+(/\S*)?)?$")] = Field(
        "", description="URL of the server to which a collector forwards; empty: one drains the same data directory."
    )
    data: Path = Field(Path("data"), description="Directory of everything that is kept.")
    store_url: str = Field(
        "",
        description="`chdb:///path`, `clickhouse[s]://user:password@host:port/db`, or of a cluster "
        "`…@a1|a2,b1|b2/db?cluster=name`; empty: embedded.",
    )
    insert_quorum: str = Field(
        "auto",
        pattern="^(auto|[0-9]+)$",
        description="Replicas of a cluster's shard that must have an insert; `auto`: most of them.",
    )
    meta_url: str = Field("", description="SQLAlchemy URL of the metadata; empty: SQLite in the data directory.")
    auth: Literal["on", "off"] = Field(
        "on", description="`off` opens the reading surfaces, on a loopback address only."
    )
    cors_origins: Annotated[tuple[Origin, ...], NoDecode, BeforeValidator(_parts)] = Field(
        (), description="Origins whose pages may read with a token, such as `https://app.example`, separated by commas."
    )
    flush_interval: float = Field(
        1.0, gt=0, le=60, description="Seconds from acknowledged to queryable, at most (twice as many under load)."
    )
    spool_max_events: int = Field(
        2_000_000, ge=1, description="Events waiting in the durable buffer at which writes answer 503."
    )
    spool_keep_seconds: int = Field(
        3600, ge=0, description="Seconds for which drained spool rows are kept, to replay after a power cut."
    )
    batch_events: int = Field(100_000, ge=1, le=1_000_000, description="Most events in one insert.")
    store_memory: int = Field(1_500_000_000, ge=200_000_000, description="Bytes that the embedded engine may use.")
    store_threads: int = Field(2, ge=1, description="Threads that one query may use.")
    query_seconds: float = Field(30, gt=0, le=240, description="Seconds that one query of a reading endpoint may take.")
    query_memory: int | None = Field(
        None, ge=10_000_000, description="Bytes that one such query may use; unset: half of `FOOTFALL_STORE_MEMORY`."
    )
    queries_per_project: int = Field(
        8, ge=1, le=1000, description="Queries of one project that run at once; past a short wait, 429."
    )
    metrics: Literal["loopback", "token", "open"] = Field(
        "loopback",
        description="Who may read `/metrics`: clients on loopback, any token with the scope `read`, or anyone.",
    )
    confirm_retention_days: int | None = Field(
        None,
        description="Repeats a retention that deletes more than half of a table; without it, the start is refused.",
    )
    stale_seconds: int = Field(
        300,
        ge=10,
        description="Seconds without progress of the drain after which `/readyz` answers 503; at its end, at once.",
    )
    backup_dir: Annotated[str, AfterValidator(_place)] = Field(
        "", description="Directory, or `s3://bucket/prefix`, for backups on a schedule; unset: none are made."
    )
    backup_hours: int = Field(24, ge=1, le=8760, description="Hours from one scheduled backup to the next.")
    backup_keep: int = Field(14, ge=1, description="Scheduled backups that are kept, and the full ones they need.")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least level that is logged.")


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return PREFIX + name.upper()


def unknown_variables() -> dict[str, str]:
    """Variables with our prefix that nothing reads, each with the variable that it looks like, or `""`."""
    known = [variable(name) for name in Settings.model_fields]
    names = {name.upper() for name in os.environ} - {*known, *_OF_CLIENTS}
    return {name: nearest(name, known) for name in sorted(names) if name.startswith(PREFIX)}


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name that a mistyped one is meant to be; `""` where none is close."""
    return next(iter(get_close_matches(name, list(known), n=1, cutoff=0.85)), "")


def _text(value: object) -> str:
    if value is None:
        return ""
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)

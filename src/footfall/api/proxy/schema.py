"""What the proxy surface answers. Field names and types are the contract's: totals are texts, of any size."""

from __future__ import annotations

from pydantic import BaseModel, Field


class TrafficPoint(BaseModel):
    bucket: str = Field(description="Start of the bucket, `YYYY-MM-DD HH:MM:SS`, UTC.")
    total_bytes_sent: str
    total_bytes_received: str
    bytes_total: str
    total_count: str


class Traffic(BaseModel):
    data: list[TrafficPoint]


class RequestsPoint(BaseModel):
    bucket: str
    total_count: str
    total_errors: str


class Requests(BaseModel):
    data: list[RequestsPoint]


class ConcurrencyPoint(BaseModel):
    bucket: str
    max_concurrency: str
    total_count: str


class Concurrency(BaseModel):
    data: list[ConcurrencyPoint]


class Domain(BaseModel):
    domain: str
    total_count: str
    bytes_total: str
    total_bytes_sent: str
    total_bytes_received: str
    total_errors: str


class Domains(BaseModel):
    data: list[Domain]


class Failed(BaseModel):
    error: str
    total_errors: str
    first_seen: str
    last_seen: str
    sample_domains: list[str] = Field(max_length=3, description="The domains with most of these errors.")


class Errors(BaseModel):
    data: list[Failed]


class Website(BaseModel):
    domain: str
    total_count: str
    bytes_total: str
    first_visit: str
    last_visit: str


class Websites(BaseModel):
    data: list[Website]
    page: int
    limit: int
    total: int = Field(description="Domains on all pages.")
    totalPages: int  # noqa: N815 - the contract's name

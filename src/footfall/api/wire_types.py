"""Types of fields that several surfaces answer with."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

Instant = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
"""An instant as it is written: RFC 3339, UTC."""

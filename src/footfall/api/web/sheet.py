"""A list as a CSV file."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

from footfall.api.web.encoders import DANGEROUS

_DANGEROUS = re.compile(DANGEROUS)


def sheet(label: str, items: list[dict[str, Any]]) -> bytes:
    """RFC 4180 with a header, and a column for each currency. A text that a spreadsheet would run gets a `'`."""
    currencies = sorted({currency for item in items for currency in item.get("revenue", ())})
    names = [name for name in (items[0] if items else {label: "", "count": 0, "visitors": 0}) if name != "revenue"]
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([*names, *(_safe(f"revenue_{currency}") for currency in currencies)])
    for item in items:
        earned = item.get("revenue", {})
        cells = [item[name] for name in names] + [earned.get(currency) for currency in currencies]
        writer.writerow([_safe(cell) if isinstance(cell, str) else cell for cell in cells])
    return out.getvalue().encode()


def _safe(text: str) -> str:
    return f"'{text}" if _DANGEROUS.match(text) else text

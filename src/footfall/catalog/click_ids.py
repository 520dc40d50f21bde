"""Click ids: query parameters that advertising and mail networks add to the links they send people through."""

from __future__ import annotations

CLICK_IDS = {
    "gclid": "paid",
    "gbraid": "paid",
    "wbraid": "paid",
    "dclid": "paid",
    "gclsrc": "paid",
    "msclkid": "paid",
    "yclid": "paid",
    "ymclid": "paid",
    "twclid": "paid",
    "ttclid": "paid",
    "li_fat_id": "paid",
    "rdt_cid": "paid",
    "sccid": "paid",
    "ScCid": "paid",
    "epik": "paid",
    "tblci": "paid",
    "dicbo": "paid",
    "obOrigUrl": "paid",
    "qclid": "paid",
    "fbclid": "social",
    "igshid": "social",
    "igsh": "social",
    "mc_eid": "email",
    "_ke": "email",
    "mkt_tok": "email",
    "vero_id": "email",
}
"""The channel that each one names. Those that name `paid` go before the others where a URL has several."""

"""Click ids: query parameters that advertising and mail networks add to the links they send people through.

Kept by hand. Sources: the networks' help pages; Brave's list of tracking parameters for the names of mail services.
They are kept in stored URLs, so a parameter that identifies a subscriber (of a newsletter, say) is not added.
"""

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
    "gad_source": "paid",
    "gad_campaignid": "paid",
    "ndclid": "paid",
    "obclid": "paid",
    "rb_clickid": "paid",
    "bd_vid": "paid",
    "qhclickid": "paid",
    "gdt_vid": "paid",
    "sznclid": "paid",
    "ldtag_cl": "paid",
    "cto_pld": "paid",
    "ef_id": "paid",
    "s_kwcid": "paid",
    "mc_eid": "email",
    "_ke": "email",
    "mkt_tok": "email",
    "vero_id": "email",
    "mc_cid": "email",
    "_hsmi": "email",
    "fbclid": "social",
    "igshid": "social",
    "igsh": "social",
    "mibextid": "social",
    "xmt": "social",
    "srsltid": "search",
    "ysclid": "search",
}
"""The channel that each one names. Those that name `paid` go before the others where a URL has several."""

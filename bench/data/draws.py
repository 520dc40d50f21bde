"""What the made-up rows are drawn from, and how often each value comes: plain lists and weights."""

from __future__ import annotations

from itertools import product

from bench import shop

LARGE, SMALL = 1, 200
"""Projects: one with 80 % of the events, and 200 that share the rest."""

LARGE_SHARE = 0.8
PAGES = 2_000
SMALL_PAGES = 200
BOTS = 0.03
CAMPAIGNS = 0.15
DIRECT = 0.4
NAMED = 0.2
"""Share of the sessions whose visitor the client names, and who returns over months; others' keys change daily."""

RETURNS = 6
"""Sessions of a named visitor, on average."""

MIXED = 0.01
"""Share of named visitors' sessions that go on with another agent and elsewhere."""

CUSTOM_FIRST, CUSTOM_LATER = 0.01, 0.127
"""Share of custom events among first events of sessions, and among the others: together a tenth."""

ENGAGED = 0.2
"""Share of the pageviews of people whose reading was reported."""

LENGTHS = (0.42, *(0.58 * 0.165 * 0.835 ** (place - 2) for place in range(2, 31)))
"""Weights of 1, 2, … 30 events in a session: 4.4 on average."""

HOURS = (3, 2, 1, 1, 1, 2, 4, 7, 10, 12, 13, 13, 12, 12, 11, 11, 12, 13, 14, 16, 17, 15, 10, 6)
WEEKDAYS = (1.0, 1.02, 1.0, 0.98, 0.95, 0.8, 0.88)
"""From Monday."""

GROWTH = (0.7, 1.3)
"""Events of a day at the begin and at the end of the time, against the mean."""

COUNTRIES = (
    *(("US", "en-US", "America/New_York"), ("DE", "de-DE", "Europe/Berlin"), ("GB", "en-GB", "Europe/London")),
    *(("FR", "fr-FR", "Europe/Paris"), ("IN", "en-IN", "Asia/Kolkata"), ("BR", "pt-BR", "America/Sao_Paulo")),
    *(("CA", "en-CA", "America/Toronto"), ("NL", "nl-NL", "Europe/Amsterdam"), ("ES", "es-ES", "Europe/Madrid")),
    *(("IT", "it-IT", "Europe/Rome"), ("PL", "pl-PL", "Europe/Warsaw"), ("RO", "ro-RO", "Europe/Bucharest")),
    *(("JP", "ja-JP", "Asia/Tokyo"), ("AU", "en-AU", "Australia/Sydney"), ("SE", "sv-SE", "Europe/Stockholm")),
    *(("CH", "de-CH", "Europe/Zurich"), ("AT", "de-AT", "Europe/Vienna"), ("BE", "nl-BE", "Europe/Brussels")),
    *(("MX", "es-MX", "America/Mexico_City"), ("TR", "tr-TR", "Europe/Istanbul"), ("PT", "pt-PT", "Europe/Lisbon")),
    *(("CZ", "cs-CZ", "Europe/Prague"), ("DK", "da-DK", "Europe/Copenhagen"), ("NO", "nb-NO", "Europe/Oslo")),
    *(("FI", "fi-FI", "Europe/Helsinki"), ("IE", "en-IE", "Europe/Dublin"), ("GR", "el-GR", "Europe/Athens")),
    *(("HU", "hu-HU", "Europe/Budapest"), ("UA", "uk-UA", "Europe/Kyiv"), ("KR", "ko-KR", "Asia/Seoul")),
    *(("ZA", "en-ZA", "Africa/Johannesburg"), ("AR", "es-AR", "America/Argentina/Buenos_Aires")),
    *(("CL", "es-CL", "America/Santiago"), ("CO", "es-CO", "America/Bogota"), ("ID", "id-ID", "Asia/Jakarta")),
    *(("PH", "en-PH", "Asia/Manila"), ("SG", "en-SG", "Asia/Singapore"), ("NZ", "en-NZ", "Pacific/Auckland")),
    *(("IL", "he-IL", "Asia/Jerusalem"), ("VN", "vi-VN", "Asia/Ho_Chi_Minh")),
)  # fmt: skip
"""Countries by how often they come, each with its language and time zone."""

CITIES = 1_500

_CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/"
_MORE_AGENTS = (
    *(f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {_CHROME}{v}.0.0.0 Safari/537.36" for v in range(138, 130, -1)),
    *(f"Mozilla/5.0 (iPad; CPU OS {v}_{m} like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/{v}.{m} "
      "Mobile/15E148 Safari/604.1" for v, m in product((18, 17), range(4))),
    *(f"Mozilla/5.0 (X11; Linux x86_64) {_CHROME}{v}.0.0.0 Safari/537.36" for v in range(138, 132, -1)),
    *(f"Mozilla/5.0 (Android 14; Mobile; rv:{v}.0) Gecko/{v}.0 Firefox/{v}.0" for v in range(140, 134, -1)),
    *(f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_CHROME}{v}.0.0.0 Safari/537.36 OPR/{v - 16}.0.0.0"
      for v in range(136, 130, -1)),
    *(f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_{m} like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
      "CriOS/138.0.7204.33 Mobile/15E148 Safari/604.1" for m in range(4)),
    *(f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:{v}.0) Gecko/20100101 Firefox/{v}.0"
      for v in range(140, 136, -1)),
)  # fmt: skip
AGENTS = (*shop.AGENTS, *_MORE_AGENTS)

DESKTOP_SCREENS = ("1920x1080", "1536x864", "1440x900", "1366x768", "2560x1440")
MOBILE_SCREENS = ("390x844", "412x915", "360x800", "393x852")
TABLET_SCREENS = ("820x1180", "768x1024")

KNOWN_REFERRERS = tuple(filter(None, shop.REFERRERS[:9]))
REFERRERS = (
    *KNOWN_REFERRERS,
    *(f"https://blog{n}.example.net/post/{n * 7}" for n in range(300 - len(KNOWN_REFERRERS))),
)
QUERIES = (
    *(f"?utm_source=newsletter&utm_medium=email&utm_campaign=week-{week:02}" for week in range(1, 31)),
    *(f"?utm_source=google&utm_medium=cpc&utm_campaign=brand-{n}&utm_term=term+{n % 7}" for n in range(12)),
    *(f"?utm_source=instagram&utm_medium=social&utm_campaign=story-{n}&utm_content=v{n % 3}" for n in range(10)),
    *("?gclid=Cj0KCQjw", "?fbclid=IwAR0x", "?utm_source=chatgpt.com", "?ref=partner"),
)
"""Query strings of the pages that campaigns lead to."""

ACTIONS = (
    *(
        "add_to_cart",
        "search",
        "scroll_depth",
        "video_played",
        "newsletter_signup",
        "coupon_applied",
        "signup_completed",
    ),
    *("purchase", "download", "filter_used", "wishlist_added", "share", "review_written", "chat_opened", "logout"),
)
"""Custom events by how often they come."""

PASSIVE = frozenset({"scroll_depth"})
PAID = "purchase"
WITH_PROPERTIES = frozenset(
    {"add_to_cart", "search", "scroll_depth", "video_played", "coupon_applied", PAID, "download"}
)
VARIANTS = 60
"""Different properties of each custom event that has some."""

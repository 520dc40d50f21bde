"""A made-up shop and its visitors: what pages, agents, countries and referrers look like, and how often each comes."""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]

HOST = "shop.example"
_WORDS = ("blue", "light", "travel", "wool", "garden", "kids", "steel", "winter", "classic", "pocket")
_KINDS = ("jacket", "lamp", "backpack", "kettle", "notebook", "boots", "chair", "tent", "watch", "bowl")
PATHS = (
    "/", "/pricing", "/cart", "/checkout", "/account", "/search", "/about", "/contact",
    *(f"/blog/{word}-{kind}-guide" for word, kind in product(_WORDS, _KINDS)),
    *(f"/products/{1000 + number}/{_WORDS[number % 10]}-{_KINDS[number // 10 % 10]}" for number in range(1_892)),
)  # fmt: skip

AGENTS = (
    *(f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{v}.0.0.0 Safari/537.36"
      for v in range(138, 124, -1)),
    *(f"Mozilla/5.0 (iPhone; CPU iPhone OS {v}_{m} like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
      f"Version/{v}.{m} Mobile/15E148 Safari/604.1" for v, m in product((18, 17, 16), range(6))),
    *(f"Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{v}.0.0.0 Mobile "
      "Safari/537.36" for v in range(138, 120, -1)),
    *(f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/{v}.{m} "
      "Safari/605.1.15" for v, m in product((18, 17, 16), range(6))),
    *(f"Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:{v}.0) Gecko/20100101 Firefox/{v}.0" for v in range(140, 126, -1)),
    *(f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{v}.0.0.0 "
      f"Safari/537.36 Edg/{v}.0.0.0" for v in range(138, 124, -1)),
    *(f"Mozilla/5.0 (Linux; Android {a}; SM-S{m}B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/{v}.0 "
      "Chrome/121.0.0.0 Mobile Safari/537.36" for a, m, v in product((15, 14, 13), (901, 911, 921), (28, 27, 26))),
    *(f"Mozilla/5.0 (X11; Linux x86_64; rv:{v}.0) Gecko/20100101 Firefox/{v}.0" for v in range(140, 130, -1)),
)  # fmt: skip

BOTS = (
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)",
    "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
)
EVERYONE = (*AGENTS[:6], *BOTS, *AGENTS[6:])

COUNTRIES = (
    "US", "DE", "GB", "FR", "IN", "BR", "CA", "NL", "ES", "IT", "PL", "RO", "JP", "AU", "SE",
    "CH", "AT", "BE", "MX", "TR", "PT", "CZ", "DK", "NO", "FI", "IE", "GR", "HU", "UA", "KR",
)  # fmt: skip
LANGUAGES = ("en-US", "de-DE", "en-GB", "fr-FR", "es-ES", "pt-BR", "it-IT", "nl-NL", "pl-PL", "ja-JP")
SCREENS = ("1920x1080", "390x844", "412x915", "1536x864", "1440x900", "360x800", "2560x1440", "1366x768")
REFERRERS = (
    "", "https://www.google.com/", "https://www.bing.com/", "https://t.co/", "https://duckduckgo.com/",
    "https://www.facebook.com/", "https://news.ycombinator.com/", "https://chatgpt.com/", "https://www.reddit.com/",
    *(f"https://blog{number}.example.net/post/{number * 7}" for number in range(200)),
)  # fmt: skip
CAMPAIGNS = ("", "?utm_source=newsletter&utm_medium=email&utm_campaign=autumn", "?gclid=Cj0KCQjw", "?utm_source=x")
ACTIONS = ("add_to_cart", "signup_completed", "search", "video_played", "coupon_applied")


def zipf(random: np.random.Generator, choices: int, count: int, exponent: float = 1.0) -> Numbers:
    """`count` indexes below `choices`, the k-th as often as 1 / k to the exponent."""
    weights = np.arange(1, choices + 1) ** -exponent
    edges = np.cumsum(weights / weights.sum())
    return np.searchsorted(edges, random.random(count), side="right").clip(0, choices - 1).astype(np.int64)

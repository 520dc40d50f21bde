"""The closed world of the histories: facts about user agents, addresses and referrers, written down by hand."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Agent:
    """Facts about a user agent. `traffic` is human, ai, monitor or bot; a program's device is `other`."""

    browser: str = "unknown"
    os: str = "unknown"
    device: str = "unknown"
    traffic: str = "human"
    browser_version: str | None = None
    os_version: str | None = None


@dataclass(frozen=True)
class Place:
    """Where an address is; unknown parts are None."""

    country: str | None = None
    region: str | None = None
    city: str | None = None
    latitude: float | None = None
    longitude: float | None = None


CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"
)
EDGE = f"{CHROME} Edg/126.0.0.0"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5"
    " Mobile/15E148 Safari/604.1"
)
IPAD = (
    "Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5"
    " Mobile/15E148 Safari/604.1"
)
GALAXY = (
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/25.0"
    " Chrome/121.0.0.0 Mobile Safari/537.36"
)
GOOGLEBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
GPTBOT = "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)"
UPTIME = "Mozilla/5.0+(compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)"

AGENTS: dict[str, Agent] = {
    "": Agent(),  # a backend sent the event for someone
    CHROME: Agent("Chrome", "Windows", "desktop", "human", "126", "10"),
    EDGE: Agent("Edge", "Windows", "desktop", "human", "126", "10"),
    FIREFOX: Agent("Firefox", "Linux", "desktop", "human", "128"),
    IPHONE: Agent("Safari", "iOS", "mobile", "human", "17.5", "17.5"),
    IPAD: Agent("Safari", "iOS", "tablet", "human", "17.5", "17.5"),
    GALAXY: Agent("Samsung Internet", "Android", "mobile", "human", "25", "10"),
    "☃ of no known make": Agent(device="other"),
    GOOGLEBOT: Agent("Googlebot", "unknown", "other", "bot", "2.1"),
    GPTBOT: Agent("GPTBot", "unknown", "other", "ai", "1.2"),
    UPTIME: Agent("UptimeRobot", "unknown", "other", "monitor", "2"),
}

PLACES: dict[str, Place] = {
    "192.0.2.1": Place("RO", "Bucharest", "Bucharest", 44.4268, 26.1025),
    "192.0.2.2": Place("RO", "Cluj", "Cluj-Napoca", 46.7712, 23.6236),
    "198.51.100.7": Place("DE", "Berlin", "Berlin", 52.52, 13.405),
    "203.0.113.9": Place("US"),
    "2001:db8::5": Place("CI", "Abidjan", "Côte d'Ivoire", 5.36, -4.0083),
    "10.0.0.1": Place(),
}

HOST_CHANNELS = {
    "google.com": "search",
    "google.co.uk": "search",
    "duckduckgo.com": "search",
    "l.facebook.com": "social",
    "t.co": "social",
    "chatgpt.com": "ai",
    "mail.google.com": "email",
    "com.google.android.gm": "email",
}
"""Well-known hosts (and apps); all others in the histories are unknown."""

MEDIUM_CHANNELS = {"cpc": "paid", "paidsocial": "paid", "email": "email", "social": "social"}
"""By utm_medium in lower case, without spaces, `-` and `_`."""

CAMPAIGN_CHANNELS = {"google": "search", "facebook": "social"}
"""By utm_source in lower case, stripped of spaces."""

CLICK_CHANNELS = {"gclid": "paid", "fbclid": "social"}
"""By the query parameter that an ad network adds to its links."""

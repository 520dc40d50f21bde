"""The shop, its campaigns, and who comes."""

from __future__ import annotations

from typing import NamedTuple

from footfall.demo.dice import Weighted, zipf

HOST = "shop.example"

PRODUCTS = (
    *("espresso-blend", "house-filter", "ethiopia-yirgacheffe", "hand-grinder", "moka-pot", "colombia-huila"),
    *("pour-over-kit", "decaf-honduras", "milk-jug", "kenya-aa", "paper-filters", "electric-grinder", "scale"),
    *("gift-card", "brazil-santos", "cold-brew-maker", "travel-mug", "sumatra-mandheling", "tamper", "descaler"),
)
PRICES = {name: 6 + (7 * place) % 83 for place, name in enumerate(PRODUCTS)}
ARTICLES = (
    *("grind-size-guide", "water-temperature", "what-is-washed-coffee", "cleaning-your-grinder"),
    *("kaffee-für-büros", "コーヒーの淹れ方", "قهوة-الصباح"),
)
SHELVES = ("/products", "/sale", "/", "/about", "/blog", "/shipping", "/account", "/contact")
TITLES = {
    "/": "Fresh coffee, roasted on Fridays",
    "/products": "All products",
    "/sale": "Sale",
    "/checkout": "Checkout",
    "/thanks": "Thank you",
}
SEARCHES = zipf(("decaf", "grinder", "filter 02", "gift", "espresso", "descaler", "cold brew"))


class Place(NamedTuple):
    country: str
    language: str
    timezone: str
    region: str
    city: str
    latitude: float
    longitude: float


_WEIGHTED_PLACES = [
    (11, Place("DE", "de-DE", "Europe/Berlin", "Berlin", "Berlin", 52.52, 13.405)),
    (8, Place("DE", "de-DE", "Europe/Berlin", "Bavaria", "Munich", 48.1374, 11.5755)),
    (7, Place("DE", "de-DE", "Europe/Berlin", "Hamburg", "Hamburg", 53.5511, 9.9937)),
    (9, Place("US", "en-US", "America/New_York", "New York", "New York", 40.7128, -74.006)),
    (6, Place("US", "en-US", "America/Los_Angeles", "California", "San Francisco", 37.7749, -122.4194)),
    (4, Place("US", "es-US", "America/Chicago", "Texas", "Austin", 30.2672, -97.7431)),
    (7, Place("RO", "ro-RO", "Europe/Bucharest", "Cluj", "Cluj-Napoca", 46.7712, 23.6236)),
    (5, Place("RO", "ro-RO", "Europe/Bucharest", "Bucharest", "Bucharest", 44.4268, 26.1025)),
    (7, Place("FR", "fr-FR", "Europe/Paris", "Île-de-France", "Paris", 48.8566, 2.3522)),
    (3, Place("FR", "fr-FR", "Europe/Paris", "Auvergne-Rhône-Alpes", "Lyon", 45.764, 4.8357)),
    (6, Place("GB", "en-GB", "Europe/London", "England", "London", 51.5074, -0.1278)),
    (3, Place("GB", "en-GB", "Europe/London", "Scotland", "Edinburgh", 55.9533, -3.1883)),
    (6, Place("NL", "nl-NL", "Europe/Amsterdam", "North Holland", "Amsterdam", 52.3676, 4.9041)),
    (5, Place("IT", "it-IT", "Europe/Rome", "Lombardy", "Milan", 45.4642, 9.19)),
    (4, Place("ES", "es-ES", "Europe/Madrid", "Catalonia", "Barcelona", 41.3874, 2.1686)),
    (3, Place("AT", "de-AT", "Europe/Vienna", "Vienna", "Vienna", 48.2082, 16.3738)),
    (3, Place("PL", "pl-PL", "Europe/Warsaw", "Masovia", "Warsaw", 52.2297, 21.0122)),
    (2, Place("BR", "pt-BR", "America/Sao_Paulo", "São Paulo", "São Paulo", -23.5505, -46.6333)),
    (2, Place("JP", "ja-JP", "Asia/Tokyo", "Tokyo", "Tokyo", 35.6762, 139.6503)),
    (1, Place("IN", "en-IN", "Asia/Kolkata", "Karnataka", "Bengaluru", 12.9716, 77.5946)),
    (1, Place("AU", "en-AU", "Australia/Sydney", "New South Wales", "Sydney", -33.8688, 151.2093)),
    (1, Place("EG", "ar-EG", "Africa/Cairo", "Cairo", "Cairo", 30.0444, 31.2357)),
]

PLACES = Weighted(_WEIGHTED_PLACES)
ALL_PLACES = tuple(place for _, place in _WEIGHTED_PLACES)


class Agent(NamedTuple):
    """`pace` is how much longer pages take to load on it."""

    text: str
    screen: str
    pace: float


_MOZILLA = "Mozilla/5.0"
_CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/137.0.0.0"
_WEBKIT = "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5"
_IPHONE = f"{_MOZILLA} (iPhone; CPU iPhone OS 18_5 like Mac OS X) {_WEBKIT} Mobile/15E148 Safari/604.1"
_IPAD = f"{_MOZILLA} (iPad; CPU OS 17_7 like Mac OS X) {_WEBKIT} Mobile/15E148 Safari/604.1"
_GECKO = "Gecko/20100101 Firefox/139.0"

AGENTS = Weighted(
    [
        (30, Agent(f"{_MOZILLA} (Windows NT 10.0; Win64; x64) {_CHROME} Safari/537.36", "1920x1080", 1.0)),
        (14, Agent(f"{_MOZILLA} (Linux; Android 10; K) {_CHROME} Mobile Safari/537.36", "412x915", 2.1)),
        (20, Agent(_IPHONE, "390x844", 1.4)),
        (10, Agent(f"{_MOZILLA} (Macintosh; Intel Mac OS X 10_15_7) {_WEBKIT} Safari/605.1.15", "1440x900", 0.9)),
        (
            9,
            Agent(f"{_MOZILLA} (Windows NT 10.0; Win64; x64; rv:139.0) Gecko/20100101 Firefox/139.0", "1920x1080", 1.1),
        ),
        (8, Agent(f"{_MOZILLA} (Windows NT 10.0; Win64; x64) {_CHROME} Safari/537.36 Edg/137.0.0.0", "1536x864", 1.1)),
        (5, Agent(f"{_MOZILLA} (X11; Linux x86_64; rv:139.0) Gecko/20100101 Firefox/139.0", "2560x1440", 0.9)),
        (
            4,
            Agent(
                f"{_MOZILLA} (iPad; CPU OS 17_7 like Mac OS X) {_WEBKIT} Mobile/15E148 Safari/604.1", "820x1180", 1.3
            ),
        ),
    ]
)

BOTS = Weighted(
    [
        (5, f"{_MOZILLA} (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"),
        (3, f"{_MOZILLA} (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)"),
        (3, f"{_MOZILLA} (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)"),
    ]
)
AI_CRAWLERS = Weighted(
    [
        (4, f"{_MOZILLA} AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)"),
        (3, f"{_MOZILLA} AppleWebKit/537.36 (KHTML, like Gecko; compatible; ClaudeBot/1.0; +claudebot@anthropic.com)"),
        (2, f"{_MOZILLA} (compatible; PerplexityBot/1.0; +https://perplexity.ai/perplexitybot)"),
    ]
)
MONITOR = f"{_MOZILLA}+(compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)"
SCANNER = "sqlmap/1.8.4#stable (https://sqlmap.org)"
PROBED = zipf(("/wp-login.php", "/.env", "/admin", "/phpmyadmin/"))


class Source(NamedTuple):
    """Where somebody comes from: a referrer, the query of the first page, and that page (`""`: a product)."""

    referrer: str
    query: str
    landing: str


def _campaign(site: str, name: str, medium: str, landing: str, rest: str = "") -> Source:
    query = f"utm_source={site.removesuffix('.com')}&utm_medium={medium}&utm_campaign={name}{rest}"
    return Source(f"https://www.{site}/", query, landing)


_ALWAYS = (
    (30, Source("", "", "/")),
    (6, Source("https://blog.example.net/ten-coffee-roasters", "", "/")),
    (24, Source("https://www.google.com/", "", "")),
    (6, Source("https://duckduckgo.com/", "", "")),
    (3, Source("https://www.bing.com/", "", "")),
    (4, _campaign("google.com", "brand", "cpc", "/", "&utm_content=headline-a&utm_term=coffee+roaster")),
    (5, Source("https://www.facebook.com/", "", "/blog")),
    (3, Source("https://www.reddit.com/r/coffee/", "", "/blog")),
    (2, Source("https://www.youtube.com/", "", "/blog")),
)


_BY_MONTH = {
    3: (3, _campaign("instagram.com", "spring-roast", "social", "/")),
    4: (4, _campaign("instagram.com", "spring-roast", "social", "/")),
    6: (5, _campaign("instagram.com", "summer", "social", "/sale")),
    7: (6, _campaign("instagram.com", "summer", "social", "/sale")),
    10: (4, _campaign("tiktok.com", "autumn-blend", "paid_social", "")),
    11: (9, _campaign("google.com", "black-friday", "cpc", "/sale", "&utm_content=banner&utm_term=coffee+deals")),
    12: (8, _campaign("pinterest.com", "gift-guide", "social", "")),
}
_AI = Source("https://chatgpt.com/", "utm_source=chatgpt.com", "")
_PERPLEXITY = Source("https://www.perplexity.ai/", "", "/blog")
_FRIDAY = Source("", "utm_source=newsletter&utm_medium=email&utm_campaign=friday-roast&utm_content=hero", "/sale")

WAVE = Source("https://news.ycombinator.com/", "", "/blog/grind-size-guide")
"""Where everybody comes from on the days of a spike."""


def sources(month: int, weekday: int, age: int) -> Weighted[Source]:
    """Of one day; assistants send more people the nearer it is to today."""
    ai = max(0.5, 7 - age / 60)
    rows = [*_ALWAYS, (ai, _AI), (ai / 3, _PERPLEXITY), (22 if weekday == 4 else 3, _FRIDAY)]
    return Weighted([*rows, _BY_MONTH[month]] if month in _BY_MONTH else rows)

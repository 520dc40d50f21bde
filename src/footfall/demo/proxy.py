"""A pool of proxies: what its workers counted."""

from __future__ import annotations

from footfall.clock import SECOND
from footfall.collect.address import truncate
from footfall.demo.dice import Dice, Weighted, zipf
from footfall.model.raw import ProxyColumns, ProxyLogs
from footfall.settings import StoreIp

_DOMAINS = zipf(
    (
        *("google.com", "youtube.com", "instagram.com", "amazon.com", "tiktok.com", "api.example.com"),
        *("wikipedia.org", "netflix.com", "booking.com", "zillow.com", "maps.example.org", "reddit.com"),
        *("cdn.example.net", "x.com", "linkedin.com", "ebay.com", "shop.example", "weather.example", "news.example"),
    )
)
_ERRORS = Weighted([(5, "timeout"), (3, "connection refused"), (2, "dns failure"), (1, "authentication failed")])
_PROTOCOLS = Weighted([(8, "HTTPS"), (2, "SOCKS5"), (1, "HTTP")])
_WORKERS = zipf(tuple(f"worker-{number:02d}" for number in range(1, 7)))
_USERS = zipf(tuple(range(1, 31)))
_PORTS = {"HTTPS": 443, "HTTP": 80, "SOCKS5": 1080}
_LOGS_A_VISITOR = 0.5


def day(dice: Dice, project_id: int, midnight: int, now: int, visitors: int, request_ip: StoreIp) -> ProxyLogs | None:
    """Logs of one UTC day up to `now`, in the order of time; None without any."""
    instants = sorted(
        dice.instant(midnight) // SECOND * SECOND for _ in range(max(1, round(visitors * _LOGS_A_VISITOR)))
    )
    logs = [_log(dice, at, request_ip) for at in instants if at <= now]
    return ProxyLogs(project_id, now, ProxyColumns(*map(list, zip(*logs, strict=True)))) if logs else None


def _log(dice: Dice, at: int, request_ip: StoreIp) -> tuple[object, ...]:
    """The fields of `ProxyColumns`, in their order."""
    protocol, user, count = dice.one(_PROTOCOLS), dice.one(_USERS), 1 + round(dice.about(9, 0.9))
    failed = dice.between(1, count + 1) if dice.chance(0.07) else 0
    return (
        at,
        user,
        100 + user % 7,
        _PORTS[protocol],
        protocol,
        truncate(f"198.51.100.{dice.between(1, 255)}", request_ip),
        truncate(f"203.0.113.{dice.between(1, 255)}", request_ip),
        f"peer-{dice.between(1, 60):03d}",
        dice.one(_WORKERS),
        dice.one(_DOMAINS),
        dice.one(_ERRORS) if failed else "",
        count,
        round(dice.about(900, 0.8)) * count,
        round(dice.about(42_000, 1.2)) * (count - failed),
        failed,
        round(dice.about(900, 0.7)) * count,
        1 + round(dice.about(4, 0.8)),
    )

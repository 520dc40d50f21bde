from __future__ import annotations

import pytest
from pipeline_frames import events

from footfall.pipeline.lookup import read_table
from footfall.pipeline.steps import EVENT_STEPS, Tools, run

SITE = "https://www.example.com/page"


def enriched(tools: Tools, **row: str) -> dict[str, str]:
    return run(EVENT_STEPS, events([row]), tools, lambda *_: None).row(0, named=True)


@pytest.mark.parametrize(
    ("referrer", "source", "channel"),
    [
        ("", "direct", "direct"),
        ("https://www.example.com/other", "direct", "direct"),
        ("http://EXAMPLE.com:8080/", "direct", "direct"),
        ("https://blog.example.com/", "blog.example.com", "referral"),
        ("/other", "direct", "direct"),
        ("not a url", "direct", "direct"),
        ("https://", "direct", "direct"),
        ("https://exa mple.org/", "direct", "direct"),
        ("https://<script>/", "direct", "direct"),
        ("javascript:alert(1)", "direct", "direct"),
        ("chrome-extension://abcdef/", "direct", "direct"),
        ("https://u:p@www.Partner.example:443/x", "partner.example", "referral"),
        ("https://www.google.com/", "google.com", "search"),
        ("https://www.google.co.uk/search?q=x", "google.co.uk", "search"),
        ("https://google.de", "google.de", "search"),
        ("https://google.evil.example/", "google.evil.example", "referral"),
        ("https://docs.google.com/document", "docs.google.com", "referral"),
        ("https://r.search.yahoo.com/", "r.search.yahoo.com", "search"),
        ("https://duckduckgo.com/", "duckduckgo.com", "search"),
        ("https://t.co/abc", "t.co", "social"),
        ("https://l.facebook.com/l.php?u=x", "l.facebook.com", "social"),
        ("https://notfacebook.com/", "notfacebook.com", "referral"),
        ("https://news.ycombinator.com/item?id=1", "news.ycombinator.com", "social"),
        ("https://chatgpt.com/", "chatgpt.com", "ai"),
        ("https://www.perplexity.ai/search", "perplexity.ai", "ai"),
        ("https://claude.ai/chat", "claude.ai", "ai"),
        ("https://gemini.google.com/app", "gemini.google.com", "ai"),
        ("https://copilot.microsoft.com/", "copilot.microsoft.com", "ai"),
        ("https://mail.google.com/mail/u/0/", "mail.google.com", "email"),
        ("https://outlook.live.com/", "outlook.live.com", "email"),
        ("android-app://com.google.android.gm/", "com.google.android.gm", "email"),
        ("android-app://com.google.android.googlequicksearchbox", "com.google.android.googlequicksearchbox", "search"),
        ("https://bücher.example/", "xn--bcher-kva.example", "referral"),
    ],
)
def test_source_and_channel_of_a_referrer(tools: Tools, referrer: str, source: str, channel: str) -> None:
    found = enriched(tools, url=SITE, referrer=referrer)
    assert (found["source"], found["channel"]) == (source, channel)
    assert found["referrer"] == referrer


@pytest.mark.parametrize(
    ("query", "referrer", "channel"),
    [
        ("utm_medium=cpc&utm_source=google", "https://www.google.com/", "paid"),
        ("utm_medium=Paid-Social", "https://www.facebook.com/", "paid"),
        ("gclid=abc", "https://www.google.com/", "paid"),
        ("gclid=", "https://www.google.com/", "search"),
        ("msclkid=abc", "", "paid"),
        ("fbclid=abc", "", "social"),
        ("fbclid=abc&gclid=abc", "", "paid"),
        ("fbclid=abc&utm_medium=cpc", "", "paid"),
        ("utm_medium=email", "https://www.google.com/", "email"),
        ("utm_source=newsletter", "https://www.google.com/", "email"),
        ("utm_source=chatgpt.com", "", "ai"),
        ("utm_source=Facebook", "", "social"),
        ("utm_medium=organic&utm_source=google", "", "search"),
        ("utm_medium=social", "https://partner.example/", "social"),
        ("utm_source=leaflet", "", "referral"),
        ("utm_medium=qr", "", "referral"),
        ("utm_source=leaflet", "https://www.bing.com/", "search"),
        ("x=gclid%3Dabc", "", "direct"),
    ],
)
def test_the_links_own_words(tools: Tools, query: str, referrer: str, channel: str) -> None:
    assert enriched(tools, url=f"{SITE}?{query}", referrer=referrer)["channel"] == channel


def test_the_kept_list_is_well_formed() -> None:
    rows = read_table("channels.tsv")
    assert {len(row) for row in rows} == {3}
    assert {row[0] for row in rows} == {"host", "first_label", "name", "medium", "weak_medium"}
    assert {row[2] for row in rows} <= {"search", "social", "ai", "email", "paid"}
    assert len({(row[0], row[1]) for row in rows}) == len(rows)

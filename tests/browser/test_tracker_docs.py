"""docs/collect/tracker.md names every option, and what it shows works as written."""

from __future__ import annotations

import re
from pathlib import Path

from tests.browser.lab import Lab

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "collect" / "tracker.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def test_every_option_is_documented() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tracker" / "src").glob("*.ts"))
    read = re.findall(r"""\b(?:on|isOff)\("(\w+)"\)|\bdata\.(\w+)|\bdata\["(\w+)"\]""", source)
    listed = re.search(r"PARTS: .*?= \{(.*?)\};", source, re.DOTALL)
    assert listed
    options = {name for names in read for name in names if name} | set(re.findall(r'"(\w+)"', listed[1]))

    assert options == set(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE))


def test_what_the_page_shows(lab: Lab) -> None:
    tag, stub = blocks("html")
    events, ignore = blocks("js")
    lab.tag = stub + "<script>footfall.track('early')</script>"
    lab.tag += tag.replace("https://stats.example", lab.origin).replace("ff_site_…", lab.key)
    page = lab.visit("/a")
    lab.stats.wait(2)
    page.run(events)
    page.run(ignore)
    page.run("footfall.track('unheard')")

    assert sorted(lab.paths(2)) == ["/a", "/a"]
    assert {(event["n"], str(event.get("p")), str(event.get("$"))) for event in lab.settled("event")} == {
        ("early", "None", "None"),
        ("signup", "None", "None"),
        ("saw prices", "{}", "None"),
        ("purchase", "{'plan': 'pro', 'seats': 3}", "{'currency': 'EUR', 'amount': 49.5}"),
    }

"""What `make lists` shows."""

from __future__ import annotations

from pathlib import Path

from tools.lists import PUBLIC_FILES, Snapshot, differences, take_snapshot, unlisted


def test_the_packages_differ_in_nothing_from_themselves() -> None:
    found = take_snapshot()
    assert len(found.patterns) > 1_000
    assert len(found.labels) > len(found.patterns)
    assert list(differences(found, found)) == []


def test_what_a_newer_package_changes() -> None:
    before = Snapshot(
        {"OldBot": ["seo"], "Nikto": ["scanner"], "Kept": []}, {"a": ["human"], "b": ["bot"], "gone": ["ai"]}
    )
    after = Snapshot(
        {"NewBot": ["seo", "scanner"], "Nikto": [], "Kept": []}, {"a": ["bot"], "b": ["bot"], "new": ["ai"]}
    )
    assert list(differences(before, after)) == [
        "+ pattern NewBot  seo, scanner",
        "~ pattern Nikto  scanner  ->  ",
        "- pattern OldBot  seo",
        "~ agent a  human  ->  bot",
    ]


def test_hosts_of_public_lists(tmp_path: Path) -> None:
    texts = {
        "SearchEngines.yml": "Bing:\n  -\n    urls:\n      - bing.com\n      - find.{}\n    params:\n      - q\n",
        "Socials.yml": '"X":\n  - x.com\n  - www.reddit.com\n  - chatgpt.com\n',
        "AIAssistants.yml": "Claude:\n  - 'claude.ai'\n",
    }
    assert texts.keys() == PUBLIC_FILES.keys()
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    assert list(unlisted(tmp_path)) == ["search\tfind.de\tnot listed", "social\tchatgpt.com\tai"]

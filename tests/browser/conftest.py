from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.browser.chromium import Chromium
from tests.browser.lab import Lab
from tests.browser.site import ASSETS, StandIn, serving


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    assert (ASSETS / "t.js").is_file(), "the tracker is not built: `make setup`"
    opened = Chromium(tmp_path_factory.mktemp("profile"))
    yield opened
    opened.close()


@pytest.fixture
def lab(browser: Chromium) -> Iterator[Lab]:
    with browser.page(width=1280, height=800) as page:
        lab = Lab(page, StandIn())
        with serving(lab.stats) as stats, serving(lab.answer) as site:
            lab.origin, lab.site = f"http://stats.example:{stats}", f"http://shop.example:{site}"
            yield lab
            assert page.errors == []

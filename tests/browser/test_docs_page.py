"""/docs keeps the token that was typed for the tab, and forgets it with the tab or at the button."""

from __future__ import annotations

from typing import Any

import pytest
from tests.browser.chromium import Chromium, Page
from tests.support.server import running, until

STATE = "JSON.stringify(ui.getState().getIn(['auth', 'authorized']))"
TOKEN = {"bearer": {"name": "bearer", "schema": {"type": "http", "scheme": "bearer"}, "value": "ff_pat_x"}}


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with running(tmp_path_factory.mktemp("docs") / "data") as server:
        yield f"{server.url}/docs"


def opened(page: Page, url: str) -> None:
    page.goto(url)
    assert until(lambda: page.run("document.querySelectorAll('.opblock').length > 0"))


def test_a_token_is_kept_for_the_tab(browser: Chromium, url: str) -> None:
    with browser.page() as page:
        opened(page, url)
        assert "ff_pat_x" not in (page.run(STATE) or "")
        page.run(f"void ui.authActions.authorizeWithPersistOption({TOKEN})")
        opened(page, url)
        assert until(lambda: "ff_pat_x" in page.run(STATE))
        assert page.run("localStorage.length") == 0
        page.run("void ui.authActions.logoutWithPersistOption(['bearer'])")
        opened(page, url)
        assert "ff_pat_x" not in (page.run(STATE) or "")
        assert (page.errors, page.refused) == ([], [])
    with browser.page() as page:
        opened(page, url)
        assert "ff_pat_x" not in page.run("JSON.stringify(sessionStorage)")

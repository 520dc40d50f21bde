from __future__ import annotations

import re
import stat
import sys
from pathlib import Path

import pytest

from footfall.runtime.greeting import FIRST_TOKEN, greeting
from footfall.runtime.parts import make_data_directory, open_parts
from footfall.settings import Settings


def greeted(data: Path, *, terminal: bool, monkeypatch: pytest.MonkeyPatch) -> str:
    settings = Settings(data=data)
    make_data_directory(settings)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: terminal, raising=False)
    with open_parts(settings) as parts:
        return greeting(parts)


def test_a_terminal_shows_the_first_token_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = greeted(tmp_path, terminal=True, monkeypatch=monkeypatch)
    assert re.search(r"Token: {4}ff_pat_\w{46} ", told)
    assert not (tmp_path / FIRST_TOKEN).exists()
    assert "Token" not in greeted(tmp_path, terminal=True, monkeypatch=monkeypatch)


def test_elsewhere_it_is_in_a_file_of_the_owner_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / FIRST_TOKEN
    file.write_text("of an earlier installation")
    file.chmod(0o644)
    told = greeted(tmp_path, terminal=False, monkeypatch=monkeypatch)
    token = file.read_text().strip()
    assert re.fullmatch(r"ff_pat_\w{46}", token)
    assert (token in told, str(file) in told) == (False, True)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600

"""What an installation records wins over a command's environment, and a server's environment over what is recorded."""

from __future__ import annotations

from ipaddress import ip_network

import pytest

from footfall.errors import FatalError
from footfall.meta import RecordedSettings, environment_over, recorded_over
from footfall.settings import InstallationSettings, Settings


@pytest.fixture
def recorded(meta):
    return RecordedSettings(meta.database)


def test_nothing_is_recorded_at_first(recorded):
    assert recorded.read() == {}


def test_every_installation_setting_survives_its_text_form(recorded):
    changed = InstallationSettings(
        store_ip="truncated",
        retention_days=30,
        trusted_proxies=(ip_network("10.0.0.0/8"), ip_network("::1/128")),
        client_header="forwarded",
        keep_query=("plan", "variant"),
        opt_out=("gpc",),
    )
    for settings in (changed, InstallationSettings()):
        recorded.write(settings.texts())
        assert set(recorded.read()) == set(InstallationSettings.model_fields)
        assert InstallationSettings.model_validate(recorded.read()) == settings


def test_settings_of_a_later_version_are_left_alone(recorded):
    recorded.write({"salt_hours": "24", "store_ip": "none"})
    recorded.write({"store_ip": "full"})
    assert recorded.read() == {"store_ip": "full"}


@pytest.mark.parametrize("combine", [recorded_over, environment_over])
def test_what_is_recorded_counts_where_the_environment_is_silent(combine, tmp_path):
    settings = combine(Settings(data=tmp_path), {"store_ip": "truncated", "retention_days": "30", "opt_out": ""})
    assert (settings.store_ip, settings.retention_days, settings.opt_out) == ("truncated", 30, ())
    assert settings.data == tmp_path


def test_the_environment_of_a_server_wins(monkeypatch):
    monkeypatch.setenv("FOOTFALL_RETENTION_DAYS", "90")
    monkeypatch.setenv("FOOTFALL_STORE_IP", "")
    settings = environment_over(Settings(), {"store_ip": "truncated", "retention_days": "30", "keep_query": "plan"})
    assert (settings.store_ip, settings.retention_days, settings.keep_query) == (None, 90, ("plan",))


@pytest.mark.parametrize(
    ("name", "here", "there"),
    [("STORE_IP", "full", "truncated"), ("RETENTION_DAYS", "30", ""), ("TRUSTED_PROXIES", "", "127.0.0.0/8")],
)
def test_a_command_refuses_a_variable_that_differs(monkeypatch, name, here, there):
    monkeypatch.setenv(f"FOOTFALL_{name}", here)
    with pytest.raises(FatalError, match=f"FOOTFALL_{name} is '{here}' here, .* records '{there}'"):
        recorded_over(Settings(), {name.lower(): there})


def test_a_variable_that_says_the_same_in_other_words_does_not_differ(monkeypatch):
    monkeypatch.setenv("FOOTFALL_KEEP_QUERY", "plan, variant")
    assert recorded_over(Settings(), {"keep_query": "plan,variant"}).keep_query == ("plan", "variant")


def test_a_record_that_can_not_be_used_is_named():
    with pytest.raises(FatalError, match=r"retention_days 'soon' .* config set retention_days"):
        environment_over(Settings(), {"retention_days": "soon"})

from __future__ import annotations

import pytest

from footfall.meta import Directory
from footfall.meta.directory import FRESH_FOR, LOOKS
from footfall.meta.tables import DomainRow


class Tick:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def tick():
    return Tick()


@pytest.fixture
def directory(meta, clock, tick):
    return Directory(meta, clock, tick)


@pytest.fixture
def queries(meta, monkeypatch):
    """How often the list was read."""
    read = []
    listed = meta.projects
    monkeypatch.setattr(meta, "projects", lambda: read.append(1) or listed())
    return read


def test_a_project_is_found_by_every_public_name(meta, directory):
    made = meta.create_project("shop", ["www.Example.com"])
    found = [directory.of_site_key(made.site_key), directory.of_domain("WWW.example.com")]
    found += [directory.of_website(name) for name in (made.id, "shop")]
    assert found == [made] * 4
    assert directory.of_site_key("shop") is None
    assert directory.of_website(made.site_key) is None


def test_a_host_is_the_project_s_that_lists_it_most_closely(meta, directory):
    far, near, exact = (
        meta.create_project(slug, [domain])
        for slug, domain in (("far", "*.com"), ("near", "*.b.com"), ("exact", "a.b.com"))
    )
    for host, project in (
        ("a.b.com", exact),
        ("www.A.b.com", exact),
        ("c.b.com", near),
        ("d.c.b.com", near),
        ("b.com", far),
        ("com", None),
        ("", None),
        ("a" + ".x" * 100 + ".com", None),
    ):
        assert directory.of_domain(host) == project, host


def test_a_host_that_an_earlier_version_let_two_projects_list_is_the_oldest_s(meta, directory):
    first, second = (meta.create_project(slug, [f"{slug}.com"]) for slug in ("first", "second"))
    with meta.database.write() as session:
        session.add(DomainRow(project=second.number, domain="first.com"))
    assert directory.of_domain("first.com") == first


def test_a_new_project_is_found_at_once(meta, directory):
    assert directory.of_website("shop") is None
    made = meta.create_project("shop")
    assert directory.of_website("shop") == made


def test_what_changes_holds_within_five_seconds(meta, directory, clock, queries):
    meta.create_project("shop", ["example.com"])
    for _ in range(3):
        assert directory.of_domain("example.com")
    assert len(queries) == 1
    clock.now += FRESH_FOR
    assert directory.of_domain("example.com")
    assert len(queries) == 2


def test_made_up_names_cost_few_queries(meta, directory, tick, queries):
    shop = meta.create_project("shop")
    for number in range(1_000):
        assert directory.of_domain(f"{number}.example") is None
        assert directory.of_site_key(shop.site_key) == shop
    assert len(queries) <= LOOKS + 1
    tick.now += 1
    late = meta.create_project("late")
    assert directory.of_website("late") == late

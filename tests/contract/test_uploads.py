"""Access logs over HTTP, to a running server: in pieces, once, within bounds, for administrators."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.support.server import Access, Server, running, until

from footfall.meta.uploads import MAX_UNDER_WAY

LOG = (Path(__file__).parents[1] / "fixtures" / "access-2015-05-head.log").read_bytes()
LINES = LOG.count(b"\n")
ENDED = {"finished", "known", "failed"}


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("uploads") / "data", flush_interval="0.2") as started:
        yield started


@pytest.fixture
def shop(server) -> Access:
    return server.project("admin")


def request(access: Access, method: str, path: str = "", **options: Any) -> httpx.Response:
    headers = {"Authorization": f"Bearer {access.token}"} | options.pop("headers", {})
    where = f"/api/projects/{access.slug}/uploads{path}"
    return access.server.http.request(method, where, headers=headers, **options)


def described(content: bytes, **fields: Any) -> dict[str, Any]:
    return {"name": "access.log", "size": len(content), "sha256": hashlib.sha256(content).hexdigest(), **fields}


def begin(access: Access, content: bytes, **fields: Any) -> Any:
    answer = request(access, "POST", json=described(content, **fields))
    assert answer.status_code in {200, 201}, answer.text
    return answer.json()


def send(access: Access, id_: str, content: bytes, offset: int) -> httpx.Response:
    return request(access, "PATCH", f"/{id_}", content=content, headers={"Upload-Offset": str(offset)})


def ended(access: Access, id_: str) -> Any:
    def look() -> Any:
        found = request(access, "GET", f"/{id_}").json()
        return found if found["state"] in ENDED else None

    found = until(look)
    assert found, request(access, "GET", f"/{id_}").text
    return found


def upload(access: Access, content: bytes, **fields: Any) -> Any:
    made = begin(access, content, **fields)
    answer = send(access, made["id"], content, 0)
    assert answer.status_code == 200, answer.text
    return ended(access, made["id"])


def hits(access: Access) -> int:
    found = access.server.http.get(
        "/api/tracking/summary?period=all",
        headers={"Authorization": f"Bearer {access.token}", "X-Project": access.slug},
    )
    return int(found.json()["total_hits"])


def test_a_log_in_pieces_is_imported_and_the_same_file_is_known(server, shop):
    made = begin(shop, LOG)
    assert (made["state"], made["offset"], made["format"]) == ("receiving", 0, None)
    half = len(LOG) // 2 + 3
    assert send(shop, made["id"], LOG[:half], 0).json()["offset"] == half
    again = request(shop, "POST", json=described(LOG, name="the same.log"))
    assert (again.status_code, again.json()["id"], again.json()["offset"]) == (200, made["id"], half)
    wrong = send(shop, made["id"], LOG, 0)
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (409, "conflict")
    assert f"{half} bytes have come" in wrong.text
    assert send(shop, made["id"], LOG[half:], half).json()["offset"] == len(LOG)
    found = ended(shop, made["id"])
    assert (found["state"], found["accepted"], found["rejected"]) == ("finished", LINES, 0)
    assert found["read_bytes"] == found["content_bytes"] or found["content_bytes"] == 0
    assert until(lambda: hits(shop) == LINES)
    assert send(shop, made["id"], b"x", len(LOG)).status_code == 409
    assert begin(shop, LOG)["state"] == "finished"
    assert not list((server.data / "imports" / "uploads").glob(made["id"]))
    imports = shop.server.http.get(
        f"/api/projects/{shop.slug}/imports", headers={"Authorization": f"Bearer {shop.token}"}
    ).json()["items"]
    assert [(one["name"], one["state"]) for one in imports] == [("access.log", "finished")]


def test_the_same_content_packed_otherwise_adds_nothing(shop):
    assert upload(shop, LOG)["state"] == "finished"
    found = upload(shop, gzip.compress(LOG), name="access.log.gz")
    assert (found["state"], found["text"]) == ("known", "Imported before: nothing was added.")
    assert until(lambda: hits(shop) == LINES)


def test_rejected_lines_are_told_with_their_reasons(shop):
    found = upload(shop, b"nonsense\n" + LOG)
    assert (found["state"], found["accepted"], found["rejected"]) == ("finished", LINES, 1)
    rejected = request(shop, "GET", f"/{found['id']}/rejected").json()
    assert rejected["total"] == 1
    (line,) = rejected["items"]
    assert (line["line"], line["text"]) == (1, "nonsense")
    assert line["reason"]


def test_what_is_no_log_fails_and_may_come_again(shop):
    content = b"no log at all\n" * 10
    found = upload(shop, content)
    assert found["state"] == "failed"
    assert "no known format" in found["text"]
    assert str(shop.server.data) not in found["text"]
    again = request(shop, "POST", json=described(content, format="combined"))
    assert again.status_code == 201
    assert send(shop, again.json()["id"], content, 0).status_code == 200
    assert ended(shop, again.json()["id"])["text"] == "Failed: no line was accepted."


def test_other_bytes_than_announced_are_not_imported(shop):
    made = begin(shop, LOG)
    assert send(shop, made["id"], LOG.replace(b"GET", b"PUT", 1), 0).status_code == 200
    found = ended(shop, made["id"])
    assert (found["state"], found["accepted"]) == ("failed", 0)
    assert "not those that were announced" in found["text"]


def test_more_bytes_than_announced_are_refused(shop):
    made = begin(shop, LOG)
    answer = send(shop, made["id"], LOG + b"x", 0)
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_large")


def test_a_large_body_is_taken_where_others_are_refused(server, shop):
    large = b"x" * (1 << 20)
    made = begin(shop, large)
    assert send(shop, made["id"], large, 0).status_code == 200
    assert request(shop, "POST", content=large).status_code == 413


def test_an_upload_is_given_up(server, shop):
    made = begin(shop, LOG)
    assert send(shop, made["id"], LOG[:10], 0).json()["offset"] == 10
    assert request(shop, "DELETE", f"/{made['id']}").status_code == 204
    assert request(shop, "GET", f"/{made['id']}").status_code == 404
    assert send(shop, made["id"], LOG[10:], 10).status_code == 404
    assert not list((server.data / "imports" / "uploads").glob(f"{made['id']}*"))


def test_uploads_are_bounded_in_number_and_room(shop):
    for number in range(MAX_UNDER_WAY):
        begin(shop, b"%d" % number)
    assert request(shop, "POST", json=described(b"one more")).status_code == 409
    other = shop.server.project("admin")
    huge = request(other, "POST", json=described(b"x") | {"size": 1 << 49})
    assert (huge.status_code, huge.json()["error"]["code"]) == (503, "unavailable")
    assert request(other, "GET").json() == {"items": []}


def test_an_upload_belongs_to_its_project(server, shop):
    made = begin(shop, LOG)
    other = server.project("admin")
    assert request(other, "GET", f"/{made['id']}").status_code == 404
    assert send(other, made["id"], LOG, 0).status_code == 404
    assert request(other, "DELETE", f"/{made['id']}").status_code == 404
    assert [one["id"] for one in request(shop, "GET").json()["items"]] == [made["id"]]


@pytest.mark.parametrize("name", ["../../etc/passwd", "<img src=x onerror=alert(1)>", "=cmd()"])
def test_a_name_is_a_text_and_no_path(server, shop, name):
    made = begin(shop, LOG, name=name)
    assert made["name"] == name
    assert (server.data / "imports" / "uploads" / made["id"]).exists()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"sha256": "x"}, "sha256"),
        ({"size": 0}, "size"),
        ({"size": 1 << 60}, "size"),
        ({"name": ""}, "name"),
        ({"name": "a\0b"}, "name"),
        ({"name": "x" * 256}, "name"),
        ({"format": "colour"}, "format"),
        ({"format": "nginx:$colour"}, "format"),
        ({"timezone": "Mars/Base"}, "timezone"),
        ({"timezone": "../../etc/passwd"}, "timezone"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_does_not_hold_is_refused(shop, fields, said):
    answer = request(shop, "POST", json=described(LOG) | fields)
    assert answer.status_code == 400, answer.text
    assert said in answer.json()["error"]["message"]
    assert str(shop.server.data) not in answer.text


@pytest.mark.parametrize("offset", ["", "-1", "1e3", "9" * 30, "²"])
def test_an_offset_is_a_number(shop, offset):
    made = begin(shop, LOG)
    answer = request(shop, "PATCH", f"/{made['id']}", content=b"x", headers={"Upload-Offset": offset.encode()})
    assert answer.status_code == 400, answer.text


def test_the_documented_example_has_what_answers_have(shop):
    document = shop.server.http.get("/openapi.json").json()["paths"]["/api/projects/{slug}/uploads"]["post"]
    assert set(begin(shop, LOG)) == set(document["responses"]["201"]["content"]["application/json"]["example"])


def test_the_files_are_closed_to_others(server, shop):
    made = begin(shop, LOG)
    directory = server.data / "imports" / "uploads"
    assert directory.stat().st_mode & 0o777 == 0o700
    assert (directory / made["id"]).stat().st_mode & 0o777 == 0o600

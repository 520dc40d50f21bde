"""What backups ask of a bucket, and backups there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from tests.support.s3 import BUCKET, ENVIRONMENT, KEY, S3, SECRET, s3

from footfall.errors import FatalError, TransientError
from footfall.runtime.backup_places import InBucket, Manifest, manifests
from footfall.runtime.backups import prune
from footfall.runtime.s3 import Bucket, Credentials, signed

FIRST, SECOND, THIRD, FOURTH = (f"2026010{day}T000000000000Z" for day in (1, 2, 3, 4))
EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.fixture
def double() -> Iterator[S3]:
    with s3() as started:
        yield started


@pytest.fixture
def bucket(double: S3) -> Bucket:
    return Bucket(BUCKET, "of/footfall", ENVIRONMENT | {"AWS_ENDPOINT_URL": double.url})


def test_a_request_is_signed_as_in_amazons_own_example():
    """GET Object of https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html."""
    credentials = Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
    url = "https://examplebucket.s3.amazonaws.com/test.txt"
    found = signed("GET", url, {"Range": "bytes=0-9"}, EMPTY, datetime(2013, 5, 24, tzinfo=UTC), credentials)
    assert found["authorization"] == (
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
        "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,"
        "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
    )


def test_objects_are_written_listed_read_and_removed(bucket, double, tmp_path):
    file = tmp_path / "file"
    for number in range(7):  # more than the double lists at once
        file.write_bytes(b"x" * number)
        bucket.put(f"a b/{number}+é", file)
    assert [size for _, size in bucket.listed("a b/")] == [*range(7)]
    assert bucket.read("a b/3+é") == b"xxx"
    bucket.get("a b/5+é", file)
    assert file.read_bytes() == b"xxxxx"
    for key, _ in bucket.listed():
        bucket.remove(key)
    assert double.objects == {}


def test_a_refusal_says_why_and_nothing_secret(bucket, double):
    double.failing = "manifest"
    with pytest.raises(TransientError) as caught:
        bucket.read("x/manifest.json")
    assert str(caught.value) == f"S3 can't be used (s3://{BUCKET}/of/footfall): it answered 403 AccessDenied"
    assert SECRET not in repr(Credentials(KEY, SECRET, "session"))


def test_credentials_are_needed():
    with pytest.raises(FatalError, match="AWS_SECRET_ACCESS_KEY in the environment"):
        Bucket("bucket", "x", {"AWS_ACCESS_KEY_ID": "x"})


def made(place: InBucket, name: str, base: str = "") -> None:
    work = place.begin(name)
    (work.folder / "meta.db").write_bytes(name.encode())
    place.complete(work, Manifest(name, 1, "1", 1, "i", base, {}, place.files(work), scheduled=True))


def test_old_backups_go_with_all_their_objects_unless_they_are_needed(bucket, double, tmp_path):
    place = InBucket(bucket, tmp_path / "scratch")
    for name, base in ((FIRST, ""), (SECOND, ""), (THIRD, SECOND), (FOURTH, SECOND)):
        made(place, name, base)
    prune(place, "i", 1)
    assert [manifest.name for manifest in manifests(place.found())] == [SECOND, FOURTH]
    assert sorted(double.objects) == [
        f"of/footfall/{name}/{file}" for name in (SECOND, FOURTH) for file in ("manifest.json", "meta.db")
    ]


def test_what_an_interrupted_backup_left_goes_after_a_day(bucket, double, tmp_path):
    place = InBucket(bucket, tmp_path / "scratch")
    now = f"{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}"
    stay = [f"of/footfall/{key}" for key in (f"{now}/store/x", "1/notes", "readme", f"{SECOND}/manifest.json")]
    double.objects = dict.fromkeys([f"of/footfall/{FIRST}/store/x", *stay], b"")
    with place.alone():
        assert [*double.objects] == stay


@pytest.mark.parametrize("damage", ["meta.db", "store/x"])
def test_a_damaged_backup_is_noticed(bucket, double, tmp_path, damage):
    place = InBucket(bucket, tmp_path / "scratch")
    double.objects[f"of/footfall/{FIRST}/store/x"] = b"xyz"
    made(place, FIRST)
    (manifest,) = manifests(place.found())
    assert (place.fetch(manifest) / "meta.db").read_bytes() == FIRST.encode()
    double.objects[f"of/footfall/{FIRST}/{damage}"] = b"2!"
    with pytest.raises(FatalError, match=f"{damage} is not what was written"):
        place.fetch(manifest)

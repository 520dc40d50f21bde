from __future__ import annotations

import importlib.util
import io
import sys
from types import ModuleType

import pytest

from footfall import zstd

NAMES = ("ZstdDecompressor", "ZstdError", "ZstdFile", "compress", "decompress", "get_frame_info")


def package(name: str, **members: object) -> dict[str, ModuleType]:
    """A package of that name with a module `zstd`."""
    outer, inner = ModuleType(name), ModuleType(f"{name}.zstd")
    vars(inner).update(members)
    vars(outer).update(__path__=[], zstd=inner)
    return {name: outer, f"{name}.zstd": inner}


@pytest.mark.parametrize(
    ("version", "there", "missing"),
    [
        ((3, 11, 9), "backports", "compression"),
        ((3, 13, 0), "backports", "compression"),
        ((3, 14, 0), "compression", "backports"),
        ((3, 15, 0), "compression", "backports"),
    ],
)
def test_the_module_of_the_python_at_hand(monkeypatch, version, there, missing):
    members = {name: object() for name in NAMES}
    monkeypatch.setattr(sys, "version_info", version)
    for name, module in package(there, **members).items():
        monkeypatch.setitem(sys.modules, name, module)
    for name in (missing, f"{missing}.zstd"):
        monkeypatch.setitem(sys.modules, name, None)  # importing it raises ImportError
    spec = importlib.util.spec_from_file_location("fresh_zstd", zstd.__file__)
    fresh = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(fresh)
    assert {name: getattr(fresh, name) for name in NAMES} == members
    assert sorted(fresh.__all__) == sorted(NAMES)


def test_what_is_packed_can_be_read_again():
    packed = zstd.compress(b"a line\n" * 100)
    assert zstd.decompress(packed) == b"a line\n" * 100
    assert zstd.ZstdFile(io.BytesIO(packed)).read(7) == b"a line\n"
    with pytest.raises(zstd.ZstdError):
        zstd.decompress(packed[:-5] + b"\0\0\0\0\0")

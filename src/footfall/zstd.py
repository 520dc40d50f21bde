"""Zstandard: the standard library's from Python 3.14 on, its backport before."""

from __future__ import annotations

import sys

if sys.version_info >= (3, 14):
    from compression.zstd import ZstdDecompressor, ZstdError, ZstdFile, compress, decompress, get_frame_info
else:
    from backports.zstd import ZstdDecompressor, ZstdError, ZstdFile, compress, decompress, get_frame_info

__all__ = ["ZstdDecompressor", "ZstdError", "ZstdFile", "compress", "decompress", "get_frame_info"]

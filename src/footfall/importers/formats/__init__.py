"""The log formats. `builtin` lists them; `operator` reads those that an operator writes; `recognise` tells a file's.

`text`, `records` and `extended` are the engines: lines of text, lines that name their fields, and files that name their
columns. All read the same typed fields (`kinds`).
"""

from footfall.importers.formats.builtin import ENTRIES, Entry
from footfall.importers.formats.protocol import LogFormat, Parser
from footfall.importers.formats.recognise import Recognised, WrappedParser, format_in, recognise, sample_of, why_unknown

__all__ = [
    "ENTRIES",
    "Entry",
    "LogFormat",
    "Parser",
    "Recognised",
    "WrappedParser",
    "format_in",
    "recognise",
    "sample_of",
    "why_unknown",
]

"""The metadata of an installation: projects, tokens, settings, salts, imports.

Small, transactional, shared by processes.
"""

from footfall.meta.answers import Answer, Answers, MemoryAnswers, StoredAnswers
from footfall.meta.directory import Directory
from footfall.meta.domains import DomainListedError
from footfall.meta.drops import Drops
from footfall.meta.ledger import Ledger
from footfall.meta.recorded import RecordedSettings, environment_over, recorded_over
from footfall.meta.repository import Meta, open_meta
from footfall.meta.salts import Salts
from footfall.meta.sign_ins import SignIn, SignIns
from footfall.meta.tokens import TokenInfo

__all__ = [
    "Answer",
    "Answers",
    "Directory",
    "DomainListedError",
    "Drops",
    "Ledger",
    "MemoryAnswers",
    "Meta",
    "RecordedSettings",
    "Salts",
    "SignIn",
    "SignIns",
    "StoredAnswers",
    "TokenInfo",
    "environment_over",
    "open_meta",
    "recorded_over",
]

"""The metadata of an installation: projects, tokens, settings, salts, imports.

Small, transactional, shared by processes.
"""

from footfall.meta.answers import Answer, Answers, MemoryAnswers, StoredAnswers
from footfall.meta.directory import Directory
from footfall.meta.domains import DomainListedError
from footfall.meta.drain_lease import RENEW, DrainLease, drained_from
from footfall.meta.drops import Drops
from footfall.meta.fence import StoredFence
from footfall.meta.guesses import SharedGuesses
from footfall.meta.ledger import Ledger
from footfall.meta.moves import StoreMove
from footfall.meta.projects import checked_retention
from footfall.meta.recorded import RecordedSettings, environment_over, recorded_over
from footfall.meta.repository import Meta, installed_schema, newest_schema, open_meta
from footfall.meta.salts import Salts
from footfall.meta.saved import SavedByProject
from footfall.meta.saved_filters import FiltersByName, MemoryFilters, SavedFilters, StoredFilters
from footfall.meta.sign_ins import SignIn, SignIns
from footfall.meta.tokens import TokenInfo

__all__ = [
    "RENEW",
    "Answer",
    "Answers",
    "Directory",
    "DomainListedError",
    "DrainLease",
    "Drops",
    "FiltersByName",
    "Ledger",
    "MemoryAnswers",
    "MemoryFilters",
    "Meta",
    "RecordedSettings",
    "Salts",
    "SavedByProject",
    "SavedFilters",
    "SharedGuesses",
    "SignIn",
    "SignIns",
    "StoreMove",
    "StoredAnswers",
    "StoredFence",
    "StoredFilters",
    "TokenInfo",
    "checked_retention",
    "drained_from",
    "environment_over",
    "installed_schema",
    "newest_schema",
    "open_meta",
    "recorded_over",
]

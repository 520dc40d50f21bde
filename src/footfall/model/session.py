"""Sessions: what every part of their rule shares."""

from __future__ import annotations

from footfall.clock import MINUTE

SESSION_GAP = 30 * MINUTE
"""The longest pause within a session, in milliseconds, where nobody names the session."""

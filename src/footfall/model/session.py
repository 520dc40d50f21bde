"""Sessions: what every part of their rule shares."""

from __future__ import annotations

SESSION_GAP = 30 * 60_000
"""The longest pause within a session, in milliseconds, where nobody names the session."""

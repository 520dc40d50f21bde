"""Signing in, and what a caller may do: `/api/session`."""

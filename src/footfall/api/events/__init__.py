"""The events surface (docs/api/events.md)."""

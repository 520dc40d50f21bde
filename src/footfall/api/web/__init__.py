"""Web analytics query, `/api/web-events/{slug}`: parse, ask, render."""

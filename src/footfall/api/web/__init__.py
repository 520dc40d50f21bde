"""Web analytics query, `/api/web-events/{slug}`: parse, query, render."""

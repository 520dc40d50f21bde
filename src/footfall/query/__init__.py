"""Queries: surfaces build a `Query`, passes apply the rules, one compiler writes the SQL, `fetch` runs it."""

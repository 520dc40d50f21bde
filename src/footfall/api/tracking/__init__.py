"""Endpoint tracking, `/api/tracking`: the requests that a server's endpoints answered."""

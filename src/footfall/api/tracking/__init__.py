"""Endpoint tracking, `/api/tracking`: what clients asked of a server's endpoints."""

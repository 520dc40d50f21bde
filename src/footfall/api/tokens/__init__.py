"""Tokens over HTTP: `/api/tokens`."""

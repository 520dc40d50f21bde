"""Proxy traffic, `/analytics`: what workers of a proxy counted, and what went where."""

"""Bringing in what other programs wrote: access logs today."""

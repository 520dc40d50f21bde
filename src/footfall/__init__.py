"""Footfall: self-hosted traffic analytics."""

__version__ = "0.1.0"

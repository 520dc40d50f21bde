"""Queries to SQL. Nothing is decided here: passes apply the rules, and the catalogue holds every expression."""

from footfall.query.sql.compiler import Statement, compile_query

__all__ = ["Statement", "compile_query"]

"""What is stored and what can be queried, one row each: tables, columns, dimensions, metrics. Pure data.

Every identifier and expression of generated SQL comes from here; values never do (they are bound parameters).
"""

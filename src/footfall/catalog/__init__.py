"""What can be asked for, one row each: tables, dimensions, metrics. Pure data.

Every identifier and expression of generated SQL comes from here; values never do (they are bound parameters).
"""

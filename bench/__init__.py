"""What docs/performance.md measures: `python -m bench run`, one module per bar, every ratio taken in one run."""

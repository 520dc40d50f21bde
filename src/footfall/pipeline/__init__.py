"""Columns in, columns out: what turns raw records into rows of the store's tables."""

"""Migrations of the metadata, applied by `footfall.meta.database` when it is opened."""

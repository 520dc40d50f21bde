"""Tables that answer. `protocol` says what a store is; each backend is a folder."""

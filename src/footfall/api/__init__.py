"""HTTP: one folder per surface, `auth` for who may, `problem` for what went wrong."""

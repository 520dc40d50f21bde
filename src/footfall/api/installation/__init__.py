"""How the installation is, in words: `/api/installation`."""

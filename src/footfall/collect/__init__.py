"""Bytes to validated raw records: what is refused is refused here, what must not be kept ends here."""

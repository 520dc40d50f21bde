"""From bytes to validated raw records. Bad input is refused here, and what must not be stored is dropped here."""

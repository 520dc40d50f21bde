"""Ways in without a secret: our tracker's endpoint and pixel, and what clients that sites use already send."""

"""Roll-ups: figures that are computed once, in the background, and read by queries in place of the rows."""

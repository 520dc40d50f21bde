-- What labels earned in a cell, by currency: rows of roll-ups named `earned:` and the dimension, `label_2` the currency.

ALTER TABLE rollups ADD COLUMN IF NOT EXISTS earned Decimal(38, 4) CODEC(ZSTD(1));

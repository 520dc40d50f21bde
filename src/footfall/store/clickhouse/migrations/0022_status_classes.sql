-- Requests by class of status in cells of roll-ups: one number for each class. Cells that were made before lack it; they are
-- made again in the background.

ALTER TABLE rollups ADD COLUMN IF NOT EXISTS status_classes Array(UInt64) CODEC(ZSTD(1)) AFTER failed;

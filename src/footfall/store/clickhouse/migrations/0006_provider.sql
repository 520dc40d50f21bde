-- The network or CDN that a request came through: named by its sender, by a CDN's headers, or the organisation of its
-- address's autonomous system.

ALTER TABLE requests
    ADD COLUMN IF NOT EXISTS provider LowCardinality(String) CODEC(ZSTD(1)) AFTER city;

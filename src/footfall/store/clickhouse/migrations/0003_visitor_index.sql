-- Finds one visitor over the whole history: one in a hundred of the granules without the visitor is read. Sessions need
-- no index of their own: queries for a session's events know the visitor, and the engine would ignore an index on a
-- column that the drain updates until the update is merged in.

ALTER TABLE events ADD INDEX IF NOT EXISTS visitor_key visitor TYPE bloom_filter(0.01) GRANULARITY 1;

ALTER TABLE events MATERIALIZE INDEX visitor_key;

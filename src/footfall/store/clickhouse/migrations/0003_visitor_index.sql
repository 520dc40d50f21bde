-- One visitor over the whole history: of the granules that do not have it, one in a hundred is read. Sessions need no
-- index of their own: whoever lists a session's events knows whose it is, and an index on a column that the drain
-- updates would be left aside wherever an update is not merged in yet.

ALTER TABLE events ADD INDEX IF NOT EXISTS visitor_key visitor TYPE bloom_filter(0.01) GRANULARITY 1;

ALTER TABLE events MATERIALIZE INDEX visitor_key;

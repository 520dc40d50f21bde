-- What a month should hold besides the rows of `batches`; NULL where that is not known. Month 0 is all of a table.
CREATE TABLE IF NOT EXISTS months
(
    table_name TEXT NOT NULL,
    month      INTEGER NOT NULL,  -- yyyymm
    amount     INTEGER,
    PRIMARY KEY (table_name, month)
) WITHOUT ROWID;

-- What each batch wrote, as long as a spool keeps its rows.
CREATE TABLE IF NOT EXISTS batches
(
    number     INTEGER NOT NULL,
    table_name TEXT NOT NULL,
    month      INTEGER NOT NULL,
    amount     INTEGER NOT NULL,
    PRIMARY KEY (number, table_name, month)
) WITHOUT ROWID;

-- Batches whose lost rows are being inserted again (month 0), and months whose sessions are being made again (number 0).
CREATE TABLE IF NOT EXISTS repairs
(
    number INTEGER NOT NULL,
    month  INTEGER NOT NULL,
    PRIMARY KEY (number, month)
) WITHOUT ROWID;

-- The first month that retention had not begun to remove at the last count (yyyymm); of those before, rows are gone.
CREATE TABLE IF NOT EXISTS thinned
(
    before INTEGER NOT NULL PRIMARY KEY
) WITHOUT ROWID;

-- What was missing and did not come back.
CREATE TABLE IF NOT EXISTS losses
(
    table_name TEXT NOT NULL,
    month      INTEGER NOT NULL,
    amount     INTEGER NOT NULL,
    noticed_at INTEGER NOT NULL,  -- Unix milliseconds
    PRIMARY KEY (table_name, month)
) WITHOUT ROWID

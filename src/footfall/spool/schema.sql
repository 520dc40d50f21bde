-- One row per group commit. `total` counts the events up to and including the row, so what waits is one subtraction.
CREATE TABLE IF NOT EXISTS rows
(
    seq         INTEGER PRIMARY KEY,
    received_at INTEGER NOT NULL,  -- Unix milliseconds
    events      INTEGER NOT NULL,
    total       INTEGER NOT NULL,
    crc         INTEGER NOT NULL,  -- CRC-32 of body
    body        BLOB NOT NULL      -- what footfall.spool.body makes of records
);

-- What the drain took: a batch is recorded before its first insert and has a finish time once it is in the store.
CREATE TABLE IF NOT EXISTS batches
(
    number      INTEGER PRIMARY KEY,
    first       INTEGER NOT NULL,
    last        INTEGER NOT NULL,
    bytes       INTEGER NOT NULL,
    total       INTEGER NOT NULL,  -- rows.total of its last row
    finished_at INTEGER            -- Unix milliseconds, NULL while it is under way
);

-- Idempotency keys of the last 24 hours and what their senders were told.
CREATE TABLE IF NOT EXISTS keys
(
    key    BLOB PRIMARY KEY,       -- BLAKE2b-128 of project and key
    answer BLOB NOT NULL,
    at     INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS keys_at ON keys (at);

-- What the spool's only sender noted last, committed with the rows that it sent then: where `tail` goes on.
CREATE TABLE IF NOT EXISTS note
(
    only  INTEGER PRIMARY KEY CHECK (only = 1),
    value BLOB NOT NULL
);

-- Records that could not be processed, with the reason.
CREATE TABLE IF NOT EXISTS rejected
(
    id     INTEGER PRIMARY KEY,
    batch  INTEGER NOT NULL,
    at     INTEGER NOT NULL,
    events INTEGER NOT NULL,
    reason TEXT NOT NULL,
    body   BLOB NOT NULL,          -- MessagePack: the record
    UNIQUE (batch, body)           -- a batch that is tried again rejects the same records again
);

-- Rows that were acknowledged and are gone: the file was damaged.
CREATE TABLE IF NOT EXISTS lost
(
    first  INTEGER PRIMARY KEY,    -- rows.seq
    last   INTEGER NOT NULL,
    events INTEGER NOT NULL,
    at     INTEGER NOT NULL        -- Unix milliseconds: when it was noticed
);

-- Rows whose checksum did not hold.
CREATE TABLE IF NOT EXISTS damaged
(
    seq         INTEGER PRIMARY KEY,
    received_at INTEGER NOT NULL,
    events      INTEGER NOT NULL,
    at          INTEGER NOT NULL,
    body        BLOB NOT NULL
);

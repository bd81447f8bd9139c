-- The outbox: what happened, in the transaction that made it happen, numbered without a gap in the order of the commits.

-- An organisation's head: the version of all that its decisions are made on, and the position of its newest event.
CREATE TABLE heads (
    org_id TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    position INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO heads (org_id, version, position) SELECT org_id, version, 0 FROM org_versions;
DROP TABLE org_versions;

CREATE TABLE events (
    org_id TEXT NOT NULL,
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    data TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    PRIMARY KEY (org_id, position)
) STRICT, WITHOUT ROWID;

-- What the ids of this database's events begin with, so that none is taken for one of another database.
CREATE TABLE event_epochs (
    id TEXT PRIMARY KEY,
    epoch TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO event_epochs (id, epoch) VALUES ('default', lower(hex(randomblob(8))));

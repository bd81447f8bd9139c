-- Identities that are registered over HTTP, pairings that ask for one, and tokens that were used.

ALTER TABLE agent_identities ADD COLUMN updated_at TEXT;

CREATE TABLE pairings (
    org_id TEXT NOT NULL,
    id TEXT NOT NULL,
    agent_id TEXT NOT NULL,
    public_key TEXT NOT NULL,
    status TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    created_at TEXT NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (org_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX pairings_agent ON pairings (org_id, agent_id);
CREATE INDEX pairings_newest ON pairings (org_id, created_at);

CREATE TABLE used_tokens (
    org_id TEXT NOT NULL,
    digest BLOB NOT NULL,
    forgotten_ms INTEGER NOT NULL,
    PRIMARY KEY (org_id, digest)
) STRICT, WITHOUT ROWID;
CREATE INDEX used_tokens_oldest ON used_tokens (forgotten_ms);

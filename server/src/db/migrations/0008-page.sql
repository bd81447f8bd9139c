-- The operator's page: who is signed in, and until when an action waits for a human.

CREATE TABLE page_sessions (
    org_id TEXT NOT NULL,
    id TEXT NOT NULL,
    -- SHA-256 of the half that stands in a cookie, and of the one that the page sends in a header.
    cookie_hash BLOB NOT NULL,
    header_hash BLOB NOT NULL,
    -- SHA-256 of the API key that it was opened with, and ends with.
    key_hash BLOB NOT NULL,
    name TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    used_ms INTEGER NOT NULL,
    PRIMARY KEY (org_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX page_sessions_cookie ON page_sessions (cookie_hash);

-- An action of an earlier version waits as long as one that begins now.
ALTER TABLE actions ADD COLUMN expires_at TEXT;
CREATE INDEX actions_expiring ON actions (org_id, expires_at) WHERE status = 'pending_approval';

-- Lists say how many actions there are in each state and what they cost, which is read here without their records.
CREATE INDEX actions_figures ON actions (org_id, status, risk_score, cost_estimate);

-- Secrets that are kept for agents, sealed with a key that is not in the database, and who changed what.

CREATE TABLE secrets (
    org_id TEXT NOT NULL,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    -- Empty where it is for all agents.
    agent_id TEXT NOT NULL,
    sealed TEXT NOT NULL,
    delivered INTEGER NOT NULL,
    rotate_after_days INTEGER,
    rotated_ms INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    PRIMARY KEY (org_id, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX secrets_name ON secrets (org_id, agent_id, name);

CREATE TABLE activity (
    org_id TEXT NOT NULL,
    id TEXT NOT NULL,
    actor_id TEXT NOT NULL,
    action TEXT NOT NULL,
    resource_type TEXT NOT NULL,
    resource_id TEXT NOT NULL,
    details TEXT NOT NULL,
    created_at TEXT NOT NULL,
    PRIMARY KEY (org_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX activity_newest ON activity (org_id, created_at);

CREATE INDEX guard_decisions_purchases ON guard_decisions (org_id, created_ms) WHERE spent_usd IS NOT NULL;

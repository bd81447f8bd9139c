-- A record's wire form stands in `record`; the columns beside it are what is searched, sorted, counted or kept unique.
-- Times are ISO-8601 UTC with milliseconds, which sort as text; `_ms` columns are milliseconds since the Unix epoch.

CREATE TABLE actions (
    id INTEGER PRIMARY KEY,
    org_id TEXT NOT NULL,
    action_id TEXT NOT NULL,
    agent_id TEXT NOT NULL,
    swarm_id TEXT,
    parent_action_id TEXT,
    session_id TEXT,
    action_type TEXT NOT NULL,
    declared_goal TEXT NOT NULL,
    status TEXT NOT NULL,
    outcome_status TEXT NOT NULL,
    risk_score INTEGER NOT NULL,
    cost_estimate REAL NOT NULL,
    timestamp_start TEXT NOT NULL,
    approved_at TEXT,
    waiting_since TEXT NOT NULL,
    idempotency_key TEXT,
    record TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX actions_id ON actions (org_id, action_id);
CREATE UNIQUE INDEX actions_key ON actions (org_id, idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE INDEX actions_newest ON actions (org_id, timestamp_start);
CREATE INDEX actions_status ON actions (org_id, status, timestamp_start);
CREATE INDEX actions_agent ON actions (org_id, agent_id, timestamp_start);
CREATE INDEX actions_approved ON actions (org_id, agent_id, approved_at) WHERE approved_at IS NOT NULL;
CREATE INDEX actions_unreported ON actions (org_id, waiting_since) WHERE outcome_status = 'pending';
CREATE INDEX actions_parent ON actions (org_id, parent_action_id) WHERE parent_action_id IS NOT NULL;
CREATE INDEX actions_session ON actions (org_id, session_id) WHERE session_id IS NOT NULL;

CREATE TABLE guard_decisions (
    seq INTEGER PRIMARY KEY,
    org_id TEXT NOT NULL,
    id TEXT NOT NULL,
    agent_id TEXT,
    decision TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    idempotency_key TEXT,
    record TEXT NOT NULL,
    reply TEXT,
    context TEXT NOT NULL,
    evidence TEXT
) STRICT;
CREATE INDEX guard_decisions_newest ON guard_decisions (org_id, created_ms);
CREATE INDEX guard_decisions_agent ON guard_decisions (org_id, agent_id, created_ms);
CREATE INDEX guard_decisions_key ON guard_decisions (org_id, idempotency_key, created_ms)
    WHERE idempotency_key IS NOT NULL;

CREATE TABLE assumptions (
    id INTEGER PRIMARY KEY,
    org_id TEXT NOT NULL,
    assumption_id TEXT NOT NULL,
    action_id TEXT NOT NULL,
    agent_id TEXT NOT NULL,
    validated INTEGER NOT NULL,
    invalidated INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    record TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX assumptions_id ON assumptions (org_id, assumption_id);
CREATE INDEX assumptions_action ON assumptions (org_id, action_id);

CREATE TABLE loops (
    id INTEGER PRIMARY KEY,
    org_id TEXT NOT NULL,
    loop_id TEXT NOT NULL,
    action_id TEXT NOT NULL,
    loop_type TEXT NOT NULL,
    status TEXT NOT NULL,
    priority TEXT NOT NULL,
    created_at TEXT NOT NULL,
    record TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX loops_id ON loops (org_id, loop_id);
CREATE INDEX loops_action ON loops (org_id, action_id);
CREATE INDEX loops_status ON loops (org_id, status, created_at);

CREATE TABLE policies (
    seq INTEGER PRIMARY KEY,
    org_id TEXT NOT NULL,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    policy_type TEXT NOT NULL,
    rules TEXT NOT NULL,
    active INTEGER NOT NULL,
    agent_ids TEXT,
    created_by TEXT,
    managed INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX policies_id ON policies (org_id, id);
CREATE UNIQUE INDEX policies_name ON policies (org_id, name);

CREATE TABLE sessions (
    seq INTEGER PRIMARY KEY,
    org_id TEXT NOT NULL,
    id TEXT NOT NULL,
    agent_id TEXT NOT NULL,
    status TEXT NOT NULL,
    record TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX sessions_id ON sessions (org_id, id);
CREATE INDEX sessions_agent ON sessions (org_id, agent_id);

CREATE TABLE session_events (
    org_id TEXT NOT NULL,
    session_id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    event_type TEXT NOT NULL,
    payload TEXT NOT NULL,
    created_at TEXT NOT NULL,
    PRIMARY KEY (org_id, session_id, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE agent_presence (
    org_id TEXT NOT NULL,
    agent_id TEXT NOT NULL,
    agent_name TEXT,
    status TEXT NOT NULL,
    current_task_id TEXT,
    metadata TEXT,
    last_seen_at TEXT NOT NULL,
    PRIMARY KEY (org_id, agent_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE agent_identities (
    org_id TEXT NOT NULL,
    agent_id TEXT NOT NULL,
    public_key TEXT NOT NULL,
    algorithm TEXT NOT NULL,
    created_at TEXT NOT NULL,
    PRIMARY KEY (org_id, agent_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE settings (
    org_id TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    PRIMARY KEY (org_id, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE api_keys (
    key_hash BLOB PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    org_id TEXT NOT NULL,
    key_prefix TEXT NOT NULL,
    label TEXT NOT NULL,
    role TEXT NOT NULL,
    created_at TEXT NOT NULL,
    revoked_at TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE signing_keys (
    id TEXT PRIMARY KEY,
    jwk TEXT NOT NULL,
    created_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE learning_events (
    seq INTEGER PRIMARY KEY,
    org_id TEXT NOT NULL,
    record TEXT NOT NULL,
    created_at TEXT NOT NULL
) STRICT;

-- Work in the background: what is to be done when, and who is at it. `org_id` is empty where it is for all organisations.
CREATE TABLE jobs (
    org_id TEXT NOT NULL,
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    -- JSON text: what the work is about.
    data TEXT NOT NULL,
    run_ms INTEGER NOT NULL,
    -- How often it was begun since it last succeeded.
    attempts INTEGER NOT NULL,
    -- Who has begun it holds it until then; 0 when nobody does.
    leased_until_ms INTEGER NOT NULL,
    -- Why it failed the last time.
    problem TEXT,
    -- Whether it is given up.
    dead INTEGER NOT NULL,
    PRIMARY KEY (org_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX jobs_due ON jobs (run_ms) WHERE dead = 0;
CREATE INDEX jobs_dead ON jobs (org_id) WHERE dead = 1;

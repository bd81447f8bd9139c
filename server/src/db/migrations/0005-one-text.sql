-- What was read out of records by SQLite's own operators stands in columns, which every database reads in one way.
ALTER TABLE actions ADD COLUMN agent_name TEXT;
ALTER TABLE actions ADD COLUMN duration_ms INTEGER;
UPDATE actions SET agent_name = record ->> 'agent_name', duration_ms = record ->> 'duration_ms';

-- Lists read in their own order, and a filter finds what it admits.
CREATE INDEX actions_type ON actions (org_id, action_type, timestamp_start);
CREATE INDEX assumptions_newest ON assumptions (org_id, created_at);
-- Most decisions allow, and those are found in the order of all: they need not stand in another index.
CREATE INDEX guard_decisions_verdict ON guard_decisions (org_id, decision, created_ms) WHERE decision <> 'allow';
CREATE INDEX learning_events_oldest ON learning_events (org_id, created_at);
CREATE INDEX api_keys_newest ON api_keys (org_id, created_at);

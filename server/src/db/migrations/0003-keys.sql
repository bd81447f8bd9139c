-- Who created an action: the id of the key, which may not approve it. Unknown for what was there before.
ALTER TABLE actions ADD COLUMN created_by TEXT;

ALTER TABLE api_keys ADD COLUMN agent_id TEXT;
ALTER TABLE api_keys ADD COLUMN last_used_at TEXT;

-- What was asked stands beside what was answered, so that a key or an approval serves this question and no other.
-- `question` is the digest of a question without its risk; `asked_risk` is the risk that the agent stated.

ALTER TABLE actions ADD COLUMN question TEXT;
ALTER TABLE actions ADD COLUMN asked_risk INTEGER;
ALTER TABLE actions ADD COLUMN approval_used_by TEXT;
DROP INDEX actions_approved;
CREATE INDEX actions_approvals ON actions (org_id, question, approved_at)
    WHERE approved_at IS NOT NULL AND approval_used_by IS NULL;

ALTER TABLE guard_decisions ADD COLUMN question TEXT;
ALTER TABLE guard_decisions ADD COLUMN asked_risk INTEGER;
ALTER TABLE guard_decisions ADD COLUMN version INTEGER;
ALTER TABLE guard_decisions ADD COLUMN spent_usd REAL;
CREATE INDEX guard_decisions_spent ON guard_decisions (org_id, agent_id, created_ms) WHERE spent_usd IS NOT NULL;

-- Raised in the transaction that changes a policy or a setting, and looked at in the one that stores a decision.
CREATE TABLE org_versions (
    org_id TEXT PRIMARY KEY,
    version INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

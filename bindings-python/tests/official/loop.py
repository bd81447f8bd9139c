import os
from dashclaw import DashClaw, GuardBlockedError, ApprovalDeniedError
claw = DashClaw(
    base_url=os.environ["DASHCLAW_BASE_URL"],
    api_key=os.environ["DASHCLAW_API_KEY"],
    agent_id="my-agent",
    agent_name="My Agent", # optional — stored in audit trail for attribution
)
# 1. Ask permission
decision = claw.guard({
    "action_type": "deploy",
    "declared_goal": "Ship v2.4.0 to production",
    "risk_score": 90,
})
if decision["decision"] == "block":
    raise GuardBlockedError(decision)
# 2. Log intent
action = claw.create_action(
    action_type="deploy",
    declared_goal="Ship v2.4.0 to production",
    risk_score=90,
)
action_id = action["action_id"]
# 3. If the server flagged this for human review, wait for an operator.
if action.get("action", {}).get("status") == "pending_approval":
    try:
        claw.wait_for_approval(action_id)
    except ApprovalDeniedError:
        pass # operator denied — stop here
# 4. Execute and record outcome
claw.record_assumption({"action_id": action_id, "assumption": "Staging tests passed"})
claw.update_outcome(action_id, status="completed")

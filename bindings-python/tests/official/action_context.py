action = claw.create_action(action_type="deploy", declared_goal="Deploy v2")
with claw.action_context(action["action_id"]) as ctx:
    ctx.send_message("Starting deploy", to="ops-agent")
    ctx.record_assumption({"assumption": "Staging tests passed"})
    ctx.update_outcome(status="completed", output_summary="Deployed")

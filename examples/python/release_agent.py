"""An agent that ships twice: it asks, waits for a human, works, and says what that cost. It keeps the receipt of a message.

Give it an agent's API key: ``DASHCLAW_API_KEY=oc_live_… python release_agent.py``; ``DASHCLAW_BASE_URL`` is where
``dashclaw up`` listens. Approve in the page, or by ``dashclaw approvals``, with the operator's.
"""

from __future__ import annotations

import json
from pathlib import Path

from dashclaw import ApprovalDeniedError, DashClaw, printable

MESSAGE = "Dear Jane, your refund of $1,500.00 will arrive by June 1, 2026."
FACTS = {
    "allowedFacts": [{"label": "refund", "value": "$1,500.00"}, {"label": "date", "value": "June 1, 2026"}],
    "requiredFacts": [{"label": "name", "value": "Jane"}],
}


def ship(claw: DashClaw, version: str) -> None:
    asked = {
        "action_type": "deploy",
        "declared_goal": f"Ship {version} to production",
        "target": "https://deploy.example.com/prod",
        "systems_touched": ["production"],
        "content": f"image: registry.example.com/shop:{version}\nreplicas: 12\n",
        "risk_score": 20,
    }
    print(f"{version}: waiting for a human", flush=True)
    try:
        run = claw.run_governed(asked, lambda action_id: f"{version} is live")
    except ApprovalDeniedError as denied:
        print(f"{version}: {printable(str(denied))}", flush=True)
        return
    claw.update_outcome(action_id=run.action_id, model="claude-sonnet-4", tokens_in=120_000, tokens_out=8_000, cost_estimate=0.48)
    print(f"{version}: {run.result}", flush=True)


def say(claw: DashClaw) -> None:
    """Asks whether a message states only what is known, and keeps the signed verdict."""
    decision = claw.guard(
        {"action_type": "message", "declared_goal": "Tell Jane about her refund", "content": MESSAGE, "source_of_truth": FACTS}
    )
    [finding] = decision.get("non_fabrication") or []
    Path("message.txt").write_text(MESSAGE)
    Path("receipt.json").write_text(json.dumps(finding["receipt"]))
    print(f"message: {decision['decision']}; its receipt is in receipt.json", flush=True)


if __name__ == "__main__":
    with DashClaw(agent_id="release-agent") as claw:
        say(claw)
        ship(claw, "v2.4.0")
        ship(claw, "v2.5.0")

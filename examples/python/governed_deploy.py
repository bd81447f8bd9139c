"""A release agent under governance: it asks before it acts, waits for a human where the rules say so, and reports.

Everything runs on an embedded instance in this process, with a file database and a policy file; nothing is hosted.
With ``--url``, ``--key`` and ``--operator-key`` they talk to a server instead, such as ``dashclaw up``.
"""

from __future__ import annotations

import argparse
import copy
import sys
import tempfile
import threading
import time
from pathlib import Path

from dashclaw import (
    ApprovalDeniedError,
    ConflictError,
    DashClaw,
    GuardBlockedError,
    Instance,
    printable,
    types,
    verify_receipt,
)

POLICIES = Path(__file__).parent.parent / "policies.yaml"
START = time.monotonic()


def tell(who: str, what: str) -> None:
    """Prints one line of the timeline. Others wrote part of it, which the terminal must not obey."""
    print(f"  {time.monotonic() - START:6.3f} s  {who:<8} {printable(what)}", flush=True)


def chapter(title: str) -> None:
    print(f"\n{title}", flush=True)


def harmless_work(agent: DashClaw) -> None:
    chapter("1. Something harmless is allowed")
    decision = agent.guard({"action_type": "monitor", "declared_goal": "Read the error rate of the shop"})
    tell("guard", f"{decision['decision']} (risk {decision['risk_score']})")
    with agent.track("monitor", "Read the error rate of the shop") as action:
        tell("agent", f"reads the error rate as {short(action['action_id'])}")
    outcome = agent.get_action_outcome(action["action_id"])
    tell("agent", f"outcome on record: {outcome['status']}")


def forbidden_work(agent: DashClaw) -> None:
    chapter("2. Something forbidden is blocked")
    try:
        agent.run_governed(
            {"action_type": "drop_table", "declared_goal": "Clean the table of customers"},
            lambda _: sys.exit("the table is gone: governance has failed"),
        )
    except GuardBlockedError as blocked:
        tell("guard", f"block: {blocked}")
        tell("agent", "does not touch the table")


def honest_message(agent: DashClaw) -> None:
    chapter("3. A message that states a made-up amount is stopped, with a signed receipt")
    decision = agent.guard(
        {
            "action_type": "message",
            "declared_goal": "Tell Jane about her refund",
            "content": "Hi Jane, your refund of $2,500.00 will arrive by June 1, 2026.",
            "source_of_truth": {
                "allowedFacts": [
                    {"label": "refund", "value": "$1,500.00"},
                    {"label": "date", "value": "June 1, 2026"},
                ],
                "requiredFacts": [{"label": "name", "value": "Jane"}],
            },
        }
    )
    [finding] = decision.get("non_fabrication") or []
    violation = finding["violations"][0]
    tell("guard", f"{decision['decision']}: {violation['code']} {violation.get('detail', '')}")
    receipt = finding["receipt"]
    keys = agent.get_jwks()
    checked = verify_receipt(receipt, keys)
    tell("auditor", f"offline check of the receipt: valid={checked.valid}, key {short(checked.kid or '')}")
    forged = copy.deepcopy(receipt)
    forged["candidateHash"] = forged["candidateHash"][:-1] + ("A" if forged["candidateHash"][-1] != "A" else "B")
    refused = verify_receipt(forged, keys)
    tell("auditor", f"the same receipt with one byte changed: valid={refused.valid} ({refused.reason})")
    if not checked.valid or refused.valid:
        sys.exit("the receipt check is wrong")


def approved_deploy(agent: DashClaw, operator: DashClaw) -> None:
    chapter("4. A deploy waits for a human, who approves")
    hand = decide_soon(operator, "allow", "The canary looks good")
    run = agent.run_governed(
        {"action_type": "deploy", "declared_goal": "Ship v2.4.0 to production", "systems_touched": ["production"]},
        lambda _: deploy("v2.4.0"),
        timeout=30,
    )
    hand.join()
    tell("agent", f"{run.result} is live, outcome reported")


def denied_deploy(agent: DashClaw, operator: DashClaw) -> None:
    chapter("5. Another deploy is denied")
    hand = decide_soon(operator, "deny", "Not on a Friday")
    try:
        agent.run_governed(
            {"action_type": "deploy", "declared_goal": "Ship v2.5.0 to production"}, lambda _: deploy("v2.5.0"), timeout=30
        )
    except ApprovalDeniedError as denied:
        tell("agent", f"does not deploy: {denied}")
    hand.join()


def repeated_request(agent: DashClaw) -> None:
    chapter("6. A repeated request is the same action, and an outcome is final")
    first = agent.create_action("sync", "Copy invoices of May", idempotency_key="invoices-may")
    tell("agent", f"creates {short(first['action_id'])}")
    again = agent.create_action("sync", "Copy invoices of May", idempotency_key="invoices-may")
    tell("server", f"the retry is a replay of {short(again['action_id'])}: {again.get('idempotent_replay')}")
    agent.report_action_success(first["action_id"], summary="212 invoices copied")
    tell("agent", "reports success")
    try:
        agent.report_action_failure(first["action_id"], error_message="changed my mind")
    except ConflictError as refused:
        tell("server", f"refuses a second report: {refused} ({refused.current_status})")


def deploy(version: str) -> str:
    tell("agent", f"deploys {version} …")
    time.sleep(0.2)
    return version


def decide_soon(operator: DashClaw, decision: types.ApprovalDecision, reason: str) -> threading.Thread:
    """The operator, in a thread of their own: sees the pending action and decides."""

    def decide() -> None:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            for action in operator.get_pending_approvals()["actions"]:
                tell("operator", f"sees “{action['declared_goal']}” (risk {action['risk_score']})")
                time.sleep(0.3)
                tell("operator", f"{'approves' if decision == 'allow' else 'denies'}: {reason}")
                operator.approve_action(action["action_id"], decision, reason)
                return
            time.sleep(0.05)

    hand = threading.Thread(target=decide)
    hand.start()
    return hand


def short(id_: str) -> str:
    return id_[:12] + "…"


def story(agent: DashClaw, operator: DashClaw) -> None:
    harmless_work(agent)
    forbidden_work(agent)
    honest_message(agent)
    approved_deploy(agent, operator)
    denied_deploy(agent, operator)
    repeated_request(agent)
    print("\nThat is the governed loop: guard, act, approve, report, verify.")


def main() -> None:
    parser = argparse.ArgumentParser(description="A release agent under governance.")
    parser.add_argument("--url", help="a running server; without it, an embedded instance")
    parser.add_argument("--key", help="the agent's API key there (role member)")
    parser.add_argument("--operator-key", help="the operator's (role admin): who created an action cannot approve it")
    options = parser.parse_args()
    if options.url:
        def client(who: str, key: str) -> DashClaw:
            return DashClaw(options.url, key, who, approval_banner="off")

        with client("release-agent", options.key) as agent, client("operator", options.operator_key) as operator:
            story(agent, operator)
        return
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "governance.db"
        with Instance(path=database, policies=POLICIES) as instance:
            agent = instance.client(agent_id="release-agent", approval_banner="off")
            operator = instance.client(agent_id="operator", role="admin")
            story(agent, operator)


if __name__ == "__main__":
    main()

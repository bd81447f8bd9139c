"""What there is beside the inbox."""

import json

import pytest
from conftest import AXE, expect, fits, picture

GOALS = ["Look up the customer's last order", "Answer ticket 4711", "Read the runbook", "Remove the old invoices", "Build the nightly image"]
TYPES = ["api", "research", "review", "drop_table", "build"]
# Each view, and what is there once it is drawn.
SHOWN = {
    "inbox": "claw-row", "overview": ".chart", "actions": "td", "action": ".timeline", "policies": ".policy",
    "agents": ".grid .card", "halt": ".halt h2", "keys": "td",
}


@pytest.fixture
def history(instance):
    """A past to look at, and something that waits."""
    for number in range(30):
        instance.ask(
            GOALS[number % 5], TYPES[number % 5], risk_score=number * 17 % 96, model="claude-opus", tokens_in=1200 * number, tokens_out=90 * number,
            agent_id=["release-agent", "support-bot", "db-keeper"][number % 3], idempotency_key=f"past {number}",
        )
    return instance.ask(
        "Ship version 2.4.0 to production", systems_touched=["prod-eu", "prod-us"], target="https://deploy.example.com/prod",
        reasoning="All 1,204 tests are green.", content="image: registry.example.com/shop:2.4.0\nreplicas: 12\n", reversible=False, session_id="s-1",
    )


def address(view: str, waiting: str) -> str:
    return {"inbox": "/", "action": f"/actions/{waiting}"}.get(view, f"/{view}")


def test_every_view_is_fit_for_everybody(people, instance, history):
    anna = people()
    page = anna.sign_in()
    found = []
    for view in SHOWN:
        page.goto(instance.url + address(view, history))
        expect(page.locator("#state")).to_have_text("Live")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page.locator(SHOWN[view]).first).to_be_attached()
        page.evaluate(AXE.read_text())
        for theme in ("light", "dark"):
            for width, height in ((1280, 900), (390, 844)):
                page.emulate_media(color_scheme=theme, reduced_motion="reduce")
                page.set_viewport_size({"width": width, "height": height})
                fits(page)
                picture(page, f"{view}-{theme}-{width}", full=width == 390)
                broken = page.evaluate("axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`))")
                found += [f"{view} {theme} {width}: {one}" for one in broken]
    assert found == []


def test_halt_and_lift(people, instance):
    anna, ben = people("Anna"), people("Ben")
    page = anna.sign_in("/halt")
    ben.sign_in()
    page.get_by_label("Reason").fill("Strange orders since noon")
    page.get_by_role("button", name="Halt everything").click()
    expect(page.get_by_role("heading", name="Everything is halted")).to_be_visible()
    picture(page, "halted")
    refused = instance.call("POST", "/api/actions", {"agent_id": "a", "action_type": "api", "declared_goal": "g"}, instance.agent_key)
    assert refused["decision"]["decision"] == "block"
    # Whoever looks elsewhere sees it after the next event or look.
    ben.page.reload()
    expect(ben.page.get_by_role("alert").filter(has_text="Halted by Anna")).to_be_visible()
    page.get_by_role("button", name="Let agents act again").click()
    expect(page.get_by_role("heading", name="Agents may act")).to_be_visible()
    assert instance.call("GET", "/api/halt")["halt"]["halted"] is False


def test_a_policy_is_checked_tried_and_saved(people, instance, history):
    anna = people()
    page = anna.sign_in("/policies")
    page.get_by_role("button", name="New policy").click()
    page.get_by_label("Name").fill("Look at builds")
    rules = page.get_by_label("Rules", exact=True).and_(page.get_by_role("textbox"))
    rules.fill('{\n  "action_types" ["build"]\n}')
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert").filter(has_text="line 2, column")).to_be_visible()
    rules.fill('{"action_types": "build"}')
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert").filter(has_text="action_types")).to_be_visible()
    # What is being written outlasts the tab's way elsewhere.
    page.reload()
    page.get_by_role("button", name="New policy").click()
    expect(rules).to_have_value('{"action_types": "build"}')
    rules.fill('{"action_types": ["build"]}')
    page.get_by_role("button", name="Try on 30 days").click()
    expect(page.get_by_role("status").filter(has_text="it would have changed 6")).to_be_visible()
    picture(page, "policy-tried")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Look at builds")).to_be_visible()
    made = instance.ask("Build it", "build", idempotency_key="new")
    assert instance.action(made)["status"] == "pending_approval"

    switch = page.locator("article", has_text="Look at builds").get_by_role("switch")
    with page.expect_response(lambda answer: answer.request.method == "PATCH"):
        switch.uncheck()
    expect(switch).not_to_be_checked()
    freely = instance.ask("Build it freely", "build", idempotency_key="newer")
    assert instance.action(freely)["status"] == "running"


def test_a_policy_that_was_changed_meanwhile_is_not_overwritten_unseen(people, instance):
    page = people().sign_in("/policies")
    policy = instance.call("GET", "/api/policies")["policies"][0]
    name = policy["name"]
    page.get_by_role("button", name=f"Edit {name}").click()
    rules = page.locator("form textarea")
    rules.fill('{"action_types": ["mine"]}')
    instance.call("PATCH", "/api/policies", {"id": policy["id"], "rules": {"action_types": ["theirs"]}})
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert").filter(has_text="theirs")).to_be_visible()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("form")).to_have_count(0)
    rules = instance.call("GET", "/api/policies")["policies"][0]["rules"]
    assert "mine" in json.dumps(rules)


def test_keys_are_made_shown_once_and_revoked(people, instance):
    page = people().sign_in("/keys")
    page.get_by_label("Label").fill("nightly")
    page.get_by_label("For one agent").fill("nightly-agent")
    page.get_by_role("button", name="Make a key").click()
    shown = page.locator(".new-key code").inner_text()
    assert instance.call("GET", "/api/actions", key=shown)["actions"] == []
    page.reload()
    expect(page.locator(".new-key")).to_have_count(0)
    revoke = page.get_by_role("button", name="Revoke nightly")
    revoke.click()
    expect(revoke).to_have_text("Revoke for good")
    revoke.click()
    expect(page.get_by_text("revoked")).to_be_visible()
    assert "error" in instance.call("GET", "/api/actions", key=shown)


def test_an_action_tells_its_story_and_its_receipt_is_checked_here(people, instance):
    source = {"allowedFacts": [{"label": "price", "value": "$20"}], "requiredFacts": []}
    parent = instance.ask("Tell the customer the price", "message", content="It costs $20.", source_of_truth=source)
    child = instance.ask("Look the price up", "api", parent_action_id=parent)
    instance.call("PATCH", f"/api/actions/{parent}", {"status": "completed", "output_summary": "Sent"}, instance.agent_key)
    page = people().sign_in(f"/actions/{parent}")
    expect(page.get_by_text("Ended: completed")).to_be_visible()
    page.get_by_role("button", name="Verify").first.click()
    expect(page.get_by_role("status").filter(has_text="Valid: signed with")).to_contain_text("in this browser")
    page.set_viewport_size({"width": 1280, "height": 1150})
    picture(page, "action-receipt")
    receipt = instance.action(parent)["receipts"][0]
    for altered, why in (
        ({**receipt, "verdict": "block"}, "signature does not hold"),
        ({**receipt, "extra": 1}, "members"),
        ({**receipt, "signature": {**receipt["signature"], "kid": "other"}}, "no key"),
    ):
        page.get_by_text("Check any receipt").click()
        page.get_by_label("A receipt as JSON").fill(json.dumps(altered))
        page.locator("details").get_by_role("button", name="Verify").first.click()
        expect(page.get_by_role("status").filter(has_text="Not valid")).to_contain_text(why)
        page.get_by_text("Check any receipt").click()
    page.get_by_role("link", name="Look the price up").click()
    expect(page.get_by_role("heading", name="Look the price up", level=1)).to_be_visible()
    assert page.url.endswith(child)


def test_actions_are_listed_by_page(people, instance):
    for number in range(55):
        instance.ask(f"Number {number}", "api")
    page = people().sign_in("/actions")
    expect(page.get_by_text("1 to 50 of 55")).to_be_visible()
    page.get_by_role("button", name="Older").click()
    expect(page.get_by_text("51 to 55 of 55")).to_be_visible()
    page.go_back()
    expect(page.get_by_text("1 to 50 of 55")).to_be_visible()

"""Deciding: at once, by several, without a mouse, on a phone, and when something goes wrong."""

import contextlib

from conftest import expect, fits, picture
from playwright.sync_api import TimeoutError as PlaywrightTimeout

CONTENT = "image: registry.example.com/shop:2.4.0\nreplicas: 12\nstrategy: canary 5 %, 50 %, 100 %\n"


def test_an_agent_waits_and_goes_on_when_it_is_approved(people, agents):
    anna = people()
    page = anna.sign_in()
    agent = agents("Ship version 2.4.0")
    row = anna.row(agent.action_id)
    expect(row).to_be_visible()
    expect(row).to_contain_text("A human approves deploys")
    expect(row).to_contain_text("https://deploy.example.com/prod")
    expect(page).to_have_title("(1) Inbox · DashClaw")
    row.get_by_label("Reason").fill("Staging looks fine")
    row.get_by_role("button", name="Approve").click()
    expect(row).to_contain_text("Approved by you.")
    assert agent.end() == "approved"


def test_two_people_and_one_decision(people, agents, instance):
    anna, ben = people("Anna"), people("Ben")
    anna.sign_in()
    ben.sign_in()
    agent = agents("Ship version 2.5.0")
    row = ben.row(agent.action_id)
    expect(row).to_be_visible()
    expect(anna.row(agent.action_id)).to_be_visible()
    row.get_by_role("button", name="Deny").click()
    expect(row.get_by_role("alert")).to_contain_text("Say why")
    row.get_by_label("Reason").fill("Not on a Friday")
    row.get_by_role("button", name="Deny").dblclick()
    expect(row).to_contain_text("Denied by you.")
    # Where it stood it still stands, and says who it was.
    expect(anna.row(agent.action_id)).to_contain_text("Denied by Ben")
    expect(anna.row(agent.action_id)).to_contain_text("Not on a Friday")
    picture(anna.page, "inbox-decided")
    said = agent.end()
    assert said.startswith("denied:") and "Not on a Friday" in said
    action = instance.action(agent.action_id)
    assert action["decision_by"].startswith("Ben (key_") and action["approved_by"] is None


def test_who_is_too_late_is_told_who_decided(people, instance):
    anna = people()
    page = anna.sign_in()
    waiting = instance.ask("Ship it")
    row = anna.row(waiting)
    expect(row).to_be_visible()
    # As when the stream is broken and nothing has told the page.
    page.route("**/api/stream", lambda route: route.abort())
    anna.context.set_offline(True)
    instance.call("POST", f"/api/actions/{waiting}/approve", {"decision": "deny", "reasoning": "Too early"})
    anna.context.set_offline(False)
    # The page may hear of it by reading the list before she presses; then there is nothing to press.
    with contextlib.suppress(PlaywrightTimeout):
        row.get_by_role("button", name="Approve").click(timeout=3000)
    expect(row).to_contain_text("Denied by key_")


def test_a_lost_answer_is_not_asked_for_twice(people, instance):
    anna = people()
    page = anna.sign_in()
    waiting = instance.ask("Ship it")
    sent = []

    def lose(route):
        sent.append(route.fetch().status)
        route.abort()

    page.route("**/approve", lose)
    anna.row(waiting).get_by_role("button", name="Approve").click()
    expect(anna.row(waiting)).to_contain_text("Approved by Anna")
    assert sent == [200]


def test_high_risk_takes_two_presses_and_a_double_click_is_one(people, instance):
    anna = people()
    anna.sign_in()
    waiting = instance.ask("Ship it", risk_score=95)
    row = anna.row(waiting)
    row.get_by_role("button", name="Approve").dblclick(delay=10)
    expect(row.get_by_role("button", name="High risk: press again to approve")).to_be_visible()
    assert instance.action(waiting)["status"] == "pending_approval"


def test_without_a_mouse(people, instance):
    anna = people()
    waiting = instance.ask("Ship it", content=CONTENT)
    page = anna.sign_in()
    expect(anna.row(waiting)).to_be_visible()
    reached = []
    for _ in range(30):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent"))
        if reached[-1] == "Reason":
            break
    assert "Ship it" in reached and "Content" in reached, reached
    page.keyboard.type("Looks right")
    # Enter in a text decides nothing.
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Approve"
    assert instance.action(waiting)["status"] == "pending_approval"
    page.keyboard.press("Enter")
    expect(anna.row(waiting)).to_contain_text("Approved by you.")
    assert instance.action(waiting)["decision_reason"].strip() == "Looks right"


def test_rows_stay_where_they_are(people, instance):
    anna = people()
    first = instance.ask("The first")
    anna.sign_in()
    expect(anna.row(first)).to_be_visible()
    before = anna.row(first).bounding_box()
    others = [instance.ask(f"Number {number}") for number in range(3)]
    for other in others:
        expect(anna.row(other)).to_be_attached()
    instance.call("POST", f"/api/actions/{others[0]}/approve", {"decision": "allow"})
    expect(anna.row(others[0])).to_contain_text("Approved by key_")
    assert anna.row(first).bounding_box() == before
    order = anna.page.locator("claw-row").evaluate_all("rows => rows.map(row => row.id.slice(4))")
    assert order == [first, *others]


def test_on_a_phone(people, instance):
    waiting = instance.ask(
        "Ship version 2.4.0 to production", risk_score=45, content=CONTENT, systems_touched=["prod-eu", "prod-us"], reversible=True,
        reasoning="All tests are green.", target="https://deploy.example.com/prod",
    )
    anna = people(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = anna.sign_in("/approve")
    expect(anna.row(waiting)).to_be_visible()
    fits(page)
    picture(page, "inbox-phone", full=True)
    anna.row(waiting).get_by_role("button", name="Approve").tap()
    expect(anna.row(waiting)).to_contain_text("Approved by you.")


def test_the_stream_comes_back(people, instance):
    anna = people()
    page = anna.sign_in()
    instance.stop()
    expect(page.locator("#state")).to_have_text("Not live")
    instance.start(instance.port)
    expect(page.locator("#state")).to_have_text("Live")
    waiting = instance.ask("Ship it after all")
    expect(anna.row(waiting)).to_be_visible()
    # While the instance was away the browser said so.
    anna.complaints.clear()


def test_many_tabs_share_one_stream(people, instance):
    anna = people()
    streams = []
    anna.context.on("request", lambda request: streams.append(request) if request.url.endswith("/api/stream") else None)
    pages = [anna.sign_in()]
    for _ in range(6):
        pages.append(anna.tab())
        pages[-1].goto(instance.url)
        expect(pages[-1].locator("#state")).to_have_text("Live")
    waiting = instance.ask("Ship it")
    for page in pages:
        expect(anna.row(waiting, page)).to_be_attached()
    assert len(streams) == 1
    # Another tab goes on when the one that reads is closed.
    pages[0].close()
    later = instance.ask("Ship it again")
    expect(anna.row(later, pages[1])).to_be_attached()

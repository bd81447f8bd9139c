"""An instance of target/debug, Debian's Chromium, and people who look at the page.

Nothing here waits for a time: what is awaited is a state of the page, or the answer of the instance.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
COMMAND = ROOT / "target/debug/dashclaw"
PICTURES = ROOT / "target/page"
POLICIES = Path(__file__).with_name("policies.yaml")
AXE = Path(__file__).with_name("node_modules") / "axe-core/axe.min.js"
PATIENCE = 20_000

expect.set_options(timeout=PATIENCE)


class Instance:
    """`dashclaw up` with data of its own."""

    command = [COMMAND]
    policies = POLICIES

    def __init__(self, data: Path, *options: str, port: int = 0) -> None:
        self.data, self.options = data, options
        self.said = data / "said"
        self.start(port)

    def start(self, port: int = 0) -> None:
        unset = ("DASHCLAW_", "DATABASE_URL", "CRON_SECRET")
        env = {name: value for name, value in os.environ.items() if not name.startswith(unset)}
        arguments = [*self.command, "up", "--port", str(port), "--data", self.data, "--policies", self.policies, *self.options]
        with self.said.open("w") as said:
            # Not a pipe: one that a killed test leaves would hold its reader.
            self.process = subprocess.Popen(arguments, stdout=said, stderr=subprocess.STDOUT, env=env)
        while "Stop with" not in (text := self.said.read_text()):
            assert self.process.poll() is None, text
        self.url = re.search(r"listens on (http://\S+)", text)[1]
        keys = re.findall(r"(oc_live_\w+)", text)
        if keys:
            self.key, self.agent_key = keys
        self.link = re.search(r"(http://\S+/#token=\w+)", text)[1]
        self.port = int(self.url.rsplit(":", 1)[1])

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()

    def call(self, method: str, path: str, body: object = None, key: str | None = None) -> dict:
        data = None if body is None else json.dumps(body).encode()
        headers = {"x-api-key": key or self.key, "content-type": "application/json"}
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as refused:
            return json.load(refused)

    def ask(self, goal: str, action_type: str = "deploy", **more: object) -> str:
        """An action of an agent's; its id."""
        asked = {"agent_id": "release-agent", "action_type": action_type, "declared_goal": goal, **more}
        made = self.call("POST", "/api/actions", asked, self.agent_key)
        return made["action_id"]

    def action(self, action_id: str) -> dict:
        return self.call("GET", f"/api/actions/{action_id}")["action"]


@pytest.fixture
def instance(tmp_path: Path):
    running = Instance(tmp_path)
    yield running
    running.stop()


@pytest.fixture(scope="session")
def playwright():
    with sync_playwright() as driver:
        yield driver


def launch(playwright, *arguments: str) -> Browser:
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    assert found, "scripts/setup page installs Chromium"
    return playwright.chromium.launch(executable_path=found, args=list(arguments))


@pytest.fixture(scope="session")
def browser(playwright):
    with launch(playwright) as browser:
        yield browser


class Person:
    """Somebody with a browser of their own. What the browser complains of fails the test."""

    def __init__(self, browser: Browser, instance: Instance, name: str, **options: object) -> None:
        options = {"viewport": {"width": 1280, "height": 900}, "locale": "en-GB", "timezone_id": "Europe/Berlin", **options}
        self.context: BrowserContext = browser.new_context(**options)
        self.context.set_default_timeout(PATIENCE)
        self.instance, self.name = instance, name
        self.complaints: list[str] = []
        self.page = self.tab()

    def tab(self) -> Page:
        page = self.context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self.heard)
        return page

    def heard(self, message) -> None:
        # That an answer was a refusal the browser says by itself.
        refusal = "Failed to load resource" in message.text
        if message.type in ("error", "warning") and not refusal:
            self.complaints.append(message.text)

    def sign_in(self, path: str = "/", key: str | None = None) -> Page:
        self.page.goto(self.instance.url + path)
        self.page.get_by_label("Your name").fill(self.name)
        self.page.get_by_label("API key").fill(key or self.instance.key)
        self.page.get_by_role("button", name="Sign in").click()
        expect(self.page.locator("#state")).to_have_text("Live")
        return self.page

    def row(self, action_id: str, page: Page | None = None):
        return (page or self.page).locator(f"#row-{action_id}")


@pytest.fixture
def people(browser, instance):
    known: list[Person] = []

    def person(name: str = "Anna", **options: object) -> Person:
        known.append(Person(browser, instance, name, **options))
        return known[-1]

    yield person
    complaints = [complaint for one in known for complaint in one.complaints]
    for one in known:
        one.context.close()
    assert complaints == []


def picture(page: Page, name: str, full: bool = False) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}.png", full_page=full)


def fits(page: Page) -> None:
    """Nothing stands beyond the edge of the screen."""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url


AGENT = """
import json, sys
from dashclaw import ApprovalDeniedError, DashClaw
with DashClaw(base_url=sys.argv[1], api_key=sys.argv[2], agent_id="release-agent") as claw:
    made = claw.create_action("deploy", sys.argv[3], target="https://deploy.example.com/prod")
    print(made["action_id"], flush=True)
    try:
        claw.wait_for_approval(made["action_id"], timeout=60)
        print("approved", flush=True)
    except ApprovalDeniedError as denied:
        print("denied:", denied, flush=True)
"""


class Agent:
    """A Python program that asks and waits, with the package as it was built."""

    def __init__(self, instance: Instance, goal: str) -> None:
        env = {**os.environ, "DASHCLAW_APPROVAL_BANNER": "off"}
        command = [sys.executable, "-c", AGENT, instance.url, instance.agent_key, goal]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env)
        self.action_id = self.process.stdout.readline().strip()

    def end(self) -> str:
        said, _ = self.process.communicate(timeout=60)
        return said.strip()


@pytest.fixture
def agents(instance):
    running: list[Agent] = []

    def agent(goal: str) -> Agent:
        running.append(Agent(instance, goal))
        return running[-1]

    yield agent
    for one in running:
        if one.process.poll() is None:
            one.process.kill()

"""Who gets in, by what, and for how long."""

import http.server
import re
import threading

from conftest import expect, launch, picture


def test_a_link_signs_in_once_and_leaves_no_trace(people, instance):
    anna = people("Anna")
    asked = []
    anna.page.on("request", lambda request: asked.append(f"{request.url.split('#')[0]} {request.headers.get('referer')}"))
    token = instance.link.split("=")[1]
    anna.page.goto(instance.link)
    anna.page.get_by_label("Your name").fill("Anna")
    picture(anna.page, "sign-in")
    anna.page.get_by_role("button", name="Sign in").click()
    expect(anna.page.get_by_text("Nothing waits for you.")).to_be_visible()
    expect(anna.page.locator("#name")).to_have_text("Anna")
    picture(anna.page, "inbox-empty")
    entries = anna.page.evaluate("JSON.stringify([performance.getEntries(), { ...sessionStorage }, { ...localStorage }])")
    assert not [where for where in (anna.page.url, *asked, entries) if token in where]
    # Once, where it was shown.
    assert instance.said.read_text().count(token) == 1

    ben = people("Ben")
    ben.page.goto(instance.link)
    ben.page.get_by_label("Your name").fill("Ben")
    ben.page.get_by_role("button", name="Sign in").click()
    expect(ben.page.get_by_role("alert").filter(has_text="used already")).to_be_visible()
    expect(ben.page.get_by_label("API key")).to_be_visible()


def test_half_a_session_opens_nothing(people, instance):
    anna = people()
    page = anna.sign_in()
    read = """async (half) => {
        const headers = half ? { 'x-dashclaw-session': half } : {};
        return Promise.all(['/api/actions', '/api/stream', '/session'].map(async (path) => (await fetch(path, { headers })).status));
    }"""
    # The cookie goes with it by itself.
    assert page.evaluate(read, None) == [401, 401, 401]
    half = page.evaluate("localStorage.getItem('dashclaw.session')")
    assert page.evaluate("document.cookie") == ""
    anna.context.clear_cookies()
    assert page.evaluate(read, half) == [401, 401, 401]


def test_the_page_notices_that_it_is_signed_out(people, instance):
    made = instance.call("POST", "/api/keys", {"label": "second", "role": "admin"})["key"]
    anna, waiting = people(), instance.ask("Ship it")
    page = anna.sign_in(key=made["raw_key"])
    anna.row(waiting).get_by_label("Reason").fill("A long thought")
    instance.call("DELETE", f"/api/keys/{made['id']}")
    expect(page.get_by_label("API key")).to_be_visible()
    assert instance.action(waiting)["status"] == "pending_approval"
    page.get_by_label("API key").fill(instance.key)
    page.get_by_role("button", name="Sign in").click()
    # What was written is still there.
    expect(anna.row(waiting).get_by_label("Reason")).to_have_value("A long thought")


def test_signing_out_in_one_tab_signs_out_in_all(people):
    anna = people()
    page = anna.sign_in()
    second = anna.tab()
    second.goto(page.url)
    expect(second.locator("#state")).to_have_text("Live")
    second.get_by_role("button", name="Sign out").click()
    for tab in (page, second):
        expect(tab.get_by_label("API key")).to_be_visible()


def test_the_way_back_is_kept(people, instance):
    waiting = instance.ask("Ship it")
    page = people().sign_in(f"/replay/{waiting}")
    expect(page.get_by_role("heading", name="Ship it", level=1)).to_be_visible()
    assert page.url.endswith(f"/replay/{waiting}")


def test_a_name_that_leads_here_is_not_a_name_of_ours(playwright, instance):
    browser = launch(playwright, "--host-resolver-rules=MAP rebind.example 127.0.0.1")
    try:
        page = browser.new_page()
        for path in ("/", "/api/health", "/api/stream", "/page/app.js", "/api/integrity/jwks"):
            answer = page.goto(f"http://rebind.example:{instance.port}{path}")
            assert answer.status == 421, path
        assert page.goto(f"http://localhost:{instance.port}/").status == 200
        assert page.goto(f"http://127.0.0.1:{instance.port}/").status == 200
    finally:
        browser.close()


def test_pages_of_other_sites_get_nothing(people, instance):
    """A page of another port of this machine, which the cookie goes to."""
    seen = []

    class Evil(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            seen.append(self.headers.get("cookie") or "")
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!doctype html><title>evil</title>")

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Evil)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        anna, waiting = people(), instance.ask("Ship it")
        anna.sign_in()
        page = anna.context.new_page()
        page.goto(f"http://127.0.0.1:{server.server_address[1]}/")
        assert re.search(rf"dashclaw_session_{instance.port}=\w+", " ".join(seen)), "the trap is not set"
        got = page.evaluate(
            """async (url) => {
                const tries = [
                    fetch(url + '/api/health', { credentials: 'include' }),
                    fetch(url + '/api/actions', { credentials: 'include' }),
                    fetch(url + '/session', { method: 'DELETE', credentials: 'include' }),
                    fetch(url + '/api/halt', { method: 'POST', credentials: 'include', headers: { 'content-type': 'application/json' }, body: '{"halted":true}' }),
                ];
                const read = (await Promise.allSettled(tries)).map(({ status }) => status);
                await fetch(url + '/api/halt', { method: 'POST', mode: 'no-cors', credentials: 'include', headers: { 'content-type': 'text/plain' }, body: '{"halted":true}' }).catch(() => {});
                const framed = document.createElement('iframe');
                framed.src = url + '/';
                document.body.append(framed);
                await new Promise((done) => { framed.onload = done; });
                let inside = 'refused';
                try { inside = framed.contentDocument ? 'read' : 'refused'; } catch { /* As it should be. */ }
                return [...read, inside];
            }""",
            instance.url,
        )
        assert got == ["rejected"] * 4 + ["refused"]
        assert instance.call("GET", "/api/halt")["halt"]["halted"] is False
        assert instance.action(waiting)["status"] == "pending_approval"
    finally:
        server.shutdown()

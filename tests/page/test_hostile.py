"""Text from outside: in every field, in every view, it is text."""

import random

from conftest import expect, fits

PARTS = [
    '<img src=x onerror="window.hacked=1">', "<script>window.hacked=1</script>", "<svg onload=window.hacked=1>", '"><b onclick=window.hacked=1>', "javascript:window.hacked=1",
    "{{constructor.constructor('window.hacked=1')()}}", "\u202egpj.exe\u202c", "\u001b[31m\u0007", "\u200b\u2066", "\ufeff", "W" * 400, "日本語", "עברית", "العربية", "👩‍👩‍👧‍👦", "a\u0301" * 40, "\n\n\n", "%s%n", "../../etc/passwd", "&lt;&amp;", "\U000e0041",
]


def hostile(source: random.Random, most: int) -> str:
    return " ".join(source.choice(PARTS) for _ in range(6))[:most]


def test_nothing_runs_and_nothing_breaks(people, instance):
    source = random.Random(20)
    ids = []
    for number in range(12):
        made = instance.call("POST", "/api/actions", {
            "agent_id": f"a{number}", "agent_name": hostile(source, 200), "action_type": "deploy", "declared_goal": hostile(source, 900), "reasoning": hostile(source, 900),
            "systems_touched": [hostile(source, 200) for _ in range(3)], "content": hostile(source, 2000), "target": "db", "arguments": {hostile(source, 60): hostile(source, 400)},
            "input_summary": hostile(source, 400), "session_id": f"s{number}", "trigger": hostile(source, 100),
        }, instance.agent_key)
        ids.append(made["action_id"])
    anna = people()
    page = anna.sign_in()
    page.evaluate("window.reports = []; document.addEventListener('securitypolicyviolation', (event) => window.reports.push(event.violatedDirective))")
    for number, action_id in enumerate(ids):
        expect(anna.row(action_id)).to_be_attached()
        # As many nodes as harmless text would have.
        assert anna.row(action_id).locator("img, script, b[onclick], svg:not(.gauge)").count() == 0
        if number % 2:
            instance.call("POST", f"/api/actions/{action_id}/approve", {"decision": "deny", "reasoning": hostile(source, 400)})
            expect(anna.row(action_id)).to_contain_text("Denied by key_")
    assert page.evaluate("window.reports") == []
    # What cannot be seen is shown by its number.
    text = page.locator("main").inner_text()
    assert "\u202e" not in text and "\u001b" not in text and "\u27e8U+202E\u27e9" in text
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 844})
        for path in ("/", "/overview", "/actions", f"/actions/{ids[0]}", f"/actions/{ids[1]}", "/agents", "/actions/%3Cscript%3E"):
            page.goto(instance.url + path)
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            fits(page)
            assert page.evaluate("window.hacked") is None

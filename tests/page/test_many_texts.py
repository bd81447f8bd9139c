"""Ten thousand generated texts in the rows of the inbox: each is text, and takes as many nodes as a harmless one."""

from conftest import expect, fits
from test_hostile import PARTS

DRAW = """async ([parts, rows]) => {
    await import('/page/row.js');
    let seed = 20;
    const next = (count) => (seed = (seed * 48271) % 2147483647) % count;
    const text = () => Array.from({ length: 1 + next(5) }, () => (next(4) ? parts[next(parts.length)] : String.fromCodePoint(1 + next(0xd7ff)))).join(next(2) ? ' ' : '');
    const action = (id, word) => ({
        action_id: id, agent_id: word(), agent_name: word(), action_type: word(), declared_goal: word(), reasoning: word(), reversible: 1, risk_score: 10,
        approval: { digest: 'd', reasons: [word()], asked: { target: word(), content: word() } },
    });
    const place = document.createElement('div');
    document.querySelector('main').replaceChildren(place);
    const nodes = (word, id) => {
        const row = document.createElement('claw-row');
        row.show(action(id, word), { role: 'admin' }, () => {});
        // What is out of sight has no width otherwise.
        row.style.contentVisibility = 'visible';
        place.append(row);
        return row.querySelectorAll('*:not(.long)').length;
    };
    const harmless = nodes(() => 'word', 'harmless');
    let texts = 0;
    const odd = [];
    for (let at = 0; at < rows; at += 1) {
        const count = nodes(() => { texts += 1; return text(); }, `row${at}`);
        if (count !== harmless) odd.push(`${at}: ${count}, not ${harmless}`);
        if (at % 100 === 99) {
            place.getBoundingClientRect();
            if (document.documentElement.scrollWidth > innerWidth) odd.push(`${at}: too wide`);
            if (at + 1 < rows) place.replaceChildren();
        }
    }
    return { texts, odd, hacked: window.hacked ?? null };
}"""


def test_ten_thousand_texts_are_text(people):
    for width in (1280, 390):
        person = people(viewport={"width": width, "height": 844})
        page = person.sign_in("/halt")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        seen = page.evaluate(DRAW, [PARTS, 1300])
        assert seen["odd"] == [] and seen["hacked"] is None
        assert seen["texts"] >= 10_000
        fits(page)

"""Figures as tables, and the goals beside them."""

import statistics

COLUMNS = ["calls_per_second", "p50_us", "p99_us", "cpu_us_per_call"]
MEGABYTE = 1_000_000


def median(samples, column):
    return statistics.median(sample[column] for sample in samples)


def ratio(samples, over, under, column):
    """The median of the rounds' ratios: both sides of each were measured right after each other."""
    pairs = zip(samples[over], samples[under], strict=True)
    return statistics.median(left[column] / right[column] for left, right in pairs)


def table(head, rows):
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in row) + " |" for row in lines)


def guard_tables(cases, control="bare hyper"):
    parts = []
    for case, samples in cases.items():
        rows = [
            [name, *[f"{median(of_one, column):,.1f}" for column in COLUMNS],
             f"{ratio(samples, name, control, 'cpu_us_per_call'):.2f}"]
            for name, of_one in samples.items()
        ]
        head = ["client", "calls/s", "p50 µs", "p99 µs", "CPU µs/call", f"CPU × {control}"]
        parts.append(f"### {case} caller{'s' if case.endswith('8') else ''}\n\n{table(head, rows)}")
    return "\n\n".join(parts)


def guard_goals(cases):
    goals = []
    for case, samples in cases.items():
        value = ratio(samples, "Rust", "bare reqwest", "cpu_us_per_call")
        goals.append((f"{case}: Rust's CPU per call ÷ bare reqwest's", value, "≤", 1.25, ""))
    for case, ours, official, least in [
        ("HTTP, 1", "Python sync", "official sync", 1.5),
        ("HTTPS, 1", "Python sync", "official sync", 10),
        ("HTTP, 8", "Python threads", "official threads", 8),
        ("HTTPS, 8", "Python threads", "official threads", 8),
    ]:
        value = ratio(cases[case], ours, official, "calls_per_second")
        goals.append((f"{case}: {ours} ÷ {official}, calls per second", value, "≥", least, ""))
    value = ratio(cases["HTTP, 1"], "Python async", "bare aiohttp", "p50_us")
    goals.append(("HTTP, 1: Python async ÷ bare aiohttp, p50", value, "≤", 1.3, ""))
    for case, samples in cases.items():
        value = ratio(samples, "Node", "Node fetch", "cpu_us_per_call")
        goals.append((f"{case}: Node's CPU per call ÷ fetch's", value, "≤", 0.6, ""))
        value = ratio(samples, "Node http.Agent", "Node", "calls_per_second")
        goals.append((f"{case}: Node's time per call ÷ http.Agent's", value, "≤", 1.3, ""))
    return goals


def busy_goals(cases):
    def faster(case, ours, official):
        return ratio(cases[case], ours, official, "calls_per_second")

    return [
        ("Busy, 1: Python sync ÷ official sync, calls per second", faster("HTTP, 1", "Python sync", "official sync"), "≥", 5, ""),
        ("Busy, 8: Python threads ÷ official threads", faster("HTTP, 8", "Python threads", "official threads"), "≥", 8, ""),
        ("Busy, 1: Python async ÷ bare aiohttp, p50", ratio(cases["HTTP, 1"], "Python async", "bare aiohttp", "p50_us"), "≤", 1.3, ""),
    ]


def import_goals(figures):
    times = figures["milliseconds"]
    return [
        ("Import above bare Python", times["import dashclaw"] - times["bare Python"], "≤", 20, " ms"),
        ("Loading the Node module", figures["node"], "≤", 15, " ms"),
    ]


def import_text(figures):
    rows = [[name, f"{value:.1f}"] for name, value in figures["milliseconds"].items()]
    modules = ", ".join(f"{name} {own / 1e3:.1f} ms" for own, name in figures["slowest"])
    rows.append(["require('dashclaw') in Node", f"{figures['node']:.1f}"])
    return f"{table(['process', 'median ms'], rows)}\n\nSlowest modules (own time): {modules}"


def size_goals(figures):
    return [
        ("Native module, gzip", figures["module_gzip"] / MEGABYTE, "≤", 6, " MB"),
        ("Wheel", figures["wheel"] / MEGABYTE, "≤", 6, " MB"),
        ("Node package with its native module, packed", figures["node"] / MEGABYTE, "≤", 6, " MB"),
    ]


def size_text(figures):
    return f"Native module {figures['module'] / MEGABYTE:.2f} MB, unpacked."


def approval_goals(figures):
    value = figures["from_event"]["p99_us"] / 1e3
    return [(f"From the event of the approval to the agent's return, p99 of {figures['calls']}", value, "≤", 50, " ms")]


def approval_text(figures):
    rows = [
        [what, *[f"{figures[clock][column] / 1e3:.2f}" for column in ("p50_us", "p99_us", "max_us")]]
        for what, clock in [("the event", "from_event"), ("before the approval is sent", "from_request")]
    ]
    return table(["milliseconds to the agent's return from", "p50", "p99", "max"], rows)


def load_goals(figures):
    return [
        ("Durable guard decisions per second, 8 connections", median(figures["samples"], "calls_per_second"), "≥", 5000, ""),
        ("Decisions missing after kill -9", max(0, figures["answered"] - figures["stored"]), "≤", 0, ""),
    ]


def load_text(figures):
    rows = [
        [name, *[f"{median(samples, column):,.1f}" for column in COLUMNS[:3]]]
        for name, samples in [("instance", figures["samples"]), ("bare server, stores nothing", figures["control"])]
    ]
    return table(["8 connections to", "calls/s", "p50 µs", "p99 µs"], rows)


def text(results, more):
    """The whole report in Markdown, and how many goals were missed. `more` says how further figures are shown."""
    bodies = {
        **more,
        "guard": (guard_tables, guard_goals),
        "busy": (guard_tables, busy_goals),
        "swift": (lambda cases: guard_tables(cases, "Rust"), lambda _: []),
        "kotlin": (lambda cases: guard_tables(cases, "java.net.http"), lambda _: []),
        "import": (import_text, import_goals),
        "size": (size_text, size_goals),
        "approval": (approval_text, approval_goals),
        "load": (load_text, load_goals),
    }
    parts, rows, missed = [], [], 0
    for name, figures in results.items():
        body, goals = bodies[name]
        parts.append(f"## {name.capitalize()}\n\n{body(figures)}")
        for what, value, sign, goal, unit in goals(figures):
            met = value <= goal if sign == "≤" else value >= goal
            missed += not met
            rows.append([what, f"{value:,.2f}{unit}", f"{sign} {goal:,}{unit}", "met" if met else "missed"])
    goals = table(["what", "measured", "goal", ""], rows)
    return "\n\n".join(["# Bench", "## Goals", goals, *parts]) + "\n", missed

"""The figures of the instance as tables, and the goals beside them."""

from statistics import median

from report import COLUMNS, ratio, table
from report import median as median_of

# How many times as many decisions as bare rows.
STORED = {"SQLite": 2, "PostgreSQL": 0.6}


def rows_of(samples, columns):
    return [[name, *[f"{median_of(of_one, column):,.1f}" for column in columns]] for name, of_one in samples.items()]


def durable_goals(figures):
    value = ratio(figures["samples"], "guard, 64", "bare rows, 16 connections", "calls_per_second")
    return [(f"Durable decisions, 64 callers ÷ bare rows, {figures['database']}", value, "≥", STORED[figures["database"]], "")]


def durable_text(figures):
    samples, control = figures["samples"], "bare rows, 16 connections"
    rows = [
        [name, f"{median_of(of_one, 'calls_per_second'):,.0f}", f"{ratio(samples, name, control, 'calls_per_second'):.2f}",
         *[f"{median_of(of_one, column):,.0f}" if column in of_one[0] else "" for column in COLUMNS[1:3]]]
        for name, of_one in samples.items()
    ]
    return table([f"{figures['database']}, {figures['bytes']} bytes each", "a second", "× bare rows", "p50 µs", "p99 µs"], rows)


def hosts_goals(samples):
    if not samples:
        return []
    return [("Durable decisions of two hosts ÷ of one", ratio(samples, "two hosts", "one host", "calls_per_second"), "≥", 1, "")]


def hosts_text(samples):
    if not samples:
        return "Several hosts need PostgreSQL: `--database`."
    return table(["64 callers on PostgreSQL", "decisions a second"], rows_of(samples, COLUMNS[:1]))


def policies_goals(samples):
    value = ratio(samples, "1,000", "10", "p50_us")
    return [("Guard p50 with 1,000 policies ÷ with 10", value, "≤", 1.5, "")]


def policies_text(samples):
    return table(["policies in force", "calls/s", "p50 µs", "p99 µs"], rows_of(samples, COLUMNS[:3]))


def history_goals(figures):
    slower = ratio(figures["samples"], "filled", "0", "p50_us")
    start = median(figures["starts"]["filled"])
    return [
        (f"Guard p50 with {figures['decisions']:,} decisions ÷ with none", slower, "≤", 1.5, ""),
        (f"Start to first answer with {figures['megabytes']:,.0f} MB", start, "≤", 200, " ms"),
    ]


def history_text(figures):
    starts = [[name, f"{median(times):,.1f}", f"{max(times):,.1f}"] for name, times in figures["starts"].items()]
    guard = table(["decisions before", "calls/s", "p50 µs", "p99 µs"], rows_of(figures["samples"], COLUMNS[:3]))
    return f"{guard}\n\n{table(['start to the first answer', 'median ms', 'longest ms'], starts)}"


def cpu_goals(samples):
    if "baseline" not in samples:
        return []
    value = ratio(samples, "this build", "baseline", "server_cpu_us")
    return [("CPU of the server per guard, 16 connections ÷ the baseline's", value, "≤", 0.8, "")]


def cpu_text(samples):
    servers = {name: of_one for name, of_one in samples.items() if "server_cpu_us" in of_one[0]}
    of_servers = table(
        ["16 connections", "calls/s", "p50 µs", "p99 µs", "CPU of the server, µs/call"],
        rows_of(servers, [*COLUMNS[:3], "server_cpu_us"]),
    )
    control = rows_of({"bare server": samples["bare server"]}, COLUMNS[:3])
    return f"{of_servers}\n\n{table(['16 connections', 'calls/s', 'p50 µs', 'p99 µs'], control)}"


def fanout_goals(samples):
    worst = max(sample["last"]["max_us"] for sample in samples["instance"]) / 1e3
    readers = samples["instance"][0]["readers"]
    return [(f"From telling an event to the last of {readers:,} readers, the longest", worst, "≤", 100, " ms")]


def fanout_text(samples):
    rows = [
        [name, *[f"{median(sample[who][what] for sample in of_one) / 1e3:.1f}"
                 for who, what in (("first", "p50_us"), ("last", "p50_us"), ("last", "max_us"))]]
        for name, of_one in samples.items()
    ]
    return table(["one event to all readers, ms", "first, p50", "last, p50", "last, longest"], rows)


def embedded_goals(samples):
    return [("Guard in process from Python, p50", median_of(samples["in process"], "p50_us"), "≤", 60, " µs")]


def embedded_text(samples):
    return table(["Python", *[column.replace("_", " ") for column in COLUMNS]], rows_of(samples, COLUMNS))


def idle_goals(figures):
    return [("Memory of an idle server", figures["megabytes"], "≤", 25, " MB")]


def idle_text(figures):
    return f"{figures['megabytes']:.1f} MB resident, {figures['cpu_ms_per_second']:.2f} ms of CPU a second."


BODIES = {
    "durable": (durable_text, durable_goals),
    "hosts": (hosts_text, hosts_goals),
    "policies": (policies_text, policies_goals),
    "history": (history_text, history_goals),
    "cpu": (cpu_text, cpu_goals),
    "fanout": (fanout_text, fanout_goals),
    "embedded": (embedded_text, embedded_goals),
    "idle": (idle_text, idle_goals),
}

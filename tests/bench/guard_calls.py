"""Guard calls from Python, with our package, with the official one, called in the same way, or with bare `aiohttp`.

Prints one JSON line like the subcommands of dashclaw-bench.
"""

import argparse
import asyncio
import importlib
import json
import resource
import sys
import threading
import time

CONTEXT = {
    "action_type": "deploy",
    "risk_score": 40,
    "systems_touched": ["payments", "ledger"],
    "reversible": True,
    "declared_goal": "Deploy build 1842 to production",
}


def cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def check(verdict):
    if verdict["decision"] != "allow" or not verdict["decision_id"]:
        raise SystemExit(f"guard did not allow: {verdict}")


def call_until(client, calls, end):
    """One caller: its latencies in seconds."""
    latencies = []
    while len(latencies) < calls and (begin := time.perf_counter()) < end:
        check(client.guard(dict(CONTEXT)))
        latencies.append(time.perf_counter() - begin)
    return latencies


async def await_until(client, calls, end):
    """One asynchronous caller: its latencies in seconds."""
    latencies = []
    while len(latencies) < calls and (begin := time.perf_counter()) < end:
        check(await client.guard(dict(CONTEXT)))
        latencies.append(time.perf_counter() - begin)
    return latencies


def in_threads(client, callers, calls, end):
    results = [None] * callers

    def run(index):
        results[index] = call_until(client, calls, end)

    threads = [threading.Thread(target=run, args=(index,)) for index in range(callers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if None in results:
        raise SystemExit("a thread failed")
    return sum(results, [])


def report(options, latencies, seconds, cpu):
    latencies.sort()
    count = len(latencies)

    def percentile(part):
        return latencies[round((count - 1) * part)] * 1e6

    print(json.dumps({
        "name": f"{options.package}-{options.mode}",
        "callers": options.callers,
        "calls": count,
        "seconds": seconds,
        "calls_per_second": count / seconds,
        "p50_us": percentile(0.50),
        "p99_us": percentile(0.99),
        "cpu_us_per_call": cpu / count * 1e6,
    }))


def measure_threads(options):
    client = options.module.DashClaw(base_url=options.url, api_key=options.key, agent_id="bench-agent")
    share = max(1, options.calls // options.callers)
    in_threads(client, options.callers, options.warm_up, time.perf_counter() + 30)
    begin, cpu = time.perf_counter(), cpu_seconds()
    if options.callers == 1:
        latencies = call_until(client, share, begin + options.seconds)
    else:
        latencies = in_threads(client, options.callers, share, begin + options.seconds)
    report(options, latencies, time.perf_counter() - begin, cpu_seconds() - cpu)


class BareAiohttp:
    """What is measured beside us: one session, one request with the same bytes, the answer decoded."""

    def __init__(self, options):
        self.url, self.headers = f"{options.url}/api/guard", {"x-api-key": options.key}
        self.session = options.module.ClientSession()

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        await self.session.close()

    async def guard(self, context):
        body = {**context, "agent_id": "bench-agent"}
        async with self.session.post(self.url, json=body, headers=self.headers) as answer:
            return await answer.json()


def asynchronous_client(options):
    if options.package == "aiohttp":
        return BareAiohttp(options)
    return options.module.AsyncDashClaw(base_url=options.url, api_key=options.key, agent_id="bench-agent")


async def measure_tasks(options):
    async with asynchronous_client(options) as client:
        await measure_client(client, options)


async def measure_client(client, options):
    async def side_by_side(calls, end):
        tasks = [await_until(client, calls, end) for _ in range(options.callers)]
        return sum(await asyncio.gather(*tasks), [])

    await side_by_side(options.warm_up, time.perf_counter() + 30)
    begin, cpu = time.perf_counter(), cpu_seconds()
    latencies = await side_by_side(max(1, options.calls // options.callers), begin + options.seconds)
    report(options, latencies, time.perf_counter() - begin, cpu_seconds() - cpu)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--package", choices=["ours", "official", "aiohttp"], required=True)
    parser.add_argument("--mode", choices=["sync", "threads", "async"], required=True)
    parser.add_argument("--url", required=True)
    parser.add_argument("--key", default="oc_live_bench")
    parser.add_argument("--callers", type=int, default=1)
    parser.add_argument("--calls", type=int, default=50_000)
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--warm-up", type=int, default=50)
    options = parser.parse_args()
    options.module = importlib.import_module("aiohttp" if options.package == "aiohttp" else "dashclaw")
    if (options.package == "ours") != hasattr(options.module, "AsyncDashClaw"):
        sys.exit(f"this interpreter does not import the {options.package} package")
    if options.mode == "async":
        asyncio.run(measure_tasks(options))
    else:
        measure_threads(options)


if __name__ == "__main__":
    main()

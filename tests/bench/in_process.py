"""Guard calls to an instance in memory in the same process, or what any package must do about one: write and read its JSON.

Prints one JSON line like guard_calls.py.
"""

import argparse
import json
import time

from guard_calls import CONTEXT, call_until, cpu_seconds, report


class JustJson:
    """The control: the question as JSON, and an answer of an instance read from JSON."""

    def __init__(self, answer):
        self.answer = json.dumps(answer)

    def guard(self, context):
        json.dumps(context)
        return json.loads(self.answer)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--package", choices=["ours", "json"], required=True)
    parser.add_argument("--policies")
    parser.add_argument("--calls", type=int, default=50_000)
    parser.add_argument("--seconds", type=float, default=1.0)
    options = parser.parse_args()
    options.mode, options.callers = "in process", 1
    import dashclaw  # noqa: PLC0415

    client = dashclaw.DashClaw.embedded(agent_id="bench-agent", policies=options.policies)
    measured = client if options.package == "ours" else JustJson(client.guard(dict(CONTEXT)))
    call_until(measured, 200, time.perf_counter() + 30)
    begin, cpu = time.perf_counter(), cpu_seconds()
    latencies = call_until(measured, options.calls, begin + options.seconds)
    report(options, latencies, time.perf_counter() - begin, cpu_seconds() - cpu)


if __name__ == "__main__":
    main()

"""Runs the measurements and writes the report. `scripts/bench` builds what this needs and calls it."""

import argparse
import json
import time

import measure
import report


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench", description="Measures the SDK beside its controls.")
    parser.add_argument("--quick", action="store_true", help="one short round: under a minute, rougher figures")
    parser.add_argument("--only", choices=measure.SECTIONS, help="measure only this")
    options = parser.parse_args()
    begin, results = time.monotonic(), {}
    for name, section in measure.SECTIONS.items():
        if options.only in (None, name):
            results[name] = section(options.quick)
            print(f"[{time.monotonic() - begin:3.0f}s] measured: {name}", flush=True)
    text, missed = report.text(results)
    measure.save("report.json", json.dumps(results, indent=1))
    measure.save("report.md", text)
    print(f"\n{text}\nWritten to target/bench/report.md and report.json. Goals missed: {missed}.")


if __name__ == "__main__":
    main()

"""Runs the measurements and writes the report. `scripts/bench` builds what this needs and calls it."""

import argparse
import json
import os
import pathlib
import time

import databases
import measure
import report
import report_serving
import serving


def database(url):
    """What makes an instance's database on this server."""
    if not url.startswith(("postgres://", "postgresql://")):
        raise argparse.ArgumentTypeError("it must begin with postgres://")
    return lambda _folder: databases.Postgres(url, os.environ["POSTGRES_BIN"])


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench", description="Measures the SDK beside its controls.")
    parser.add_argument("--quick", action="store_true", help="one short round: under a minute, rougher figures")
    parser.add_argument("--only", choices=[*measure.SECTIONS, *serving.SECTIONS], action="append", help="measure only this")
    parser.add_argument("--database", type=database, default=databases.Sqlite, metavar="URL",
                        help="a PostgreSQL server for what is measured of the instance, instead of SQLite")
    parser.add_argument("--baseline", type=pathlib.Path, metavar="FILE", help="another build of dashclaw to measure beside")
    options = parser.parse_args()
    begin, results = time.monotonic(), {}
    for name, section in {**measure.SECTIONS, **serving.SECTIONS}.items():
        if options.only is None or name in options.only:
            more = [options] if name in serving.SECTIONS else []
            results[name] = section(options.quick, *more)
            print(f"[{time.monotonic() - begin:3.0f}s] measured: {name}", flush=True)
    text, missed = report.text(results, report_serving.BODIES)
    measure.save("report.json", json.dumps(results, indent=1))
    measure.save("report.md", text)
    print(f"\n{text}\nWritten to target/bench/report.md and report.json. Goals missed: {missed}.")


if __name__ == "__main__":
    main()

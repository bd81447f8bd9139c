"""What is measured: each function runs one comparison in interleaved rounds and returns plain figures."""

import gzip
import pathlib
import statistics
import subprocess
import tempfile
import time
import zipfile

from instances import Instance
from processes import (
    GUARD_CALLS, IN_SWIFT, KOTLIN, NODE_CALLS, NODE_SITE, OFFICIAL, OURS, OUT, ROOT, RUST, SWIFT, busy_machine,
    clean_environment, control_server, line,
)

POLICIES = """\
policies:
  - name: A human approves
    type: require_approval
    rules: {action_types: [bench_approval]}
  - name: Look twice at high risk
    type: risk_threshold
    rules: {threshold: 70, action: warn}
  - name: Never drop tables
    type: block_action_type
    rules: {action_types: [drop_table]}
"""


def clients(callers):
    """Who is compared: name, command, further arguments."""
    python = "sync" if callers == 1 else "threads"
    node = ["node", NODE_CALLS, "--site", NODE_SITE, "--mode"]
    return [
        ("bare hyper", [RUST, "hyper"], []),
        ("hyper-util pool", [RUST, "hyper", "--pool"], []),
        ("bare reqwest", [RUST, "reqwest"], []),
        ("Rust", [RUST, "rust"], []),
        (f"Python {python}", [OURS, GUARD_CALLS, "--package", "ours", "--mode", python], []),
        ("Python async", [OURS, GUARD_CALLS, "--package", "ours", "--mode", "async"], []),
        ("bare aiohttp", [OFFICIAL, GUARD_CALLS, "--package", "aiohttp", "--mode", "async"], []),
        # It opens a connection per call, so it has nothing to warm up, and over HTTPS few calls take long.
        (f"official {python}", [OFFICIAL, GUARD_CALLS, "--package", "official", "--mode", python], ["--warm-up", 2]),
        ("Node", [*node, "ours"], []),
        ("Node http.Agent", [*node, "agent"], []),
        ("Node fetch", [*node, "fetch"], []),
    ]


def guard(quick):
    """Guard calls: for each case and client one sample per round, the clients of a case right after each other."""
    rounds, seconds = (1, 0.3) if quick else (6, 0.45)
    samples = {}
    with control_server(False) as plain, control_server(True) as secure:
        servers = {"HTTP": plain, "HTTPS": secure}
        for _ in range(rounds):
            for scheme, (url, ca, environment) in servers.items():
                for callers in (1, 8):
                    for name, command, more in clients(callers):
                        if scheme == "HTTPS" and name == "bare aiohttp":
                            continue  # It reads no authorities of ours.
                        trust = ["--ca", ca] if scheme == "HTTPS" and name.startswith(("bare", "hyper")) else []
                        bounds = ["--url", url, "--callers", callers, "--seconds", seconds]
                        sample = line([*command, *bounds, *trust, *more], environment)
                        samples.setdefault(f"{scheme}, {callers}", {}).setdefault(name, []).append(sample)
    return samples


def busy(quick):
    """Guard calls over HTTP while every core has other work, too."""
    rounds, seconds = (1, 0.5) if quick else (6, 1)
    samples = {}
    with control_server(False) as (url, _, environment), busy_machine():
        for _ in range(rounds):
            for callers in (1, 8):
                for name, command, more in clients(callers):
                    bounds = ["--url", url, "--callers", callers, "--seconds", seconds]
                    sample = line([*command, *bounds, *more], environment)
                    samples.setdefault(f"HTTP, {callers}", {}).setdefault(name, []).append(sample)
    return samples


def swift(quick):
    """Guard calls from Swift beside the core's own, as `guard` measures them."""
    rounds, seconds = (1, 0.3) if quick else (6, 0.45)
    clients = [
        ("Rust", [RUST, "rust"]),
        ("Swift, bytes", [IN_SWIFT, SWIFT, "--mode", "bytes"]),
        ("Swift, typed", [IN_SWIFT, SWIFT, "--mode", "typed"]),
    ]
    samples = {}
    with control_server(False) as (url, _, environment):
        for _ in range(rounds):
            for callers in (1, 8):
                for name, command in clients:
                    sample = line([*command, "--url", url, "--callers", callers, "--seconds", seconds], environment)
                    samples.setdefault(f"HTTP, {callers}", {}).setdefault(name, []).append(sample)
    return samples


def kotlin(quick):
    """Guard calls from a warm virtual machine, beside java.net.http with the same types. It needs seconds to be warm."""
    java = ["java", "-cp", f"{KOTLIN / 'classes'}:{KOTLIN / 'lib'}/*", "GuardCallsKt", "--package"]
    samples = {}
    with control_server(False) as (url, _, environment):
        for _ in range(1 if quick else 4):
            for callers in (1, 8):
                for name, package in (("java.net.http", "http"), ("Kotlin", "ours")):
                    bounds = ["--url", url, "--callers", callers, "--seconds", 0.3 if quick else 1]
                    sample = line([*java, package, *bounds], environment)
                    samples.setdefault(f"HTTP, {callers}", {}).setdefault(name, []).append(sample)
    return samples


def imports(quick):
    """Milliseconds that `import dashclaw` adds to starting Python, beside the official package."""
    programs = {
        "bare Python": [OURS, "-c", "pass"],
        "import dashclaw": [OURS, "-c", "import dashclaw"],
        "bare Python (official's environment)": [OFFICIAL, "-c", "pass"],
        "import dashclaw (official)": [OFFICIAL, "-c", "import dashclaw"],
    }
    times = {name: [] for name in programs}
    for turn in range(8 if quick else 25):
        for name, command in programs.items():
            begin = time.perf_counter()
            subprocess.run([str(part) for part in command], env=clean_environment(), check=True)
            if turn > 0:  # The first one fills the file cache.
                times[name].append((time.perf_counter() - begin) * 1e3)
    milliseconds = {name: statistics.median(values) for name, values in times.items()}
    return {"milliseconds": milliseconds, "slowest": slowest(), "node": node_loads(8 if quick else 25)}


def node_loads(turns):
    """Milliseconds that Node's `require('dashclaw')` takes, in a process of its own each time."""
    program = "const begin = performance.now(); require('dashclaw'); console.log(performance.now() - begin)"
    loads = [line(["node", "-e", program], folder=NODE_SITE) for _ in range(turns + 1)]
    return statistics.median(loads[1:])


def slowest():
    """The modules that take longest to import, by `python -X importtime`: own microseconds."""
    done = subprocess.run(
        [str(OURS), "-X", "importtime", "-c", "import dashclaw"], env=clean_environment(), capture_output=True, text=True
    )
    lines = [text.removeprefix("import time:").split("|") for text in done.stderr.splitlines() if "|" in text]
    modules = [(int(own), name.strip()) for own, _, name in lines if own.strip().isdigit()]
    return sorted(modules, reverse=True)[:8]


def size(_quick):
    """Bytes of the native module, the wheel and both npm packages, as they are published."""
    wheel = max((ROOT / "target" / "wheels-release").glob("*.whl"), key=lambda path: path.stat().st_mtime)
    with zipfile.ZipFile(wheel) as archive:
        native = next(name for name in archive.namelist() if "_native" in name and name.endswith((".so", ".pyd", ".dylib")))
        module = archive.read(native)
    node = sum(path.stat().st_size for path in (ROOT / "target" / "npm").glob("*.tgz"))
    sizes = {"module": len(module), "module_gzip": len(gzip.compress(module, 9)), "wheel": wheel.stat().st_size}
    return {**sizes, "node": node}


def with_policies(use):
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as policies:
        policies.write(POLICIES)
        policies.flush()
        with Instance(policies.name) as instance:
            return use(instance)


def approval(quick):
    """From before the approval is sent to the agent's return; 200 trials in either case, the goal names them."""
    def trials(instance):
        return line([RUST, "approval", "--url", instance.url, "--key", instance.key, "--trials", 200])

    return with_policies(trials)


def load(quick):
    """Durable decisions per second of 8 connections, and whether a killed instance still knows each."""
    def rounds(instance):
        bounds = ["--callers", 8, "--calls", 200_000, "--seconds"]
        samples, control = [], []
        with control_server(False) as (url, _, _):
            for _ in range(1 if quick else 3):
                samples.append(line([RUST, "load", "--url", instance.url, "--key", instance.key, *bounds, 2.5]))
                control.append(line([RUST, "hyper", "--url", url, *bounds, 0.5]))
        # The warm-up calls were answered, too.
        answered = sum(sample["calls"] for sample in samples) + len(samples) * 8 * 50
        instance.kill()
        instance.start()
        return {"samples": samples, "control": control, "answered": answered, "stored": instance.stored()}

    return with_policies(rounds)


SECTIONS = {
    "guard": guard, "busy": busy, "swift": swift, "kotlin": kotlin, "import": imports, "size": size, "approval": approval, "load": load,
}


def save(name, text):
    OUT.mkdir(parents=True, exist_ok=True)
    pathlib.Path(OUT, name).write_text(text)

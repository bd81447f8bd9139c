"""The processes of a run: servers that end with it, and clients that print one line each."""

import contextlib
import json
import os
import pathlib
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
OUT = ROOT / "target" / "bench"
RUST = ROOT / "target" / "fast" / "dashclaw-bench"
COMMAND = ROOT / "target" / "fast" / "dashclaw"
OURS = ROOT / ".venv" / "bin" / "python"
OFFICIAL = OUT / "official" / "bin" / "python"
GUARD_CALLS = pathlib.Path(__file__).with_name("guard_calls.py")
NODE_CALLS = GUARD_CALLS.with_suffix(".mjs")
NODE_SITE = ROOT / "target" / "npm" / "site"
IN_SWIFT = ROOT / "scripts" / "in-swift"
SWIFT = ROOT / "target" / "swift" / "tests-bench-swift-guard-calls" / "release" / "GuardCalls"
KOTLIN = ROOT / "target" / "kotlin" / "bench"
SYSTEM_BUNDLES = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"]


def clean_environment():
    """Without what would change where a client connects or whom it trusts."""
    unwanted = ("_proxy", "ssl_cert_file", "ssl_cert_dir", "dashclaw_")
    return {name: value for name, value in os.environ.items() if not any(word in name.lower() for word in unwanted)}


def line(command, environment=None, limit=120, folder=None):
    """Runs a client, in `folder`, and reads the one JSON line it prints."""
    environment = environment or clean_environment()
    command = [str(part) for part in command]
    done = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, timeout=limit)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, command))}\n{done.stderr.strip() or done.stdout.strip()}")
    return json.loads(done.stdout)


@contextlib.contextmanager
def control_server(tls):
    """The bare server: its URL, the file of its certificate authority, and the environment that trusts it."""
    with tempfile.TemporaryDirectory() as folder:
        ca = pathlib.Path(folder, "ca.pem")
        command = [RUST, "serve", *(["--tls", "--ca", ca] if tls else [])]
        server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            url = json.loads(server.stdout.readline())["url"]
            environment = clean_environment()
            if tls:
                # All clients read the system's authorities, and ours among them; Node has its own variable.
                bundle = pathlib.Path(folder, "bundle.pem")
                system = next(path for path in SYSTEM_BUNDLES if os.path.exists(path))
                bundle.write_bytes(pathlib.Path(system).read_bytes() + b"\n" + ca.read_bytes())
                environment["SSL_CERT_FILE"] = str(bundle)
                environment["NODE_EXTRA_CA_CERTS"] = str(ca)
            yield url, ca, environment
        finally:
            server.stdin.close()
            server.wait(10)


@contextlib.contextmanager
def busy_machine():
    """One process for each core that never rests: what is measured shares the machine, as in production."""
    burners = [subprocess.Popen([OURS, "-c", "while True: pass"]) for _ in range(os.cpu_count() or 1)]
    try:
        yield
    finally:
        for burner in burners:
            burner.kill()
            burner.wait(10)

"""What is measured of the instance, each beside a control in the same rounds. `database` makes the database."""

import concurrent.futures
import contextlib
import pathlib
import subprocess
import tempfile
import time

from databases import Shards, Shared, Sqlite
from instances import Instance
from processes import COMMAND, OURS, RUST, control_server, line

IN_PROCESS = pathlib.Path(__file__).with_name("in_process.py")
USUAL = """\
policies:
  - name: A human approves
    type: require_approval
    rules: {action_types: [bench_approval]}
  - name: Look twice at high risk
    type: risk_threshold
    rules: {threshold: 90, action: warn}
"""
# They are looked at for every question and say nothing to the one that is asked.
KINDS = [
    "type: block_action_type\n    rules: {action_types: [drop_table_%d]}",
    "type: require_approval\n    rules: {action_types: [wire_transfer_%d]}",
    "type: risk_threshold\n    rules: {threshold: 99, action: warn}  # %d",
]


@contextlib.contextmanager
def policy_file(count=0):
    """The usual policies, or so many that stay silent."""
    silent = [f"  - name: Policy {n}\n    {KINDS[n % len(KINDS)] % n}\n" for n in range(count)]
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        file.write("policies:\n" + "".join(silent) if count else USUAL)
        file.flush()
        yield file.name


def load(instance, callers, seconds, key=None):
    return line([RUST, "load", "--url", instance.url, "--key", key or instance.key, "--callers", callers,
                 "--calls", 500_000, "--seconds", seconds])


def loads(callers, seconds, whom):
    """The same at once: an instance and a key each, and all callers shared out among them."""
    with concurrent.futures.ThreadPoolExecutor(len(whom)) as at_once:
        done = list(at_once.map(lambda one: load(one[0], callers // len(whom), seconds, one[1]), whom))
    return {"calls_per_second": sum(one["calls_per_second"] for one in done)}


def interleaved(rounds, samples_of):
    """So many rounds of every sample, by name."""
    samples = {name: [] for name in samples_of}
    for _ in range(rounds):
        for name, sample in samples_of.items():
            samples[name].append(sample())
    return samples


def durable(quick, options):
    """Durable guard decisions per second beside bare rows of the same bytes in the same database."""
    rounds, seconds = (1, 0.5) if quick else (5, 1.5)
    with policy_file() as policies, Instance(policies, options.database) as instance:
        load(instance, 8, 0.2)
        length = instance.database.bytes_of_a_decision()
        # SQLite's writers wait for each other by sleeping: one connection alone is the harder control there.
        controls = {
            f"bare rows, {count} connection{'s' * (count > 1)}":
                lambda count=count: instance.database.bare_rows(length, seconds, count) for count in (1, 16)
        }
        callers = {f"guard, {count}": lambda count=count: load(instance, count, seconds) for count in (1, 8, 64)}
        return {"database": instance.database.name, "bytes": length, "samples": interleaved(rounds, controls | callers)}


def hosts(quick, options):
    """64 callers on one host and on two, and of four organisations on one database and on four."""
    if options.database is Sqlite:
        return {}
    rounds, seconds = (1, 0.5) if quick else (5, 1.5)
    orgs = [f"org_{n}" for n in range(4)]
    with policy_file() as file, Instance(file, options.database) as one, \
            Instance(file, lambda _: Shared(one.database)) as other, \
            Instance(file, lambda folder: Shards(folder, options.database, len(orgs))) as several:
        together = [(one, one.database.operator_of(org)) for org in orgs]
        apart = [(several, several.database.operator_of(org)) for org in orgs]
        return interleaved(rounds, {
            "one host": lambda: loads(64, seconds, [(one, None)]),
            "two hosts": lambda: loads(64, seconds, [(one, None), (other, None)]),
            "four organisations, one database": lambda: loads(64, seconds, together),
            "four organisations, four databases": lambda: loads(64, seconds, apart),
        })


def policies(quick, options):
    """Guard by one caller where 10 and where 1,000 policies are in force."""
    rounds, seconds = (1, 0.5) if quick else (6, 0.8)
    with policy_file(10) as few, policy_file(1000) as many, \
            Instance(few, options.database) as small, Instance(many, options.database) as large:
        return interleaved(rounds, {"10": lambda: load(small, 1, seconds), "1,000": lambda: load(large, 1, seconds)})


def history(quick, options):
    """Guard by one caller, and starting, where there are no decisions and where there are a million."""
    rounds, seconds, decisions = (1, 0.5, 50_000) if quick else (6, 0.8, 1_000_000)
    with policy_file() as file, Instance(file, options.database) as empty, Instance(file, options.database) as full:
        full.ask("POST", "/api/guard", {"action_type": "deploy", "agent_id": "bench-agent", "declared_goal": "d" * 400})
        full.stop()
        full.database.fill(decisions)
        full.start()
        samples = interleaved(rounds, {"0": lambda: load(empty, 1, seconds), "filled": lambda: load(full, 1, seconds)})
        both = {"empty": empty, "filled": full}

        def again(instance):
            instance.stop()
            return instance.first_answer()

        starts = interleaved(2 if quick else 7, {name: lambda one=one: again(one) for name, one in both.items()})
        megabytes = full.database.size() / 1e6
        return {"decisions": decisions, "megabytes": megabytes, "samples": samples, "starts": starts}


def cpu(quick, options):
    """CPU of the server per guard request at 16 connections; beside another build where one is named."""
    rounds, seconds = (1, 0.5) if quick else (5, 1.5)
    builds = {"this build": COMMAND} | ({"baseline": options.baseline} if options.baseline else {})
    with contextlib.ExitStack() as stack:
        file = stack.enter_context(policy_file())
        running = {name: stack.enter_context(Instance(file, options.database, build)) for name, build in builds.items()}
        url, _, _ = stack.enter_context(control_server(False))

        def sample(instance):
            before = instance.cpu_seconds()
            done = load(instance, 16, seconds)
            calls = done["calls"] + 16 * 50
            return done | {"server_cpu_us": (instance.cpu_seconds() - before) / calls * 1e6}

        def client():
            return line([RUST, "hyper", "--url", url, "--callers", 16, "--calls", 500_000, "--seconds", seconds])

        return interleaved(rounds, {
            **{name: lambda one=one: sample(one) for name, one in running.items()}, "bare server": client,
        })


def fanout(quick, options):
    """From before an event is told to when each of 1,000 readers has it, beside a server that hands on and does nothing else."""
    readers, trials = (100, 5) if quick else (1000, 20)
    with policy_file() as file, Instance(file, options.database) as instance:
        made = [instance.ask("POST", "/api/keys", {"label": f"reader {n}"}) for n in range(readers // 250 + 1)]
        keys = ",".join(key["key"]["raw_key"] for key in made)
        command = [RUST, "fanout-control"]
        control = subprocess.Popen([str(part) for part in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            url = control.stdout.readline().split('"')[3]
            bounds = ["--readers", readers, "--trials", trials]

            def sample(url, key, keys):
                return line([RUST, "fanout", "--url", url, "--key", key, "--keys", keys, *bounds])

            return interleaved(1 if quick else 3, {
                "instance": lambda: sample(instance.url, instance.key, keys),
                "bare server": lambda: sample(url, "key", "key"),
            })
        finally:
            control.stdin.close()
            control.wait(10)


def embedded(quick, _):
    """Guard of an instance in memory in the same process, from Python, beside writing and reading its JSON."""
    bounds = ["--seconds", 0.3 if quick else 1]
    with policy_file() as file:
        return interleaved(1 if quick else 6, {
            "in process": lambda: line([OURS, IN_PROCESS, "--package", "ours", "--policies", file, *bounds]),
            "its JSON alone": lambda: line([OURS, IN_PROCESS, "--package", "json", *bounds]),
        })


def idle(quick, options):
    """What a server without anything to do takes."""
    with policy_file() as file, Instance(file, options.database) as instance:
        load(instance, 1, 0.2)
        time.sleep(1)
        begin, seconds = instance.cpu_seconds(), 1 if quick else 10
        time.sleep(seconds)
        busy = instance.cpu_seconds() - begin
        return {"megabytes": instance.resident_megabytes(), "cpu_ms_per_second": busy / seconds * 1e3}


SECTIONS = {
    "durable": durable, "hosts": hosts, "policies": policies, "history": history, "cpu": cpu, "fanout": fanout, "embedded": embedded,
    "idle": idle,
}

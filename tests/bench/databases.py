"""The databases that an instance may have: what is measured is the same on each."""

import contextlib
import os
import pathlib
import sqlite3
import subprocess
import tempfile
import urllib.parse

from processes import RUST, line

# Of as many agents are the decisions that are made up; one of them is the one that asks.
AGENTS = 1000


def copied(columns):
    """The values of the `n`th copy of a decision: another one, a bit older, of another agent as a rule."""
    other = {"id": "id || '_' || n", "created_ms": "created_ms - n * 60", "idempotency_key": "NULL"}
    other["agent_id"] = f"CASE WHEN n % {AGENTS} = 0 THEN agent_id ELSE 'agent-' || (n % {AGENTS}) END"
    return ", ".join(other.get(column, column) for column in columns)


class Sqlite:
    """A file in the instance's folder."""

    name = "SQLite"

    def __init__(self, folder):
        self.folder = pathlib.Path(folder, "store")

    def options(self):
        return ["--data", self.folder]

    @property
    def file(self):
        return self.folder / "dashclaw.db"

    def bytes_of_a_decision(self):
        """How much text a decision and what is told of it is, by the newest."""
        with contextlib.closing(sqlite3.connect(self.file)) as file:
            columns = [row[1] for row in file.execute("PRAGMA table_info(guard_decisions)")]
            row = file.execute("SELECT * FROM guard_decisions ORDER BY seq DESC LIMIT 1").fetchone()
            event = file.execute("SELECT length(data) FROM events ORDER BY position DESC LIMIT 1").fetchone()
        of_row = sum(len(str(value)) for _, value in zip(columns, row, strict=True) if value is not None)
        return of_row + (event[0] if event else 0)

    def bare_rows(self, length, seconds, connections):
        """Rows of this size in a file of their own on the same disk, one commit each."""
        with tempfile.TemporaryDirectory(dir=self.folder.parent) as folder:
            bounds = ["--bytes", length, "--seconds", seconds, "--connections", connections]
            return line([RUST, "rows", "--file", pathlib.Path(folder, "bare.db"), *bounds])

    def fill(self, decisions):
        """Copies the newest decision so often, into the past and to other agents. The instance must be stopped."""
        with contextlib.closing(sqlite3.connect(self.file)) as file:
            file.execute("PRAGMA synchronous = off")
            columns = [row[1] for row in file.execute("PRAGMA table_info(guard_decisions)") if row[1] != "seq"]
            file.execute(
                f"""INSERT INTO guard_decisions ({', '.join(columns)})
                WITH RECURSIVE counted (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < ?)
                SELECT {copied(columns)} FROM counted, (SELECT * FROM guard_decisions ORDER BY seq DESC LIMIT 1)""",
                (decisions,),
            )
            file.commit()
            file.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def size(self):
        return self.file.stat().st_size

    def close(self):
        """It goes with the folder."""


class Postgres:
    """A database of its own on the server of this address. PostgreSQL's own programs make it, fill it, and are its control."""

    name = "PostgreSQL"

    def __init__(self, address, programs):
        parts = urllib.parse.urlsplit(address)
        self.server, self.programs = address, pathlib.Path(programs)
        self.database = f"bench_{os.urandom(6).hex()}"
        self.address = parts._replace(path=f"/{self.database}").geturl()
        self.sql(f"CREATE DATABASE {self.database}", self.server)

    def options(self):
        return ["--database", self.address]

    def sql(self, text, address=None):
        command = [self.programs / "psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", text, address or self.address]
        return subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True).stdout

    def bytes_of_a_decision(self):
        decision = "(SELECT length(d::text) FROM guard_decisions d ORDER BY created_ms DESC LIMIT 1)"
        event = "(SELECT length(data) FROM events ORDER BY position DESC LIMIT 1)"
        return int(self.sql(f"SELECT {decision} + coalesce({event}, 0)"))

    def bare_rows(self, length, seconds, connections):
        self.sql("CREATE TABLE IF NOT EXISTS bare (id bigserial PRIMARY KEY, org_id text NOT NULL, body text NOT NULL)")
        with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
            script.write(f"INSERT INTO bare (org_id, body) VALUES ('org_default', '{'x' * length}');\n")
            script.flush()
            command = [self.programs / "pgbench", "-n", "-M", "prepared", "-c", connections, "-j", min(2, connections)]
            command += ["-T", max(1, round(seconds)), "-f", script.name, self.address]
            done = subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True)
        rate = next(text for text in done.stdout.splitlines() if text.startswith("tps = "))
        return {"name": "rows", "calls_per_second": float(rate.split()[2])}

    def fill(self, decisions):
        names = "SELECT column_name FROM information_schema.columns WHERE table_name = 'guard_decisions'"
        columns = [name for name in self.sql(names).split() if name != "seq"]
        self.sql(
            f"""INSERT INTO guard_decisions ({', '.join(columns)}) SELECT {copied(columns)} FROM generate_series(1, {decisions}) AS n,
            (SELECT * FROM guard_decisions ORDER BY seq DESC LIMIT 1) AS newest; ANALYZE guard_decisions"""
        )

    def size(self):
        return int(self.sql(f"SELECT pg_database_size('{self.database}')"))

    def close(self):
        self.sql(f"DROP DATABASE {self.database} WITH (FORCE)", self.server)

    def operator_of(self, org_id):
        """A new key of the role admin of an organisation."""
        key = f"oc_live_{os.urandom(16).hex()}"
        self.sql(
            f"""INSERT INTO api_keys (key_hash, id, org_id, key_prefix, label, role, created_at)
            VALUES (sha256('{key}'), 'key_{key}', '{org_id}', 'oc_live', 'bench', 'admin', '2026-01-01T00:00:00.000Z')"""
        )
        return key


class Shared:
    """The database of another instance, which ends with that one."""

    def __init__(self, database):
        self.options = database.options

    def close(self):
        """It is not ours."""


class Shards:
    """Databases among which organisations are shared out: `org_N` is in the one of that number."""

    def __init__(self, folder, make, count):
        self.parts = [make(folder) for _ in range(count)]
        text = ["databases:", *[f"- {{name: shard_{n}, url: '{part.address}'}}" for n, part in enumerate(self.parts)]]
        text += ["organisations:", *[f"  org_{n}: shard_{n}" for n in range(count)]]
        self.map = pathlib.Path(folder, "shards.yaml")
        self.map.write_text("\n".join(text) + "\n")

    def options(self):
        return ["--shard-map", self.map]

    def operator_of(self, org_id):
        return self.parts[int(org_id.removeprefix("org_"))].operator_of(org_id)

    def close(self):
        for part in self.parts:
            part.close()

"""PostgreSQL as a queue: one table, rows deleted by whoever has locked them."""

import glob
import os
import re
import shutil
import signal
import time

from common.load import BATCH, EVENT_BYTES, Figure, verify
from common.processes import MeasureError, Server, free_port, run_tool, unprivileged_user

# The rows are made in the server, so that no client sends a payload: that is to PostgreSQL's favour.
INSERT = f"insert into events (payload) select repeat('x', {EVENT_BYTES}) from generate_series(1, {BATCH});\n"
DELETE = f"""
with taken as (select id from events order by id limit {BATCH} for update skip locked)
delete from events using taken where events.id = taken.id returning events.payload;
"""
# What its own documentation advises for a machine of this size; everything about durability is as delivered.
SETTINGS = {"shared_buffers": "2GB", "max_wal_size": "16GB", "wal_buffers": "64MB", "checkpoint_timeout": "30min"}


class Postgres:
    install = "apt-get install postgresql"

    def __init__(self, connections):
        self.connections = connections
        self.name = f"postgres-{connections}"
        self.label = f"PostgreSQL, {connections} clients, insert / delete with SKIP LOCKED"
        self.durability = "every answer synced"

    def missing(self):
        return not all(tool(name) for name in ("initdb", "postgres", "pgbench", "psql"))

    def version(self):
        return "PostgreSQL " + run_tool([tool("postgres"), "--version"], 10).split()[2]

    def measure(self, load, directory):
        port = free_port()
        user = unprivileged_user()
        os.chmod(directory, 0o755)
        data = f"{directory}/postgres"
        os.mkdir(data)
        if user:
            shutil.chown(data, user)
        check_reachable(data, user)
        options = ["-U", "bench", "-A", "trust", "-E", "UTF8", "--locale", "C"]
        run_tool([tool("initdb"), "-D", data, *options], 60, user=user)
        settings = {"port": port, "listen_addresses": "127.0.0.1", "unix_socket_directories": "", **SETTINGS}
        command = [tool("postgres"), "-D", data] + [f"--{name}={value}" for name, value in settings.items()]
        # SIGINT: it stops at once and in order.
        with Server(command, f"{directory}/postgres.log", user=user, end=signal.SIGINT) as server:
            server.wait_for_port(port)
            self.port = port
            self.ask("create table events (id bigserial primary key, payload text not null)")
            publish = self.pgbench(load, server, directory, "insert", INSERT)
            verify("rows", self.ask("select count(*) from events"), publish.total)
            self.ask("vacuum analyze events")
            consume = self.pgbench(load, server, directory, "delete", DELETE)
            left = int(self.ask("select count(*) from events"))
            if left == 0:
                raise MeasureError("all rows were deleted before the time was over: give it fewer seconds")
            verify("rows left", left, publish.total - consume.total)
            return {"publish": publish, "consume": consume}

    def pgbench(self, load, server, directory, name, statement):
        path = f"{directory}/{name}.sql"
        with open(path, "w") as file:
            file.write(statement)
        common = [tool("pgbench"), "-h", "127.0.0.1", "-p", self.port, "-U", "bench", "-n", "-M", "prepared",
                  "-c", self.connections, "-j", 2, "-f", path]
        warm = transactions(run_tool(common + ["-T", 1, "postgres"], 60))[0]
        before, began, own = server.cpu_seconds(), time.monotonic(), os.times()
        output = run_tool(common + ["-T", load.seconds, "postgres"], load.seconds + 60)
        elapsed, after = time.monotonic() - began, os.times()
        count, rate, latency = transactions(output)
        cpu = after.children_user + after.children_system - own.children_user - own.children_system
        return Figure(
            rate=rate * BATCH, p50=latency, load_cores=cpu / elapsed,
            server_cores=(server.cpu_seconds() - before) / elapsed, total=(warm + count) * BATCH)

    def ask(self, statement):
        where = ["-h", "127.0.0.1", "-p", self.port, "-U", "bench"]
        return run_tool([tool("psql"), *where, "-Atqc", statement, "postgres"], 120).strip()


def transactions(output):
    """Count, transactions a second, and the mean latency in milliseconds; pgbench knows no percentiles."""
    count = re.search(r"number of transactions actually processed: (\d+)", output)
    rate = re.search(r"tps = ([0-9.]+)", output)
    latency = re.search(r"latency average = ([0-9.]+) ms", output)
    failed = re.search(r"number of failed transactions: (\d+)", output)
    if not (count and rate and latency) or (failed and int(failed[1])):
        raise MeasureError(f"pgbench said: {output.strip()[-300:]}")
    return int(count[1]), float(rate[1]), float(latency[1])


def tool(name):
    """Debian keeps the server's programs out of the path."""
    found = shutil.which(name)
    if found:
        return os.path.realpath(found) if name in ("initdb", "postgres") else found
    newest = sorted(glob.glob(f"/usr/lib/postgresql/*/bin/{name}"))
    return newest[-1] if newest else None


def check_reachable(path, user):
    if user:
        try:
            run_tool(["test", "-w", path], 10, user=user)
        except MeasureError:
            raise MeasureError(f"user {user} cannot reach {path}: choose another place with --data")

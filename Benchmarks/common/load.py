"""The load. To measure Gridlog and the bare server with another generator, change `http_load` and nothing else."""

import json
import math
import re
import time
from dataclasses import asdict, dataclass

from .processes import MeasureError, run_tool

EVENT_BYTES = 1024
BATCH = 100
WARM_UP = 0.5


@dataclass
class Figure:
    """One measurement. Rates are events a second; times are milliseconds of one exchange (a batch, or one event)."""

    rate: float
    p50: float = 0
    p99: float = 0
    load_cores: float = 0
    server_cores: float = 0
    total: int = 0
    seconds: float = 0
    emptied: bool = False

    def json(self):
        return asdict(self)


class Load:
    """What a figure is measured with: the programs, and for how long."""

    def __init__(self, peer_load, gridlog, seconds):
        self.peer_load_path = peer_load
        self.gridlog = gridlog
        self.seconds = seconds

    def peer_load(self, mode, server, *options, seconds=None):
        """One run of `peer-load`. Its warm-up, half a second, is not in the figure."""
        seconds = seconds or self.seconds
        before, began = (server.cpu_seconds() if server else 0), time.monotonic()
        command = [self.peer_load_path, mode, "--seconds", seconds, *options]
        answer = json.loads(run_tool(command, seconds + 60))
        elapsed = time.monotonic() - began
        if answer["errors"]:
            raise MeasureError(f"{answer['errors']} connections failed")
        return Figure(
            rate=answer["rate"], p50=answer["p50"], p99=answer["p99"], load_cores=answer["cpu"],
            server_cores=(server.cpu_seconds() - before) / elapsed if server else 0, total=answer["total"],
            seconds=answer["seconds"], emptied=answer["emptied"])

    def publish_and_consume(self, publish, consume, fill=None):
        """Measures both. Where publishing is so slow that too little is there to receive, more is published in between.

        :param publish: given the seconds, returns a figure; `consume` returns one.
        :param fill: as `publish`, where there is a faster way that is not measured.
        :return: both figures, and how many events were published and consumed in all.
        """
        first = publish(self.seconds)
        published, figure = first.total, consume()
        consumed = figure.total
        if figure.emptied and figure.seconds < self.seconds / 2:
            rate = figure.rate or figure.total / WARM_UP
            seconds = math.ceil(rate * (self.seconds / 2 + 2 * WARM_UP) / first.rate)
            published += (fill or publish)(min(seconds, 6 * self.seconds)).total
            figure = consume()
            consumed += figure.total
        if figure.rate == 0:
            raise MeasureError("everything was received during the warm-up: give it more seconds")
        return first, figure, published, consumed

    def http_load(self, kind, server, port, path, connections, batch=BATCH, seconds=None, rate=0):
        """Publishes to a topic, or receives and acknowledges from an event subscription.

        :param kind: "publish" or "consume".
        :param rate: events a second; latency counts from when each was due. 0: one exchange after the other.
        """
        return self.peer_load(
            f"http-{kind}", server, "--port", port, "--path", path, "--connections", connections, "--batch", batch,
            "--rate", rate, seconds=seconds)

    def redis_benchmark(self, server, port, connections):
        """Single `XADD`s with Redis's own benchmark. It counts requests, not time: a short run says how many."""
        command = ["redis-benchmark", "-h", "127.0.0.1", "-p", port, "-c", connections, "--csv"]
        event = ["XADD", "single", "*", "d", "x" * EVENT_BYTES]
        first = redis_row(run_tool(command + ["-n", 5000] + event, 60))
        count = max(5000, int(first["rate"] * self.seconds))
        before, began = server.cpu_seconds(), time.monotonic()
        row = redis_row(run_tool(command + ["-n", count] + event, self.seconds * 20 + 60))
        cores = (server.cpu_seconds() - before) / (time.monotonic() - began)
        return Figure(rate=row["rate"], p50=row["p50"], p99=row["p99"], server_cores=cores, total=count + 5000)


def redis_row(output):
    """The line of `redis-benchmark --csv`: test, requests a second, latencies (mean, least, p50, p95, p99, most)."""
    for line in reversed(output.splitlines()):
        numbers = re.findall(r'"([0-9.]+)"', line)
        if len(numbers) >= 7:
            rate, _, _, p50, _, p99, _ = map(float, numbers[-7:])
            return {"rate": rate, "p50": p50, "p99": p99}
    raise MeasureError(f"redis-benchmark said: {output.strip()[-200:]}")


def verify(what, found, expected):
    """The peer's own count against the answers that the load was given."""
    if int(found) != int(expected):
        raise MeasureError(f"{what}: the server has {found}, the load was answered {expected}")


def counted(connections):
    return "1 connection" if connections == 1 else f"{connections} connections"

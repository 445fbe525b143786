"""One Gridlog with a data directory of its own: started, asked, restarted."""

import os
import re
import shutil
import signal
import time

from common.gridlog import LISTENING, put
from common.load import BATCH
from common.processes import MeasureError, Server

from .client import Connection

CONNECTIONS = 8
LOCK_SECONDS = 300
# Nothing that is started here takes so long, unless something is wrong.
SECONDS_MAX = 600


class Broker:
    def __init__(self, tools, name):
        self.tools = tools
        self.directory = f"{tools.data}/{name}"
        self.starts = 0
        os.makedirs(self.directory)
        self.start()

    def start(self):
        self.starts += 1
        command = [self.tools.gridlog, "serve", "--data", f"{self.directory}/store", "--port", "0"]
        # A log of its own for each start: the line that is waited for shall be the new one's.
        self.server = Server(command, f"{self.directory}/gridlog-{self.starts}.log")
        self.endpoint = self.server.wait_for_line(LISTENING, seconds=120, every=0.002)
        self.port = int(self.endpoint.rpartition(":")[2])

    def stop(self, with_signal=signal.SIGTERM):
        self.server.end = with_signal
        self.server.stop()

    def remove(self):
        self.stop(signal.SIGKILL)
        shutil.rmtree(self.directory, ignore_errors=True)

    def connect(self):
        return Connection(self.port)

    def put_topic(self, topic, subscriptions=()):
        """Level `durable`; the event subscriptions take everything (no filter)."""
        put(f"{self.endpoint}/topics/{topic}", {"durability": "durable"})
        queue = {"receiveLockDurationInSeconds": LOCK_SECONDS}
        for name in subscriptions:
            put(f"{self.endpoint}/topics/{topic}/eventsubscriptions/{name}",
                {"deliveryConfiguration": {"deliveryMode": "Queue", "queue": queue}})

    def cpu_seconds(self):
        """CPU of the process, in nanoseconds' steps: windows are too short for the ticks of /proc/PID/stat."""
        return time.clock_gettime((~self.server.process.pid << 3) | 2)

    def anonymous_kib(self):
        """Resident memory of its own, without the files that it maps."""
        with open(f"/proc/{self.server.process.pid}/status") as status:
            return int(re.search(r"^RssAnon:\s+(\d+) kB$", status.read(), re.MULTILINE).group(1))

    def publish(self, topic, count, topics=1):
        """Batches of 100, all connections together; every answer durable. Events a second, and µs of CPU for each.

        :param topics: above 1, `{}` in the topic's name stands for the number of each in turn.
        """
        return self._load("http-publish", f"/topics/{topic}", count, "--topics", topics)

    def consume(self, topic, subscription, count):
        """Receives and acknowledges batches of 100. As `publish`."""
        return self._load("http-consume", f"/topics/{topic}/eventsubscriptions/{subscription}", count)

    def _load(self, mode, path, count, *more):
        before = self.cpu_seconds()
        answer = self.tools.peer_load(
            mode, "--port", self.port, "--path", path, "--connections", CONNECTIONS, "--batch", BATCH, "--count", count,
            "--seconds", SECONDS_MAX, *more)
        cpu = self.cpu_seconds() - before
        if answer["total"] != count or answer["errors"]:
            raise MeasureError(f"{mode}: {answer['total']} of {count} events, {answer['errors']} connections failed")
        return {"rate": answer["rate"], "cpu": cpu / count * 1e6}


def drop_from_memory(directory):
    """Forgets what the page cache holds of these files, so that the next to read them needs the disk."""
    os.sync()
    for folder, _, names in os.walk(directory):
        for name in names:
            descriptor = os.open(f"{folder}/{name}", os.O_RDONLY)
            try:
                os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
            finally:
                os.close(descriptor)
